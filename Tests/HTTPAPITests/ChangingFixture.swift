import DRTesting
import EventLog
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Projections
import Service
import Synchronization
import Testing
import Wire

@testable import HTTPAPI

/// The routes that change something, over a log of their own, with runs and scenarios from a
/// script.
final class ChangingFixture: Sendable {
    let clock = AccessClock()
    let store: EventStore
    let runs: ScriptedRuns
    private let parts: APIParts
    private let path: String

    init(isTestingEnabled: Bool = true) async throws {
        path = NSTemporaryDirectory() + "dr-changing-\(UUID().uuidString)"
        store = try EventStore(DataDirectory(path), clock: clock.log)
        runs = ScriptedRuns(store: store, clock: clock.log)
        var settings = APISettings()
        settings.isTestingEnabled = isTestingEnabled
        let verifier = await TokenVerifier(secret: AccessFixture.secret, clock: clock.log)
        parts = APIParts(
            store: store, views: try ViewStore(store.reader),
            catalog: Catalog(store, clock: clock.log), runs: runs,
            scenarioCheck: ScriptedCheck(), zones: ZoneFiles(),
            access: try await AccessControl(
                store, verifier: verifier, settings: settings, logger: Logger(label: "test"),
                clock: clock.log),
            settings: settings, clock: clock.log)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// - Parameter body: JSON.
    func send(
        _ method: HTTPRequest.Method, _ uri: String, _ body: String? = nil,
        headers: HTTPFields = [:], as role: Role = .operator, named subject: String = "ada"
    ) async throws -> ReadingFixture.Got {
        let router = Router(context: APIContext.self)
        router.add(middleware: ErrorMiddleware())
        router.add(
            middleware: SignedIn(
                caller: Caller(subject: subject, role: role, tokenID: "t", expires: .max)))
        ChangingRoutes(parts).add(to: router.group())
        let response = try await Application(router: router).test(.router) { client in
            try await client.executeRequest(
                uri: uri, method: method, headers: headers,
                body: body.map { ByteBuffer(string: $0) })
        }
        let bytes = Array(response.body.readableBytesView)
        return ReadingFixture.Got(
            status: response.status.code, headers: response.headers, bytes: bytes,
            json: try JSONValue(json: bytes))
    }

    /// The names of the events of a stream.
    func events(of stream: String) throws -> [String] {
        try store.reader.events(ofStream: stream).compactMap {
            try TestEvent(number: $0.record.number, payload: $0.record.payload)?.name
        }
    }

    func append(_ event: TestEvent, to stream: String) async throws {
        var random = SystemRandomNumberGenerator()
        let new = NewEvent(
            id: EventID(time: clock.now, using: &random), number: event.number,
            payload: event.payload)
        _ = try await store.append([new], to: stream, expecting: .any)
    }

    func expectCleanLog(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let report = try LogVerifier(store.reader, outside: nil).verify()
        #expect(report.isClean, "\(report.problems)", sourceLocation: sourceLocation)
    }
}

extension ReadingFixture.Got {
    /// The fields that were refused.
    var refusedFields: [String] {
        (json["details"]?.arrayValue ?? []).compactMap { $0["field"]?.stringValue }
    }
}

/// Runs that are recorded, and carried out by nobody.
final class ScriptedRuns: RunStarting {
    private let store: EventStore
    private let clock: LogClock
    private let script = Mutex(Script())

    private struct Script {
        var refusal: RunRefusal?
        var orders: [RunOrder] = []
        var stops: [String] = []
    }

    init(store: EventStore, clock: LogClock) { (self.store, self.clock) = (store, clock) }

    var orders: [RunOrder] { script.withLock { $0.orders } }
    /// Which were told to stop, by whom and why.
    var stops: [String] { script.withLock { $0.stops } }

    func refuse(_ refusal: RunRefusal) { script.withLock { $0.refusal = refusal } }

    func start(_ order: RunOrder) async throws(RunRefusal) -> StartedRun {
        if let refusal = script.withLock({ $0.refusal }) { throw refusal }
        script.withLock { $0.orders.append(order) }
        do {
            let id = try await record(order)
            return StartedRun(id: id, key: order.key) { try await self.finish(order.key) }
        } catch {
            throw .internal("\(error)")
        }
    }

    func cancel(_ id: UInt64, by: String, reason: String) async throws {
        if id == 404 { throw CancelRefusal.unknownTest(id) }
        if id == 409 { throw CancelRefusal.hasEnded(id) }
        script.withLock { $0.stops.append("\(id) by \(by): \(reason)") }
    }

    func cancelAll(by: String, reason: String) async throws -> Int {
        script.withLock { $0.stops.append("all by \(by): \(reason)") }
        return 2
    }

    private func record(_ order: RunOrder) async throws -> UInt64 {
        if let known = try store.reader.position(ofOnce: order.key) { return known }
        var request = RunRequested()
        (request.runKey, request.scenarioName) = ("\(order.key)", order.scenario.name)
        (request.purpose, request.executedBy) = ("drill", order.by)
        let event = TestEvent.runRequested(request)
        let new = NewEvent(
            id: order.key, number: event.number, payload: event.payload, isOnce: true)
        return try await store.append([new], to: "run/\(order.key)", expecting: .noStream)
            .firstPosition
    }

    private func finish(_ key: EventID) async throws -> RunEnd {
        var (passed, failed, finish) = (ResultRecorded(), ResultRecorded(), RunFinished())
        (passed.verdict, failed.verdict) = (.passed, .failed)
        (finish.status, finish.verdict, finish.rtoActualMs) = (.failed, .failed, 1200)
        let events: [TestEvent] = [
            .resultRecorded(passed), .resultRecorded(failed), .runFinished(finish),
        ]
        var random = SystemRandomNumberGenerator()
        let news = events.map { event in
            NewEvent(
                id: EventID(time: clock.now(), using: &random), number: event.number,
                payload: event.payload)
        }
        let receipt = try await store.append(news, to: "run/\(key)", expecting: .any)
        return RunEnd(status: .failed, verdict: .failed, position: receipt.lastPosition)
    }
}

/// Takes a text for the name of a scenario.
private struct ScriptedCheck: ScenarioChecking {
    func check(_ text: String) async throws(ScenarioRefusal) -> ScenarioDefinition {
        if text.contains("mistake") {
            throw .mistakes([ScenarioMistake(line: 3, column: 5, message: "what is this?")])
        }
        if text.contains("process") { throw .notAllowed("it starts programs") }
        var definition = ScenarioDefinition()
        (definition.scenarioName, definition.testType) = (text, "custom")
        definition.testSteps = ["Look"]
        definition.scenarioText = text
        definition.scenarioDigest = [UInt8](repeating: 7, count: 32)
        return definition
    }
}
