import FaultProxy
import Foundation
import S3
import Testing

/// What the proxy answers in place of the storage.
@Suite(.timeLimit(.minutes(2)))
struct StatusFaultTests {
    private static func answer(
        of proxy: ProxyServer, to kind: Fault.Kind, method: String = "GET"
    ) async throws -> String {
        let lease = try await proxy.inject(Fault(kind), lease: .seconds(60))
        let connection = try #require(RawConnection(port: proxy.port))
        connection.send(
            "\(method) /bucket/key HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        let answer = await connection.rest()
        #expect(answer.end == .closed)
        try await proxy.lift(lease.token)
        return answer.text
    }

    @Test(
        arguments: [
            (400, "InvalidRequest"), (403, "AccessDenied"), (404, "NoSuchKey"),
            (412, "PreconditionFailed"), (429, "TooManyRequests"), (500, "InternalError"),
            (501, "NotImplemented"), (503, "ServiceUnavailable"), (507, "InternalError"),
        ])
    func aStatusHasTheCodeOfS3(_ status: Int, _ code: String) async throws {
        try await withPlainProxy(answering: []) { proxy, requests in
            let text = try await Self.answer(of: proxy, to: .status(status))
            #expect(text.hasPrefix("HTTP/1.1 \(status) "))
            #expect(text.contains("<Error><Code>\(code)</Code>"))
            #expect(text.contains("content-type: application/xml"))
            #expect(text.contains("<RequestId>0000000000000001</RequestId>"))
            #expect(text.contains("x-amz-request-id: 0000000000000001"))
            #expect(requests.all.isEmpty)
        }
    }

    @Test func aClientIsToldToSlowDown() async throws {
        try await withProxy { proxied in
            let kind = Fault.Kind.status(503, code: "SlowDown", message: "Reduce your <rate> & try")
            let lease = try await proxied.proxy.inject(Fault(kind), lease: .seconds(60))
            let error = await #expect(throws: S3Error.with(.slowDown)) {
                try await proxied.client().get("key", in: "bucket")
            }
            #expect(error?.status == 503)
            #expect(error?.message == "Reduce your <rate> & try")
            #expect(await eventually { proxied.seen.all.map(\.fault) == [kind] })
            try await proxied.proxy.lift(lease.token)
        }
    }

    @Test func whatAMessageHoldsStaysInside() async throws {
        try await withPlainProxy(answering: []) { proxy, _ in
            let kind = Fault.Kind.status(500, code: "A</Code>", message: "<b>\u{1}&\r\n")
            let text = try await Self.answer(of: proxy, to: kind)
            #expect(text.contains("<Code>A&lt;/Code&gt;</Code><Message>&lt;b&gt;&amp; </Message>"))
        }
    }

    @Test(arguments: [("HEAD", 503), ("GET", 204), ("GET", 304)])
    func whereThereIsNoBodyNoneIsSent(_ method: String, _ status: Int) async throws {
        try await withPlainProxy(answering: []) { proxy, _ in
            let text = try await Self.answer(of: proxy, to: .status(status), method: method)
            #expect(text.hasPrefix("HTTP/1.1 \(status) ") && text.hasSuffix("\r\n\r\n"))
            #expect(!text.contains("<Error>"))
        }
    }
}
