import FaultProxy
import Testing

/// A share of requests is struck, counted where it is felt: at the client.
@Suite(.timeLimit(.minutes(2)))
struct FaultShareTests {
    private static let request = "HEAD /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n"
    private static let count = 2000
    private static let share = 0.3

    /// So many of them are within the interval that a fair draw leaves once in a thousand times.
    private static var expected: ClosedRange<Int> {
        let mean = Double(count) * share
        let width = 3.29 * (mean * (1 - share)).squareRoot()
        return Int((mean - width).rounded(.up))...Int(mean + width)
    }

    /// - Parameter batch: so many requests are sent before the first answer is read.
    /// - Returns: for each answer, whether it had status 503.
    private static func struck(of proxy: ProxyServer, batch: Int) async throws -> [Bool] {
        let connection = try #require(RawConnection(port: proxy.port))
        var struck: [Bool] = []
        while struck.count < count {
            connection.send(String(repeating: request, count: batch))
            for _ in 0..<batch {
                let head = await connection.text(until: "\r\n\r\n")
                try #require(head.hasPrefix("HTTP/1.1 503 ") || head.hasPrefix("HTTP/1.1 200 "))
                struck.append(head.hasPrefix("HTTP/1.1 503 "))
            }
        }
        return struck
    }

    @Test(arguments: [1, 20])
    func thirtyPercentAreStruckOnOneConnection(_ batch: Int) async throws {
        try await withPlainProxy(answering: []) { proxy, requests in
            let fault = Fault(.status(503, code: "SlowDown"), fraction: Self.share, seed: 17)
            let lease = try await proxy.inject(fault, lease: .seconds(60))
            let struck = try await Self.struck(of: proxy, batch: batch)
            let number = struck.count { $0 }
            #expect(Self.expected.contains(number), "\(number) of \(struck.count)")
            #expect(proxy.struck(by: lease.token) == number)
            #expect(proxy.counts().faulted == number && proxy.counts().connections == 1)
            #expect(requests.all.count == struck.count - number)
            try await proxy.lift(lease.token)
        }
    }

    /// An injected outage is felt by everybody, and by nobody before and after.
    @Test func aWholeOutageIsFeltByAll() async throws {
        try await withPlainProxy(answering: []) { proxy, _ in
            #expect(try await Self.struck(of: proxy, batch: 100).allSatisfy { !$0 })
            let lease = try await proxy.inject(Fault(.status(503)), lease: .seconds(60))
            #expect(try await Self.struck(of: proxy, batch: 100).allSatisfy { $0 })
            try await proxy.lift(lease.token)
            #expect(try await Self.struck(of: proxy, batch: 100).allSatisfy { !$0 })
        }
    }
}
