import DRTesting
import EventLog
import Foundation
import Logging
import Synchronization
import Testing

@testable import Service

/// A log with schedules, a clock that stands still, and somebody who is asked to start runs.
final class ScheduleFixture: Sendable {
    /// 2026-11-23, 00:00.
    static let start: UInt64 = 20_780 * 86_400_000_000

    let store: EventStore
    let runs: RunStarterDouble
    private let clock = StandingClock()
    private let path: String

    init() throws {
        path = "\(FileManager.default.temporaryDirectory.path)/schedules-\(UUID().uuidString)"
        store = try EventStore(DataDirectory(path), clock: clock.log)
        runs = RunStarterDouble()
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func time(day: UInt64 = 0, _ hour: UInt64, _ minute: UInt64 = 0) -> UInt64 {
        start + ((day * 24 + hour) * 60 + minute) * 60_000_000
    }

    /// As a server that starts now has it.
    func keeper() -> ScheduleKeeper {
        ScheduleKeeper(
            store: store, runs: runs, zones: ZoneFiles(folder: "/nowhere"),
            clock: clock.log, logger: logger)
    }

    func scheduler() -> Scheduler {
        Scheduler(
            store: store, runs: runs, zones: ZoneFiles(folder: "/nowhere"), clock: clock.log,
            logger: logger)
    }

    private var logger: Logger {
        Logger(label: "schedules") { (_: String) in SwiftLogNoOpLogHandler() }
    }

    /// - Parameter time: not before the one that it shows.
    func setClock(_ time: UInt64) { clock.time.withLock { $0 = time } }

    /// - Parameter stream: whose event it is.
    func append(_ event: TestEvent, to stream: String = Schedules.stream) async throws {
        var generator = SystemRandomNumberGenerator()
        let new = NewEvent(
            id: EventID(time: Self.start, using: &generator), number: event.number,
            payload: event.payload)
        _ = try await store.append([new], to: stream, expecting: .any)
    }

    /// Everything that schedules fired, in order.
    func fired() async throws -> [ScheduleFired] {
        let recorded = try await store.read { try $0.events(ofStream: Schedules.stream) }
        return try recorded.compactMap { recorded in
            let record = recorded.record
            guard
                case .scheduleFired(let fired)? = try TestEvent(
                    number: record.number, payload: record.payload)
            else { return nil }
            return fired
        }
    }

    func expectCleanLog(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let report = try LogVerifier(store.reader, outside: nil).verify()
        #expect(report.isClean, "\(report.problems)", sourceLocation: sourceLocation)
    }
}

/// A clock that shows what it was set to.
private final class StandingClock: Sendable {
    let time = Mutex(ScheduleFixture.start)

    var log: LogClock {
        LogClock(now: { self.time.withLock { $0 } }, uptime: { self.time.withLock { $0 } })
    }
}

/// Notes what it is asked to start, and answers as it was told.
final class RunStarterDouble: RunStarting {
    private struct State {
        var orders: [RunOrder] = []
        var refusal: RunRefusal?
    }

    private let state = Mutex(State())

    var orders: [RunOrder] { state.withLock { $0.orders } }
    var keys: [String] { orders.map { "\($0.key)" } }

    /// From now on; `nil`: it starts whatever it is asked to.
    func refuse(_ refusal: RunRefusal?) { state.withLock { $0.refusal = refusal } }

    func start(_ order: RunOrder) async throws(RunRefusal) -> StartedRun {
        let refusal = state.withLock { state in
            state.orders.append(order)
            return state.refusal
        }
        if let refusal { throw refusal }
        return StartedRun(id: 1, key: order.key) {
            RunEnd(status: .completed, verdict: .passed, position: 1)
        }
    }

    func cancel(_ id: UInt64, by: String, reason: String) async throws {}

    func cancelAll(by: String, reason: String) async throws -> Int { 0 }
}
