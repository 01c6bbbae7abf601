import DRTesting
import EventLog
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization

@testable import HTTPAPI

/// The streams of a log, for one caller.
struct StreamFixture {
    static let caller = Caller(subject: "ada", role: .viewer, tokenID: "t1", expires: .max)

    let log: ReadingFixture
    let metrics = MetricsRegistry()
    /// Whose tokens are revoked as far as the server knows, whatever the log says.
    let revoked = RevokedCallers()
    let hub: EventHub

    init() throws {
        log = try ReadingFixture()
        let revoked = revoked
        hub = EventHub(
            log.store, clock: .system, metrics: metrics, isRevoked: { revoked.contains($0) })
    }

    func serve<Value: Sendable>(
        _ body: @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        let router = Router(context: APIContext.self)
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: SignedIn(caller: Self.caller))
        StreamRoutes(hub).add(to: router.group())
        return try await Application(router: router).test(.router) { try await body($0) }
    }

    /// Returns when so many clients are handed what is new.
    func waitForClients(_ count: Int) async throws {
        while !metrics.text.contains("dr_event_stream_clients \(count)\n") {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Ends the streams of the caller, after everything that was recorded before.
    func revoke() async throws {
        let revoked = TokenRevoked(tokenID: Self.caller.tokenID, by: "ops", reason: "test")
        try await log.append([.tokenRevoked(revoked)], to: "access")
    }

    func note(_ message: String, in stream: String) async throws {
        try await log.append([.logRecorded(ReadingFixture.log(message))], to: stream)
    }
}

final class RevokedCallers: Sendable {
    private let ids = Mutex<Set<String>>([])

    func insert(_ caller: Caller) { ids.withLock { _ = $0.insert(caller.tokenID) } }

    func contains(_ caller: Caller) -> Bool { ids.withLock { $0.contains(caller.tokenID) } }
}

/// Lets every request through as one caller's.
struct SignedIn: RouterMiddleware {
    let caller: Caller

    func handle(
        _ request: Request, context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.caller = caller
        return try await next(request, context)
    }
}

/// A server-sent event as a client reads it.
struct ReceivedEvent: Equatable {
    var id = ""
    var event = ""
    var data = ""

    /// What stands in the body of a stream; comments and the greeting are left out.
    static func all(in text: String) -> [ReceivedEvent] {
        text.split(separator: "\n\n").compactMap { block in
            var received = ReceivedEvent()
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: ": ", maxSplits: 1)
                guard parts.count == 2 else { continue }
                switch parts[0] {
                case "id": received.id = String(parts[1])
                case "event": received.event = String(parts[1])
                case "data": received.data = String(parts[1])
                default: break
                }
            }
            return received.id.isEmpty ? nil : received
        }
    }
}
