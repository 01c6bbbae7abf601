internal import FoundationEssentials
internal import ResilientStorage
internal import S3Sandbox
internal import Synchronization

/// Receives the notices to users over HTTP, and notes when each came.
final class NoticeReceiver: Sendable {
    struct Received: Equatable, Sendable {
        let notice: Notice
        let instant: ContinuousClock.Instant
    }

    private let server: LoopbackServer
    private let inbox: Inbox

    private final class Inbox: Sendable {
        let received = Mutex<[Received]>([])
    }

    /// - Parameter port: on 127.0.0.1; 0 lets the system choose.
    init(port: Int = 0) async throws {
        let inbox = Inbox()
        self.inbox = inbox
        server = try await LoopbackServer(port: port) { request in
            let instant = ContinuousClock.now
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            guard request.method == "POST",
                let notice = try? decoder.decode(Notice.self, from: Data(request.body))
            else { return LoopbackServer.Response(status: 400) }
            inbox.received.withLock { $0.append(Received(notice: notice, instant: instant)) }
            return LoopbackServer.Response(status: 204)
        }
    }

    var url: String { "http://127.0.0.1:\(server.port)/notices" }

    var received: [Received] { inbox.received.withLock { $0 } }

    func stop() async { await server.stop() }
}

extension SystemUnderTest {
    /// What users were told since a moment, or at all; `nil` if nobody tells them anything.
    func notices(since start: ContinuousClock.Instant?) -> [NoticeReceiver.Received]? {
        receiver?.received.filter { received in
            received.notice.incident != Drill.testIncident
                && start.map { received.instant >= $0 } ?? true
        }
    }
}
