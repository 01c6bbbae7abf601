import Foundation
import Testing

/// What no client sends, sent to the proxies of the running program and to its API.
@Suite(.timeLimit(.minutes(4))) struct HostileProxyTests {
    private static let tls: [UInt8] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]

    private static let texts: [String] = [
        "GARBAGE\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /\0 HTTP/1.1\r\n\r\n",
        "POST /proxies HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        "POST /proxies HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n",
        "POST /proxies HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
    ]

    private static let garbage =
        [tls + [UInt8](repeating: 0xa5, count: 500)] + texts.map { Array($0.utf8) }

    @Test func garbageIsAnsweredWithAnErrorAndHarmsNobody() async throws {
        let proxy = try await BesiegedProxy()
        for port in proxy.httpPorts {
            for bytes in Self.garbage {
                let (text, end) = try await proxy.answer(to: bytes, on: port)
                let sent = String(decoding: bytes.prefix(60), as: UTF8.self)
                #expect(text.hasPrefix("HTTP/1.1 4"), "'\(sent)' was answered: \(text)")
                #expect(end != .silence, "'\(sent)'")
            }
        }
        try await proxy.expectUnharmed()
    }

    @Test func whatEndsTooEarlyHarmsNobody() async throws {
        let proxy = try await BesiegedProxy()
        let request = Array("POST /proxies HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{}".utf8)
        for port in proxy.httpPorts + [proxy.tcp] {
            for count in stride(from: 0, through: request.count, by: 6) {
                let (_, end) = try await proxy.answer(
                    to: Array(request.prefix(count)), on: port, endsSending: true)
                #expect(end != .silence, "after \(count) bytes")
            }
        }
        try await proxy.expectUnharmed()
    }

    /// Kept, these headers would be more than it may grow by.
    @Test func headersWithoutEndAreNotKept() async throws {
        let proxy = try await BesiegedProxy()
        let start = "GET /version HTTP/1.1\r\nHost: a\r\n"
        let one = start + "X-Large: " + String(repeating: "a", count: 16 << 20)
        let line = "X-Many: \(String(repeating: "a", count: 100))\r\n"
        let many = start + String(repeating: line, count: 150_000)
        for port in proxy.httpPorts {
            for request in [one, many, one, many, one, many] {
                let (text, end) = try await proxy.answer(to: Array(request.utf8), on: port)
                // It may have ended the connection while there was more to send.
                #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 4"), "\(text.prefix(300))")
                #expect(end != .silence)
            }
        }
        try await proxy.expectUnharmed()
    }

    @Test func theProxySaysThatHeadersAreTooLarge() async throws {
        let proxy = try await BesiegedProxy()
        let large = String(repeating: "a", count: 100_000)
        let request = "GET /version HTTP/1.1\r\nHost: a\r\nX-Large: \(large)\r\n\r\n"
        let (text, _) = try await proxy.answer(to: Array(request.utf8), on: proxy.http)
        #expect(text.hasPrefix("HTTP/1.1 431 "), "\(text.prefix(300))")
        try await proxy.expectUnharmed()
    }

    @Test func slowBodiesKeepNobodyElseWaiting() async throws {
        let proxy = try await BesiegedProxy()
        let head = "POST /proxies HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{"
        let ports = proxy.httpPorts
        var slow = try await onThread { () -> [LoopbackConnection] in
            var slow: [LoopbackConnection] = []
            for number in 0..<200 {
                let connection = try LoopbackConnection(port: ports[number % ports.count])
                connection.send(head)
                slow.append(connection)
            }
            return slow
        }
        for _ in 0..<20 {
            let start = ContinuousClock.now
            try await proxy.expectService()
            #expect(ContinuousClock.now - start < .seconds(5))
        }
        #expect(slow.count == 200)
        slow = []
        try await proxy.expectUnharmed()
    }

    @Test func whoHasSentAllMayCloseTheirSide() async throws {
        let proxy = try await BesiegedProxy()
        let echo = try EchoAtEnd()
        let port = try await proxy.program.create("echo", before: echo.port, speaking: "tcp")
        let sent = String(repeating: "half-closed ", count: 20_000)
        let (text, end) = try await proxy.answer(
            to: Array(sent.utf8), on: port, endsSending: true)
        #expect(text == sent)
        #expect(end == .closed)
        let request = Array("GET /version HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        for port in [proxy.program.port, proxy.tcp] {
            let (text, end) = try await proxy.answer(to: request, on: port, endsSending: true)
            #expect(text.hasPrefix("HTTP/1.1 200 "), "\(text)")
            #expect(end == .closed)
        }
        #expect(try await proxy.program.call("DELETE", "/proxies/echo").status == 204)
        echo.stop()
        try await proxy.expectUnharmed()
    }

    @Test func bodiesThatMakeNoSenseAreRefusedWithAReason() async throws {
        let proxy = try await BesiegedProxy()
        let bodies = [
            "", "nul", "5", "[]", "\"text\"", #"{"name": "x", "upstream": 5}"#,
            #"{"name": "x", "upstream": "127.0.0.1:1", "listen": "127.0.0.1:99999999999"}"#,
            String(repeating: "[", count: 200_000),
            String(repeating: #"{"name":"#, count: 100_000),
        ]
        for body in bodies {
            let answer = try await proxy.program.call("POST", "/proxies", body)
            #expect(answer.status == 400 || answer.status == 500, "\(body.prefix(80)): \(answer)")
            #expect(answer.body["error"].text?.isEmpty == false, "\(body.prefix(80)): \(answer)")
        }
        let large = String(repeating: " ", count: 4 << 20)
        let answer = try await proxy.program.call("POST", "/populate", large)
        #expect(answer.status == 413, "\(answer)")
        try await proxy.expectUnharmed()
    }

    /// Numbers that no clock and no buffer can hold.
    @Test func numbersBeyondAllBoundsHarmNobody() async throws {
        let proxy = try await BesiegedProxy()
        let toxics = [
            ("latency", ["latency", "jitter"]), ("bandwidth", ["rate"]), ("slow_close", ["delay"]),
            ("timeout", ["timeout"]), ("reset_peer", ["timeout"]),
            ("slicer", ["average_size", "size_variation", "delay"]), ("limit_data", ["bytes"]),
        ]
        for number in ["9223372036854775807", "-9223372036854775808", "1e300", "-1", "0.5"] {
            for (type, names) in toxics {
                let members = names.map { "\"\($0)\": \(number)" }.joined(separator: ", ")
                let body = #"{"name": "t", "type": "\#(type)", "attributes": {\#(members)}}"#
                let added = try await proxy.program.call("POST", "/proxies/tcp/toxics", body)
                #expect([200, 400].contains(added.status), "\(body): \(added)")
                try await proxy.ask(on: proxy.tcp, waitingFor: .milliseconds(50))
                if added.status == 200 {
                    let removed = try await proxy.program.call("DELETE", "/proxies/tcp/toxics/t")
                    #expect(removed.status == 204, "\(removed)")
                }
            }
            let lease = #"{"type": "noop", "lease_ms": \#(number)}"#
            let leased = try await proxy.program.call("POST", "/proxies/tcp/toxics", lease)
            #expect(leased.status == 400, "\(leased)")
        }
        try await proxy.expectUnharmed()
    }
}

/// A running fault-proxy whose proxies stand before its own API, and how it was before a test.
struct BesiegedProxy: Sendable {
    /// By so much it may grow, whatever is sent to it.
    private static let mostGrowth = 48 << 20

    let program: StandaloneProxy
    let tcp: Int
    let http: Int
    private let workspace: Workspace
    private let descriptors: Int
    private let residentBytes: Int

    init() async throws {
        workspace = try Workspace()
        program = try await StandaloneProxy.start(in: workspace)
        tcp = try await program.create("tcp", before: program.port, speaking: "tcp")
        http = try await program.create("http", before: program.port, speaking: "http")
        for port in [program.port, tcp, http] {
            let text = try await Self.answer(to: Self.question, on: port).text
            try #require(text.hasPrefix("HTTP/1.1 200 "), "port \(port) answers: \(text)")
        }
        descriptors = try await program.process.descriptorsAtRest()
        residentBytes = program.process.residentBytes
    }

    static let question = Array(
        "GET /version HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)

    /// Those on which HTTP is read.
    var httpPorts: [Int] { [program.port, http] }

    func answer(
        to bytes: [UInt8], on port: Int, endsSending: Bool = false
    ) async throws -> (text: String, end: LoopbackConnection.End) {
        try await Self.answer(to: bytes, on: port, endsSending: endsSending)
    }

    private static func answer(
        to bytes: [UInt8], on port: Int, endsSending: Bool = false
    ) async throws -> (text: String, end: LoopbackConnection.End) {
        try await onThread {
            let connection = try LoopbackConnection(port: port)
            connection.send(bytes)
            if endsSending { connection.endSending() }
            return connection.rest()
        }
    }

    /// Asks something, and goes away without waiting for the answer.
    func ask(on port: Int, waitingFor time: Duration) async throws {
        let connection = try await onThread { () -> LoopbackConnection in
            let connection = try LoopbackConnection(port: port)
            connection.send(Self.question)
            return connection
        }
        try await Task.sleep(for: time)
        withExtendedLifetime(connection) {}
    }

    /// It answers on every port.
    func expectService() async throws {
        for port in [program.port, tcp, http] {
            let (text, _) = try await answer(to: Self.question, on: port)
            #expect(text.hasPrefix("HTTP/1.1 200 "), "port \(port) answers: \(text)")
        }
    }

    /// It answers, has no more connections than before, and hardly more memory.
    func expectUnharmed() async throws {
        try #require(program.process.isRunning, "\(program.process.text.suffix(2000))")
        try await expectService()
        let left = try await program.process.descriptors(downTo: descriptors)
        #expect(left <= descriptors, "\(left) open files, \(descriptors) before")
        let growth = program.process.residentBytes - residentBytes
        #expect(growth < Self.mostGrowth, "it grew by \(growth) bytes")
    }
}
