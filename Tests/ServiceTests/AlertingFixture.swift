import DRTesting
import EventLog
import Foundation
import Synchronization
import Testing

@testable import Service

/// A receiver that answers what it is told to, and keeps what it was sent.
final class ScriptedReceiver: WebhookSending {
    enum Answer: Sendable {
        case status(Int)
        case silence(String)
    }

    private let answers: Mutex<[Answer]>
    private let taken = Mutex<[WebhookRequest]>([])

    /// - Parameter answers: in their order; then 200 for ever.
    init(_ answers: [Answer] = []) { self.answers = Mutex(answers) }

    var requests: [WebhookRequest] { taken.withLock { $0 } }

    var ids: [String] {
        requests.compactMap { $0.headers.first { $0.name == "webhook-id" }?.value }
    }

    func send(_ request: WebhookRequest) async throws -> Int {
        taken.withLock { $0.append(request) }
        let answer = answers.withLock { $0.isEmpty ? .status(200) : $0.removeFirst() }
        switch answer {
        case .status(let status): return status
        case .silence(let problem): throw WebhookError(problem)
        }
    }
}

/// One of its hosts does not answer until it is let.
final class SilentReceiver: WebhookSending {
    static let silentHost = "silent.example.org"

    private let taken = Mutex<[String]>([])
    private let gate: AsyncStream<Void>
    private let opening: AsyncStream<Void>.Continuation

    init() {
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        (self.gate, self.opening) = (gate, opening)
    }

    var hosts: [String] { taken.withLock { $0 } }

    /// From now on.
    func answer() { opening.finish() }

    func send(_ request: WebhookRequest) async throws -> Int {
        taken.withLock { $0.append(request.url.host) }
        if request.url.host == Self.silentHost { for await _ in gate {} }
        try Task.checkCancellation()
        return 200
    }

    /// Waits until so many messages have come.
    func wait(for count: Int) async {
        for _ in 0..<2000 where hosts.count < count {
            try? await Task.sleep(for: .milliseconds(5))
        }
        #expect(hosts.count == count)
    }
}

/// A clock that stands still until a test moves it.
private final class HeldClock: Sendable {
    /// 2026-11-23T08:30:00Z.
    private let time = Mutex<UInt64>(1_795_422_600_000_000)

    var now: UInt64 { time.withLock { $0 } }

    var log: LogClock { LogClock(now: { self.now }, uptime: { self.now }) }

    func advance(bySeconds seconds: UInt64) { time.withLock { $0 += seconds * 1_000_000 } }
}

/// A log in a folder of its own, at a time that stands still until a test moves it.
final class AlertingFixture: Sendable {
    let store: EventStore
    private let folder: String
    private let clock = HeldClock()

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/alerting-\(UUID().uuidString)"
        store = try EventStore(DataDirectory(folder + "/data"), clock: clock.log)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var now: UInt64 { clock.now }

    /// For whoever looks at the time by himself.
    var log: LogClock { clock.log }

    func advance(bySeconds seconds: UInt64) { clock.advance(bySeconds: seconds) }

    @discardableResult
    func append(_ event: TestEvent, to stream: String = "run/a") async throws -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        let new = NewEvent(
            id: EventID(time: now, using: &generator), number: event.number,
            payload: event.payload)
        return try await store.append([new], to: stream, expecting: .any).firstPosition
    }

    @discardableResult
    func alert(_ message: String, severity: String = "high") async throws -> UInt64 {
        var alert = AlertRaised()
        (alert.alertType, alert.severity) = ("dr_test_failed", severity)
        (alert.serviceName, alert.message) = ("dr_testing", message)
        return try await append(.alertRaised(alert))
    }

    func events(of stream: String) throws -> [TestEvent] {
        try store.reader.events(ofStream: stream).compactMap {
            try TestEvent(number: $0.record.number, payload: $0.record.payload)
        }
    }

    /// The attempts that are recorded: their positions, their numbers and whether they were taken.
    func attempts() throws -> [String] {
        try events(of: "deliveries").map { event in
            switch event {
            case .deliverySucceeded(let attempt): "\(attempt.position) \(attempt.attempt) taken"
            case .deliveryFailed(let attempt):
                "\(attempt.position) \(attempt.attempt) \(attempt.problem)"
            default: event.name
            }
        }
    }

    func verify() throws {
        let report = try LogVerifier(store.reader, outside: nil).verify()
        #expect(report.isClean, "\(report.problems)")
    }

    static func channel(
        _ name: String = "ops", url: String = "https://hooks.example.org/T0/secret",
        events: Set<String> = ["alert_raised"], severity: String = "low"
    ) throws -> Channel {
        let url = try #require(WebhookURL(url))
        return Channel(name: name, url: url, events: events, severity: severity)
    }
}
