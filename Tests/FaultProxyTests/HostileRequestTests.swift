import FaultProxy
import Foundation
import S3Sandbox
import Testing

/// What is sent by those who mean no good, or know no better.
@Suite(.timeLimit(.minutes(3)))
struct HostileRequestTests {
    private static let good = "GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n"

    /// What comes back to these bytes, and that the proxy is well afterwards.
    private static func answer(to text: String) async throws -> (text: String, seen: Int) {
        let answers = Recorder<(text: String, seen: Int)>()
        try await withPlainProxy(answering: []) { proxy, requests in
            let connection = try #require(RawConnection(port: proxy.port))
            connection.send(text)
            let rest = await connection.rest()
            #expect(rest.end != .silence)
            answers.add((rest.text, requests.all.count))
            let other = try #require(RawConnection(port: proxy.port))
            other.send(good)
            #expect(await other.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
        }
        return try #require(answers.all.first)
    }

    @Test(
        arguments: [
            "\u{0}\u{1}\u{2}garbage\r\n\r\n", "GET /bucket/key\r\n\r\n",
            "GET /bucket/key HTTP/9.9\r\nhost: x\r\n\r\n",
            "GET /bucket/key HTTP/1.1\r\nho st: x\r\n\r\n",
            "GET /bucket/key HTTP/1.1\r\n: x\r\n\r\n", "FETCH /bucket/key HTTP/1.1\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}",
        ])
    func garbageIsAnsweredInWords(_ text: String) async throws {
        let answer = try await Self.answer(to: text)
        #expect(answer.text.hasPrefix("HTTP/1.1 400 "), "\(answer.text)")
        #expect(answer.text.contains("This is no request of HTTP/1.1: "))
        #expect(answer.text.contains("connection: close"))
        #expect(answer.seen == 0)
    }

    /// Two readers of such a request may disagree on where it ends.
    @Test(
        arguments: [
            "content-length: 5\r\ncontent-length: 6\r\n",
            "content-length: 5\r\ncontent-length: 5\r\n",
            "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
            "content-length: 5\r\ntransfer-encoding: chunked\r\n",
            "content-length: -1\r\n", "content-length: 5, 5\r\n", "content-length: 5x\r\n",
        ])
    func aRequestOfDoubtfulLengthIsNotForwarded(_ headers: String) async throws {
        let answer = try await Self.answer(
            to: "PUT /bucket/key HTTP/1.1\r\nhost: x\r\n\(headers)\r\n0\r\n\r\n" + Self.good)
        #expect(answer.text.hasPrefix("HTTP/1.1 400 "), "\(answer.text)")
        #expect(answer.seen == 0)
    }

    @Test func headersMayNotBeEndless() async throws {
        let many = (0..<300).map { "x-\($0): y\r\n" }.joined()
        let large = (0..<20).map { "x-\($0): \(String(repeating: "y", count: 4000))\r\n" }.joined()
        let long = "x: \(String(repeating: "y", count: 70_000))\r\n"
        for headers in [many, large, long] {
            let answer = try await Self.answer(
                to: "GET /bucket/key HTTP/1.1\r\n\(headers)\r\n")
            #expect(answer.text.hasPrefix("HTTP/1.1 431 "), "\(answer.text)")
            #expect(answer.text.contains("64 KiB") && answer.seen == 0)
        }
        let url = "/bucket/" + String(repeating: "k", count: 70_000)
        let answer = try await Self.answer(to: "GET \(url) HTTP/1.1\r\nhost: x\r\n\r\n")
        #expect(answer.text.hasPrefix("HTTP/1.1 431 "))
    }

    @Test func headersOf32KibibytesPass() async throws {
        let headers = (0..<8).map { "x-\($0): \(String(repeating: "y", count: 4000))\r\n" }
        let answer = try await Self.answer(
            to: "GET /bucket/key HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
                + headers.joined() + "\r\n")
        #expect(answer.text.hasPrefix("HTTP/1.1 200 ") && answer.seen == 1)
    }

    @Test func garbageBehindARequestDoesNotSpoilItsAnswer() async throws {
        let answer = try await Self.answer(to: Self.good + "garbage\r\n\r\n")
        let heads = answer.text.components(separatedBy: "HTTP/1.1 ").dropFirst()
        #expect(heads.map { $0.prefix(4) } == ["200 ", "400 "])
        #expect(answer.seen == 1)
    }

    @Test func aBodyThatIsNoneIsAnsweredInWords() async throws {
        let answer = try await Self.answer(
            to: "PUT /bucket/key HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n")
        #expect(answer.text.hasPrefix("HTTP/1.1 400 "), "\(answer.text)")
        #expect(answer.seen == 0)
    }

    @Test(
        arguments: [
            ("GET /bucket/a|b HTTP/1.1", "400 ", "InvalidURI"),
            ("CONNECT storage:443 HTTP/1.1", "501 ", "NotImplemented"),
        ])
    func whatCannotBeForwardedIsRefusedWithAReason(
        _ line: String, _ status: String, _ code: String
    ) async throws {
        let answer = try await Self.answer(
            to: "\(line)\r\nhost: x\r\nconnection: close\r\n\r\n")
        #expect(answer.text.hasPrefix("HTTP/1.1 \(status)"), "\(answer.text)")
        #expect(answer.text.contains("<Code>\(code)</Code>"))
        #expect(answer.seen == 0)
    }

    /// The limit is 30 s. Meanwhile another client that says nothing keeps its connection.
    @Test func aRequestThatNeverEndsToBeginIsClosed() async throws {
        try await withPlainProxy(answering: []) { proxy, _ in
            let idle = try #require(RawConnection(port: proxy.port))
            idle.send(Self.good)
            #expect(await idle.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
            let slow = try #require(RawConnection(port: proxy.port))
            let start = ContinuousClock.now
            slow.send("GET /bucket/key HTTP/1.1\r\nhost:")
            var end = RawConnection.End.silence
            while end == .silence, ContinuousClock.now - start < .seconds(90) {
                slow.send(" ")
                end = await slow.rest().end
            }
            #expect(end != .silence)
            #expect(ContinuousClock.now - start >= .seconds(29))
            idle.send(Self.good)
            #expect(await idle.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
            #expect(proxy.counts().requests == 2)
        }
    }

    @Test func aSlowBodyPassesAsItComes() async throws {
        try await withPlainProxy(answering: []) { proxy, requests in
            let connection = try #require(RawConnection(port: proxy.port))
            connection.send("PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n")
            for _ in 0..<50 {
                connection.send("y")
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(await connection.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
            #expect(requests.all.map(\.body) == [[UInt8](repeating: 0x79, count: 50)])
        }
    }

    @Test func manyConnectionsThatSayHalfOfItDoNoHarm() async throws {
        try await withPlainProxy(answering: []) { proxy, _ in
            for number in 0..<2000 {
                let connection = try #require(RawConnection(port: proxy.port))
                connection.send(["", "GET /buck", "garbage\r\n", Self.good][number % 4])
            }
            #expect(await eventually { proxy.counts().connections == 2000 })
            let other = try #require(RawConnection(port: proxy.port))
            other.send(Self.good)
            #expect(await other.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
        }
    }
}
