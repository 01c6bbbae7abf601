import DRTesting
import EventLog
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Projections
import Service
import Synchronization
import Testing
import Wire

@testable import HTTPAPI

/// A log that is written from a script, one event each second, and the routes that read it.
final class ReadingFixture: Sendable {
    /// 2026-11-23T08:30:00Z, in microseconds since 1970.
    static let start: UInt64 = 1_795_422_600_000_000

    /// What a route answered.
    struct Got: Sendable {
        let status: Int
        let headers: HTTPFields
        let bytes: [UInt8]
        let json: JSONValue

        var data: JSONValue { json["data"] ?? .null }
        var rows: [JSONValue] { data.arrayValue ?? [] }
        var ids: [Int] { rows.compactMap { $0["id"]?.intValue } }
        var nextCursor: String? { json["next_cursor"]?.stringValue }
        var code: String? { json["code"]?.stringValue }
    }

    private final class Clock: Sendable {
        let time = Mutex(ReadingFixture.start)
    }

    let path: String
    let store: EventStore
    let service: ReadingService
    private let clock: Clock

    init() throws {
        let path = "\(FileManager.default.temporaryDirectory.path)/reading-\(UUID().uuidString)"
        let clock = Clock()
        let log = LogClock(
            now: { clock.time.withLock { $0 } }, uptime: { clock.time.withLock { $0 } })
        let store = try EventStore(DataDirectory(path), clock: log)
        let views = try ViewStore(store.reader)
        (self.path, self.clock, self.store) = (path, clock, store)
        service = ReadingService(store: store, views: views, zones: ZoneFiles(), clock: log)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func advance(bySeconds seconds: UInt64) {
        clock.time.withLock { $0 += seconds * 1_000_000 }
    }

    /// - Returns: the position of the last event.
    @discardableResult
    func append(_ events: [TestEvent], to stream: String) async throws -> UInt64 {
        var random = SystemRandomNumberGenerator()
        for event in events {
            advance(bySeconds: 1)
            let new = newEvent(event, using: &random)
            _ = try await store.append([new], to: stream, expecting: .any)
        }
        return try store.reader.head().position
    }

    func newEvent(_ event: TestEvent, using random: inout some RandomNumberGenerator) -> NewEvent {
        NewEvent(
            id: EventID(time: clock.time.withLock { $0 }, using: &random), number: event.number,
            payload: event.payload)
    }

    /// A whole run.
    ///
    /// - Returns: the id of the test.
    @discardableResult
    func run(
        _ key: String, _ verdict: Verdict, purpose: String = "drill", target: String = "staging",
        environment: String = "staging", type: String = "custom", rto: UInt64? = nil,
        logs: Int = 1
    ) async throws -> UInt64 {
        var request = RunRequested()
        (request.runKey, request.scenarioName, request.testType) = (key, "Own drill", type)
        (request.targetName, request.targetKind) = (target, "builtin")
        (request.environment, request.purpose) = (environment, purpose)
        request.variables = [NamedValue("environment", "inner")]
        let id = try await append([.runRequested(request)], to: "run/\(key)")
        var result = ResultRecorded()
        (result.component, result.testName, result.verdict) = ("storage", "step", verdict)
        var metric = MetricRecorded()
        (metric.name, metric.type, metric.value) = ("rto_actual_ms", "rto", 1)
        var finish = RunFinished()
        finish.status = verdict == .passed ? .completed : .failed
        (finish.verdict, finish.rtoActualMs) = (verdict, rto)
        let log = TestEvent.logRecorded(Self.log("debug \(key)"))
        try await append(
            [.resultRecorded(result), .metricRecorded(metric)]
                + Array(repeating: log, count: logs) + [.runFinished(finish)],
            to: "run/\(key)")
        return id
    }

    static func log(_ message: String) -> LogRecorded {
        var log = LogRecorded()
        (log.eventType, log.level, log.message) = ("info", "debug", message)
        return log
    }

    func get(_ uri: String) async throws -> Got {
        let router = Router(context: APIContext.self)
        router.add(middleware: ErrorMiddleware())
        ReadingRoutes(service).add(to: router.group())
        let response = try await Application(router: router).test(.router) { client in
            try await client.executeRequest(uri: uri, method: .get, headers: [:], body: nil)
        }
        let bytes = Array(response.body.readableBytesView)
        let isJSON = response.headers[.contentType] == "application/json"
        return Got(
            status: response.status.code, headers: response.headers, bytes: bytes,
            json: try isJSON ? JSONValue(json: bytes) : .null)
    }

    func expectCleanLog(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let verifier = LogVerifier(store.reader, outside: nil)
        let report = try verifier.verify()
        #expect(report.isClean, "\(report.problems)", sourceLocation: sourceLocation)
    }
}
