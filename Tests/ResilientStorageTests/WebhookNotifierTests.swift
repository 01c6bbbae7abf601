import FoundationEssentials
import ResilientStorage
import S3Sandbox
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct WebhookNotifierTests {
    private let notice = Notice(
        incident: "incident-7", kind: .degraded, message: "Storage is \"away\" – kept for later.",
        time: Date(timeIntervalSince1970: 1_750_000_000))

    @Test func aNoticeIsPostedAsJSONWithItsFields() async throws {
        try await withReceiver(answering: 200) { notifier, receiver in
            try await notifier.send(notice)
            let request = try #require(receiver.requests.first)
            #expect(receiver.requests.count == 1)
            #expect(request.method == "POST")
            #expect(request.target == Receiver.target)
            #expect(request.header("content-type") == "application/json")
            let fields = try JSONDecoder().decode([String: String].self, from: Data(request.body))
            let expected = [
                "incident": "incident-7", "kind": "degraded", "time": "2025-06-15T15:06:40Z",
                "message": "Storage is \"away\" – kept for later.",
            ]
            #expect(fields == expected)
        }
    }

    @Test func theKindIsSpelledOut() async throws {
        let end = Notice(incident: "incident-7", kind: .recovered, message: "", time: Date())
        try await withReceiver(answering: 200) { notifier, receiver in
            try await notifier.send(end)
            let request = try #require(receiver.requests.first)
            let fields = try JSONDecoder().decode([String: String].self, from: Data(request.body))
            #expect(fields["kind"] == "recovered")
        }
    }

    @Test(arguments: [200, 201, 202, 204, 299])
    func everyStatusOfSuccessIsTaken(status: Int) async throws {
        try await withReceiver(answering: status) { notifier, receiver in
            try await notifier.send(notice)
            #expect(receiver.requests.count == 1)
        }
    }

    @Test(arguments: [301, 307, 400, 401, 404, 410, 429, 500, 503])
    func everyOtherStatusIsAnErrorThatNamesItAndNotTheURL(status: Int) async throws {
        try await withReceiver(answering: status) { notifier, receiver in
            let error = await failure { try await notifier.send(notice) }
            let refused = try #require(error as? WebhookNotifier.Refused)
            #expect(refused.status == UInt(status))
            #expect("\(refused)".contains("\(status)"))
            expectNothingSecret(in: refused)
            // Not sent again, nor sent to where a redirect points.
            #expect(receiver.requests.count == 1)
        }
    }

    @Test func aReceiverThatIsAwayIsAnErrorWithoutTheURL() async throws {
        try await withReceiver(answering: 200) { notifier, receiver in
            await receiver.stop()
            let error = await failure { try await notifier.send(notice) }
            let caught = try #require(error)
            expectNothingSecret(in: caught)
        }
    }

    @Test func severalNoticesGoToTheSameReceiver() async throws {
        try await withReceiver(answering: 204) { notifier, receiver in
            for _ in 0..<5 { try await notifier.send(notice) }
            #expect(receiver.requests.count == 5)
            #expect(Set(receiver.requests.map(\.body)).count == 1)
        }
    }

    private func failure(of body: () async throws -> Void) async -> (any Error)? {
        do {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    private func expectNothingSecret(
        in error: any Error, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for text in ["\(error)", String(reflecting: error)] {
            #expect(!text.contains("s3cr3t"), sourceLocation: sourceLocation)
            #expect(!text.contains("/hooks"), sourceLocation: sourceLocation)
            #expect(!text.contains("http://"), sourceLocation: sourceLocation)
        }
    }
}

/// Takes notices on a socket, and answers with one status.
private final class Receiver: Sendable {
    static let target = "/hooks/s3cr3t-path?token=s3cr3t"

    private let server: LoopbackServer
    private let inbox: Inbox

    init(answering status: Int) async throws {
        let inbox = Inbox()
        self.inbox = inbox
        server = try await LoopbackServer { request in
            inbox.add(request)
            return LoopbackServer.Response(
                status: status, headers: [(name: "location", value: Receiver.target)])
        }
    }

    var url: String { "http://127.0.0.1:\(server.port)\(Self.target)" }
    var requests: [LoopbackServer.Request] { inbox.requests }

    func stop() async { await server.stop() }
}

private final class Inbox: Sendable {
    private let state = Mutex<[LoopbackServer.Request]>([])

    func add(_ request: LoopbackServer.Request) { state.withLock { $0.append(request) } }

    var requests: [LoopbackServer.Request] { state.withLock { $0 } }
}

private func withReceiver(
    answering status: Int, _ body: (WebhookNotifier, Receiver) async throws -> Void
) async throws {
    let receiver = try await Receiver(answering: status)
    let notifier = WebhookNotifier(url: receiver.url)
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(notifier, receiver))
    } catch {
        result = .failure(error)
    }
    try await notifier.shutdown()
    await receiver.stop()
    try result.get()
}
