import ArgumentParser
import DRTesting
import EventLog
import Foundation

/// Writes tests that have ended, of the last four weeks, and prints the id of the last of them: it
/// has as many results, logs and metrics as one that somebody looks at.
struct SeedHistoryCommand: AsyncParsableCommand {
    /// What is 30 days old leaves the tables.
    private static let days = 28
    /// So many wait for one commit.
    private static let together = 256

    static let configuration = CommandConfiguration(commandName: "seed-history")

    @OptionGroup var folder: Folder
    @Option var tests = 2000

    func run() async throws {
        let start = LogClock.system.now() - UInt64(Self.days) * DayClock.day
        let clock = DayClock(start: start, days: Self.days, events: UInt64(tests))
        let store = try EventStore(folder.directory, clock: clock.logClock)
        var generator = SystemRandomNumberGenerator()
        for first in stride(from: 0, to: tests - 1, by: Self.together) {
            clock.set(UInt64(first))
            let runs = (first..<min(first + Self.together, tests - 1)).map {
                SeededRun(number: $0, time: clock.now, using: &generator)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for run in runs {
                    group.addTask { _ = try await run.append(to: store) }
                }
                try await group.waitForAll()
            }
        }
        clock.set(UInt64(tests - 1))
        let long = SeededRun(
            number: tests - 1, time: clock.now, results: 40, logs: 300, metrics: 60,
            using: &generator)
        print(try await long.append(to: store))
    }
}

/// A run that has ended, as a runner records it, but for the text of its scenario.
struct SeededRun: Sendable {
    static let scenarios = [
        ("full_outage", "Complete R2 Outage Simulation"),
        ("partial_degradation", "Partial Service Degradation"),
        ("circuit_breaker", "Circuit Breaker Functionality"),
        ("backup_restore", "Backup and Restore"),
        ("failover_mechanism", "Failover Mechanism"),
        ("performance_benchmark", "Performance Benchmark"),
    ]
    static let steps = [
        "Write under load", "Cut off the storage", "Trigger circuit breaker", "Queue operations",
        "Restore the storage", "Drain the queue", "Compare bytes",
    ]

    private let stream: String
    private let events: [NewEvent]

    init(
        number: Int, time: UInt64, results: Int = 1, logs: Int = 1, metrics: Int = 1,
        using generator: inout SystemRandomNumberGenerator
    ) {
        let key = EventID(time: time, using: &generator)
        var events = Self.beginning(key, number: number, time: time)
        for index in 0..<results { events.append(.resultRecorded(History.result(index))) }
        for index in 0..<logs { events.append(.logRecorded(History.logged(index, time))) }
        for index in 0..<metrics { events.append(.metricRecorded(History.metric(index, time))) }
        events.append(.runFinished(Self.finished(number, time)))
        stream = Self.stream(of: key)
        self.events = events.map { $0.new(at: time, using: &generator) }
    }

    /// - Returns: the id of the test.
    func append(to store: EventStore) async throws -> UInt64 {
        try await store.append(events, to: stream, expecting: .noStream).firstPosition
    }

    static func stream(of key: EventID) -> String { "run/\(key)" }

    static func beginning(_ key: EventID, number: Int, time: UInt64) -> [TestEvent] {
        [.runRequested(requested(number, key)), .runStarted(History.started(time))]
    }

    /// Each scenario comes in each environment.
    private static func requested(_ number: Int, _ key: EventID) -> RunRequested {
        var event = History.requested(number)
        let index = number % scenarios.count
        (event.testType, event.scenarioName) = scenarios[index]
        event.scenarioID = UInt64(index + 1)
        event.runKey = key.description
        event.environment = number / scenarios.count % 2 == 0 ? "staging" : "test"
        event.steps = steps.map { PlannedStep(name: $0, component: "storage") }
        return event
    }

    /// One in seven fails, of each scenario in each environment.
    private static func finished(_ number: Int, _ time: UInt64) -> RunFinished {
        var event = History.finished(time)
        if number % 7 == 6 {
            (event.status, event.verdict) = (.failed, .failed)
            event.errorMessage = "Trigger circuit breaker: it was closed"
        }
        return event
    }
}

/// Records a report with files that lie in the folder of reports already.
struct RecordReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "record-report")

    @OptionGroup var folder: Folder
    @Argument(help: "Each as NAME:SIZE:SHA-256.")
    var files: [String]

    func run() async throws {
        let store = try EventStore(folder.directory)
        var generator = SystemRandomNumberGenerator()
        let now = LogClock.system.now()
        var report = ReportGenerated()
        report.id = 1
        (report.reportName, report.reportType) = ("Stored bodies", "custom")
        (report.periodStart, report.periodEnd) = (now - DayClock.day, now)
        report.generatedBy = "benchmark"
        report.files = try files.map { try Self.file($0) }
        let event = TestEvent.reportGenerated(report).new(at: now, using: &generator)
        _ = try await store.append([event], to: Reports.stream, expecting: .noStream)
        print(report.id)
    }

    private static func file(_ text: String) throws -> ReportFile {
        let parts = text.split(separator: ":").map(String.init)
        guard parts.count == 3, let size = UInt64(parts[1]) else {
            throw ValidationError("'\(text)' is not NAME:SIZE:SHA-256.")
        }
        let digits = Array(parts[2])
        let digest = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        return ReportFile(name: parts[0], format: "json", digest: digest, size: size)
    }
}

/// A run that is under way: for each line on standard input it records a line of its own, and says
/// so when that is durable. At the end of the input the run ends.
struct TickCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tick")

    @OptionGroup var folder: Folder

    func run() async throws {
        var run = try OpenRun(store: EventStore(folder.directory))
        let time = LogClock.system.now()
        try await run.append(SeededRun.beginning(run.key, number: 0, time: time))
        var count = 0
        while readLine() != nil {
            count += 1
            try await run.append([.logRecorded(History.logged(count, LogClock.system.now()))])
        }
        try await run.append([.runFinished(History.finished(LogClock.system.now()))])
    }
}

private struct OpenRun {
    let key: EventID
    private let store: EventStore
    private var generator = SystemRandomNumberGenerator()

    init(store: EventStore) {
        self.store = store
        key = EventID(time: LogClock.system.now(), using: &generator)
    }

    /// Prints the position of the last of them.
    mutating func append(_ events: [TestEvent]) async throws {
        let time = LogClock.system.now()
        let new = events.map { $0.new(at: time, using: &generator) }
        let receipt = try await store.append(new, to: SeededRun.stream(of: key), expecting: .any)
        try FileHandle.standardOutput.write(contentsOf: Data("\(receipt.lastPosition)\n".utf8))
    }
}
