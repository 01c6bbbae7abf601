import DRTesting
import EventLog
import Foundation
import S3
import S3Sandbox

@testable import Engine
@testable import FaultProxy

/// A storage of the test's own, behind a proxy of the test's own that a drill knows nothing of, and
/// a log for the drills on it.
final class DrilledStorage: Sendable {
    static let bucket = "drilled"
    private static let credentials = S3Credentials(
        accessKeyID: "AKDRILLED", secretAccessKey: "sandbox-secret-for-tests")

    /// Stands before the primary storage.
    let proxy: ProxyServer
    /// What the proxy saw.
    let wire: Inbox<ProxiedOperation>
    /// Past the proxy, behind the back of the system under test.
    let client: S3Client
    private let sandbox: SandboxServer
    private let store: EventStore
    private let folder = TemporaryDirectory()

    private init() async throws {
        let wire = Inbox<ProxiedOperation>()
        sandbox = try await SandboxServer(
            directory: folder.path + "/storage", credentials: Self.credentials)
        proxy = try await ProxyServer(
            upstream: Upstream(host: "127.0.0.1", port: sandbox.port)
        ) { wire.add($0) }
        client = try S3Client(
            S3Configuration(endpoint: sandbox.endpoint, credentials: Self.credentials))
        store = try EventStore(DataDirectory(folder.path + "/data"))
        self.wire = wire
    }

    /// Serves it for as long as `body` runs.
    static func use(_ body: (DrilledStorage) async throws -> Void) async throws {
        let storage = try await DrilledStorage()
        let result: Result<Void, any Error>
        do {
            for bucket in [bucket, "backup"] { try await storage.client.createBucket(bucket) }
            result = .success(try await body(storage))
        } catch {
            result = .failure(error)
        }
        try? await storage.client.shutdown()
        await storage.proxy.stop()
        await storage.sandbox.stop()
        try result.get()
    }

    /// Of the primary storage, as a drill reaches it.
    var configuration: S3Configuration {
        var configuration = S3Configuration(
            endpoint: sandbox.endpoint, credentials: Self.credentials)
        configuration.endpoint.connectAddress = S3Endpoint.Address(
            host: "127.0.0.1", port: proxy.port)
        return configuration
    }

    private var target: Target {
        func settings(_ port: Int, _ bucket: String) -> StorageSettings? {
            S3Endpoint("http://127.0.0.1:\(port)").map {
                StorageSettings(endpoint: $0, bucket: bucket, credentials: Self.credentials)
            }
        }
        return Target(
            name: "drilled", kind: .builtin, environment: "test", scope: "a sandbox of the test",
            allowsProduction: false, primary: settings(proxy.port, Self.bucket), secondary: nil,
            backup: settings(sandbox.port, "backup"))
    }

    /// Runs a scenario that may name these actions.
    ///
    /// - Returns: the events of the run.
    func drill(
        _ scenario: String, actions: [CustomAction], seed: UInt64 = Seed.value
    ) async throws -> DrillRecord {
        var extensions = ScenarioExtensions()
        for action in actions { extensions.register(action) }
        return try await drill(scenario, extensions, seed: seed)
    }

    func drill(
        _ scenario: String, _ extensions: ScenarioExtensions, seed: UInt64 = Seed.value
    ) async throws -> DrillRecord {
        let read = try ScenarioReader.read(scenario, file: "scenario", extensions: extensions)
        var request = RunRequest(scenario: read, scenarioText: scenario, seed: seed)
        request.extensions = extensions
        request.target = target
        let runner = Runner(store: store, slots: 1, outside: nil) { _ in }
        let report = try await runner.run(request)
        let stream = RunJournal.stream(of: report.run.requested?.runKey ?? "")
        let events = try await store.read { reader -> [TestEvent] in
            var events: [TestEvent] = []
            var revision: UInt64 = 0
            while true {
                let batch = try reader.events(ofStream: stream, after: revision)
                guard let last = batch.last else { return events }
                events += try batch.compactMap {
                    try TestEvent(number: $0.record.number, payload: $0.record.payload)
                }
                revision = last.record.revision
            }
        }
        return DrillRecord(report: report, events: events)
    }
}

/// What a drill left in its log.
struct DrillRecord: Sendable {
    let report: RunReport
    let events: [TestEvent]

    /// Microseconds since the start of the run.
    func mark(_ name: String) -> UInt64? {
        events.lazy.compactMap { event in
            if case .markRecorded(let mark) = event, mark.mark == name {
                mark.offsetUs
            } else {
                nil
            }
        }.first
    }

    func metric(_ name: String) -> Double? {
        report.metrics.first { $0.name == name }?.value
    }

    var comparison: LedgerCompared? {
        events.lazy.compactMap { event in
            if case .ledgerCompared(let compared) = event { compared } else { nil }
        }.first
    }

    /// Microseconds since 1970, at the start of the run.
    private var start: UInt64 { report.run.started?.time ?? 0 }

    /// When a mark was, on the clock of the test.
    func instant(_ name: String) -> ContinuousClock.Instant? { mark(name).map(instant) }

    func instant(_ offset: UInt64) -> ContinuousClock.Instant {
        let now = (ContinuousClock.now, UInt64(Date().timeIntervalSince1970 * 1_000_000))
        return now.0 - .microseconds(Int64(now.1) - Int64(start + offset))
    }

    /// What did not pass, for the messages of failures.
    var complaint: String {
        let red =
            report.run.prerequisites.filter { $0.verdict != .passed }.map(\.observed)
            + report.run.results.filter { $0.verdict != .passed }.map {
                "\($0.testName): \($0.errorMessage)"
            }
        return red.joined(separator: "\n")
    }
}
