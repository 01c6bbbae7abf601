import DRTesting
import S3Sandbox
import Synchronization
import Testing

@testable import Service

/// Messages on their way to a receiver that is there.
@Suite(.timeLimit(.minutes(1))) struct WebhookClientTests {
    /// What came.
    private final class Inbox: Sendable {
        private let taken = Mutex<[LoopbackServer.Request]>([])

        var requests: [LoopbackServer.Request] { taken.withLock { $0 } }

        func add(_ request: LoopbackServer.Request) { taken.withLock { $0.append(request) } }
    }

    private func withReceiver(
        answering answer: @escaping LoopbackServer.Handler,
        _ body: (Int, Inbox) async throws -> Void
    ) async throws {
        let inbox = Inbox()
        let server = try await LoopbackServer { request in
            inbox.add(request)
            return await answer(request)
        }
        do {
            try await body(server.port, inbox)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private static func request(
        _ url: String, allowsLocal: Bool = true, headers: [NamedValue] = [], body: [UInt8] = []
    ) throws -> WebhookRequest {
        WebhookRequest(
            url: try #require(WebhookURL(url)), allowsLocal: allowsLocal, headers: headers,
            body: body)
    }

    @Test(arguments: [200, 202, 400, 503])
    func aMessageComesAsItIsAndTheAnswerIsTold(status: Int) async throws {
        let body = Array(#"{"type": "alert_raised"}"#.utf8)
        try await withReceiver(answering: { _ in .init(status: status) }) { port, inbox in
            let request = try Self.request(
                "http://127.0.0.1:\(port)/hook?token=a%20b",
                headers: [NamedValue("webhook-id", "evt_1")], body: body)
            #expect(try await WebhookClient().send(request) == status)
            try #require(inbox.requests.count == 1)
            let came = inbox.requests[0]
            #expect(came.method == "POST" && came.target == "/hook?token=a%20b")
            #expect(came.header("webhook-id") == "evt_1" && came.body == body)
        }
    }

    @Test func anAddressThatWasLookedUpIsCalledByItsName() async throws {
        try await withReceiver(answering: { _ in .init(status: 200) }) { port, inbox in
            let request = try Self.request("http://localhost:\(port)/")
            #expect(try await WebhookClient().send(request) == 200)
            #expect(inbox.requests.first?.header("host") == "localhost:\(port)")
        }
    }

    @Test func whoMayNotBeToldIsNotCalled() async throws {
        try await withReceiver(answering: { _ in .init(status: 200) }) { port, inbox in
            for host in ["127.0.0.1", "localhost"] {
                let request = try Self.request("http://\(host):\(port)/", allowsLocal: false)
                let refusal = await #expect(throws: WebhookError.self) {
                    try await WebhookClient().send(request)
                }
                #expect(refusal?.message.contains("allow_local") == true)
            }
            #expect(inbox.requests.isEmpty)
        }
    }

    /// It could lead to where nobody has looked.
    @Test func aRedirectIsAnAnswerAndIsNotFollowed() async throws {
        let redirect = LoopbackServer.Response(status: 307, headers: [("location", "/elsewhere")])
        try await withReceiver(answering: { _ in redirect }) { port, inbox in
            let request = try Self.request("http://127.0.0.1:\(port)/")
            #expect(try await WebhookClient().send(request) == 307)
            #expect(inbox.requests.map(\.target) == ["/"])
        }
    }

    @Test func whoDoesNotAnswerIsNotWaitedFor() async throws {
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let silence: LoopbackServer.Handler = { _ in
            for await _ in gate {}
            return .init(status: 200)
        }
        try await withReceiver(answering: silence) { port, inbox in
            defer { opening.finish() }
            let request = try Self.request("http://127.0.0.1:\(port)/hook?token=planted")
            let error = await #expect(throws: WebhookError.self) {
                try await WebhookClient(answerLimit: .milliseconds(200)).send(request)
            }
            #expect(error?.message.contains("planted") == false)
            // It is not sent a second time by itself.
            #expect(inbox.requests.count == 1)
        }
    }

    @Test func whoIsCancelledIsNotToldThatTheReceiverFailed() async throws {
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let silence: LoopbackServer.Handler = { _ in
            arrival.finish()
            for await _ in gate {}
            return .init(status: 200)
        }
        try await withReceiver(answering: silence) { port, _ in
            defer { opening.finish() }
            let request = try Self.request("http://127.0.0.1:\(port)/")
            let sending = Task { try await WebhookClient(answerLimit: .seconds(30)).send(request) }
            for await _ in arrivals {}
            sending.cancel()
            await #expect(throws: CancellationError.self) { try await sending.value }
        }
    }
}
