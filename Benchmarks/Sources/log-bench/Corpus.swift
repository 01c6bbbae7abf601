import ArgumentParser
import DRTesting
import EventLog
import Foundation

/// Writes a history: 70 % log lines, 25 % metrics, 5 % other events, in runs of a thousand events
/// each. Every day of it has the same number of events, and a stored value about 256 bytes.
struct CorpusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "corpus")

    @OptionGroup var folder: Folder
    @Option var events = 1_000_000
    @Option var days = 30

    func run() async throws {
        let clock = DayClock(days: days, events: UInt64(events))
        let store = try EventStore(folder.directory, clock: clock.logClock)
        let start = ContinuousClock.now
        var generator = SystemRandomNumberGenerator()
        for run in 0..<events / 1000 {
            clock.set(UInt64(run) * 1000)
            let batch = History.run(number: run, time: clock.now, using: &generator)
            _ = try await store.append(batch, to: "run/\(run)", expecting: .noStream)
        }
        try Measure(events: UInt64(events / 1000 * 1000), seconds: seconds(since: start)).print()
    }
}

/// A time that follows from the number of events.
final class DayClock: Sendable {
    static let day: UInt64 = 86_400_000_000
    private let start: UInt64
    private let clock: SetClock
    private let eventTime: UInt64

    /// - Parameter start: microseconds since 1970.
    init(
        start: UInt64 = 1_780_000_000_000_000 / DayClock.day * DayClock.day, days: Int,
        events: UInt64
    ) {
        self.start = start
        eventTime = UInt64(days) * Self.day / events
        clock = SetClock(start)
    }

    var now: UInt64 { clock.now }
    var logClock: LogClock { clock.logClock }

    func set(_ events: UInt64) { clock.set(start + events * eventTime) }
}

extension TestEvent {
    /// As one that is to be appended.
    func new(at time: UInt64, using generator: inout some RandomNumberGenerator) -> NewEvent {
        NewEvent(id: EventID(time: time, using: &generator), number: number, payload: payload)
    }
}

enum History {
    static func run(
        number: Int, time: UInt64, using generator: inout SystemRandomNumberGenerator
    ) -> [NewEvent] {
        var events: [TestEvent] = [.runRequested(requested(number)), .runStarted(started(time))]
        for index in 0..<997 {
            switch index % 20 {
            case 0..<14: events.append(.logRecorded(logged(index, time)))
            case 14..<19: events.append(.metricRecorded(metric(index, time)))
            default: events.append(.resultRecorded(result(index)))
            }
        }
        events.append(.runFinished(finished(time)))
        return events.map { $0.new(at: time, using: &generator) }
    }

    static func requested(_ number: Int) -> RunRequested {
        var event = RunRequested()
        event.runKey = "run-\(number)"
        event.scenarioName = "Complete R2 Outage Simulation"
        event.testType = "full_outage"
        event.targetName = "embedded"
        event.targetKind = "embedded"
        event.environment = "test"
        event.executedBy = "benchmark"
        event.purpose = "drill"
        event.rtoTargetMs = 300_000
        event.rpoTargetMs = 60_000
        return event
    }

    static func started(_ time: UInt64) -> RunStarted {
        var event = RunStarted()
        (event.time, event.slot, event.process) = (time, 1, 4711)
        return event
    }

    private static let detail =
        "; request 018f6e2c-7a41-7c9b-9d3e-5b1f2a6c8e90 to bucket dr-drill-primary of "
        + "https://storage.example.com, 65536 bytes sent, 0 received"

    static func logged(_ index: Int, _ time: UInt64) -> LogRecorded {
        var event = LogRecorded()
        (event.time, event.eventType, event.component) = (time, "info", "circuit_breaker")
        event.message =
            "attempt \(index) of put objects/2026/\(index)/drill.bin failed after 250 ms: "
            + "SlowDown, will be tried again in 400 ms" + detail
        event.level = "info"
        return event
    }

    static func metric(_ index: Int, _ time: UInt64) -> MetricRecorded {
        var event = MetricRecorded()
        (event.name, event.type) = ("operations_served_per_second", "throughput")
        (event.value, event.unit, event.time) = (Double(index) * 1.25, "1/s", time)
        return event
    }

    static func result(_ index: Int) -> ResultRecorded {
        var event = ResultRecorded()
        (event.component, event.testName) = ("circuit_breaker", "Trigger circuit breaker")
        (event.expectedResult, event.actualResult) = ("the breaker is open", "it was open")
        (event.verdict, event.executionTimeUs) = (.passed, UInt64(index) * 1000)
        return event
    }

    static func finished(_ time: UInt64) -> RunFinished {
        var event = RunFinished()
        (event.status, event.verdict, event.time) = (.completed, .passed, time)
        (event.rtoActualMs, event.rpoActualMs) = (4449, 0)
        return event
    }
}
