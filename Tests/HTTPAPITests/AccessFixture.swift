import EventLog
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing

@testable import HTTPAPI

/// A clock that stands still until a test moves it.
final class AccessClock: Sendable {
    /// 2026-11-23T08:30:00Z, in microseconds since 1970.
    static let start: UInt64 = 1_795_422_600_000_000

    private let time = Mutex(AccessClock.start)

    var now: UInt64 { time.withLock { $0 } }

    var log: LogClock { LogClock(now: { self.now }, uptime: { self.now }) }

    func advance(bySeconds seconds: UInt64) { time.withLock { $0 += seconds * 1_000_000 } }
}

/// A server of nothing but its frame: every route of the table answers with who asks.
final class AccessFixture: Sendable {
    static let secret = Array("0123456789abcdef0123456789abcdef".utf8)
    /// These are not stubs: they are the real ones.
    private static let own: Set<String> = [
        "/signin", "/signout", "/api/testing/tokens/{id}/revoke",
    ]

    static var stubbed: [AccessRule] {
        AccessTable.rules.filter { $0.method != .post || !own.contains($0.path) }
    }

    let clock = AccessClock()
    let store: EventStore
    let access: AccessControl
    let settings: APISettings
    private let folder: String

    /// - Parameter configure: changes settings without any limit of rates.
    init(_ configure: (inout APISettings) -> Void = { _ in }) async throws {
        folder = NSTemporaryDirectory() + "dr-access-\(UUID().uuidString)"
        var settings = APISettings()
        settings.callerRate = RequestRate(perSecond: 0, burst: 0)
        settings.strangerRate = RequestRate(perSecond: 0, burst: 0)
        configure(&settings)
        self.settings = settings
        store = try EventStore(DataDirectory(folder), clock: clock.log)
        let verifier = await TokenVerifier(secret: Self.secret, clock: clock.log)
        access = try await AccessControl(
            store, verifier: verifier, settings: settings, logger: Logger(label: "test"),
            clock: clock.log)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func test<Value: Sendable>(
        _ body: @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        let router = APIRouter.frame(access, settings, MetricsRegistry())
        let routes = router.group()
        SessionRoutes(access, settings).add(to: routes)
        TokenRoutes(access).add(to: routes)
        for rule in Self.stubbed {
            router.on(RouterPath(rule.path), method: rule.method) { _, context in
                context.caller?.subject ?? "nobody"
            }
        }
        router.get("/unlisted") { _, _ in "should not be seen" }
        return try await Application(router: router).test(.router, body)
    }

    func token(
        _ role: Role, subject: String = "ada", seconds: UInt64 = 3600,
        secret: [UInt8] = AccessFixture.secret, audience: String = "dr-testing",
        issuer: String = "dr-testing"
    ) async throws -> IssuedToken {
        var generator = SystemRandomNumberGenerator()
        return try await TokenIssuer(secret: secret, issuer: issuer, audience: audience).token(
            for: subject, role: role, seconds: seconds, now: clock.now, using: &generator)
    }

    /// The events that were appended after a position.
    func events(after position: UInt64) throws -> [RecordedEvent] {
        try store.reader.events(from: position + 1)
    }

    func expectCleanLog(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let report = try LogVerifier(store.reader, outside: nil).verify()
        #expect(report.isClean, "\(report.problems)", sourceLocation: sourceLocation)
    }
}

extension TestClientProtocol {
    func status(
        _ method: HTTPRequest.Method, _ uri: String, token: String?
    ) async throws -> HTTPResponse.Status {
        try await send(method, uri, token: token).status
    }

    func send(
        _ method: HTTPRequest.Method, _ uri: String, token: String? = nil,
        headers: HTTPFields = [:], body: String? = nil
    ) async throws -> TestResponse {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        return try await executeRequest(
            uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
}

extension AccessRule {
    /// The path with something for each parameter.
    var examplePath: String {
        "/" + path.split(separator: "/").map { $0.first == "{" ? "7" : $0 }.joined(separator: "/")
    }
}
