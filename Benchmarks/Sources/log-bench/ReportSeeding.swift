import ArgumentParser
import DRTesting
import EventLog
import Foundation
import Projections

/// Writes a made-up year of drills, or the last weeks of it alone: of those weeks both record the
/// same, but for where it stands. Says what of it there is to report on.
struct SeedReportsCommand: AsyncParsableCommand {
    private static let hour: UInt64 = 3_600_000_000

    static let configuration = CommandConfiguration(commandName: "seed-reports")

    @OptionGroup var folder: Folder
    @Option(help: "In the whole year, at least.") var events = 10_000_000
    @Option(help: "In the whole year.") var weeks = 53
    @Option(help: "Only so many weeks are written: the last ones.") var last: Int?

    func validate() throws {
        guard weeks > 0, (1...weeks).contains(last ?? weeks), events > 0 else {
            throw ValidationError("There are no such weeks.")
        }
    }

    func run() async throws {
        let year = MadeUpYear(weeks: weeks, events: events)
        let first = weeks - (last ?? weeks)
        let clock = SetClock(year.start(ofWeek: first) - Self.hour)
        let store = try EventStore(folder.directory, clock: clock.logClock)
        try await keepRows(in: store, at: clock.now)
        for week in first..<weeks {
            for index in 0..<year.drillsPerWeek {
                try await record(year.drill(index, ofWeek: week), in: store, clock)
            }
            _ = try await store.signCheckpoint(outside: nil)
        }
        let head = try await store.read { try $0.head() }
        try Written(
            events: head.position, drills: (weeks - first) * year.drillsPerWeek,
            week: MadeUpYear.lastWeek, firstDay: Self.day(year.start(ofWeek: first)),
            lastDay: Self.day(MadeUpYear.end - 1)
        ).print()
    }

    private func keepRows(in store: EventStore, at time: UInt64) async throws {
        var numbers = SeededNumbers(seed: 0)
        let rows = [
            (Scenarios.stream, MadeUpSubject.scenarioRows),
            (Cadences.stream, MadeUpSubject.cadenceRows),
            (Schedules.stream, MadeUpSubject.scheduleRows),
        ]
        for (stream, events) in rows {
            let new = events.map { $0.new(at: time, using: &numbers) }
            _ = try await store.append(new, to: stream, expecting: .noStream)
        }
    }

    private func record(
        _ drill: MadeUpDrill, in store: EventStore, _ clock: SetClock
    ) async throws {
        clock.set(drill.start)
        if let fire = drill.fire {
            _ = try await store.append([fire], to: Schedules.stream, expecting: .any)
        }
        let (beginning, rest) = drill.events()
        _ = try await store.append(beginning, to: drill.stream, expecting: .noStream)
        clock.set(drill.end)
        _ = try await store.append(
            rest, to: drill.stream, expecting: .exactly(UInt64(beginning.count)))
    }

    private static func day(_ time: UInt64) -> String { String(RFC3339.text(time).prefix(10)) }

    private struct Written: Encodable {
        let events: UInt64
        let drills: Int
        let week: String
        let firstDay: String
        let lastDay: String

        func print() throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
        }
    }
}

/// Records drills one after another, so many events a second, at times that follow the last one of
/// the log.
struct RecordDrillsCommand: AsyncParsableCommand {
    /// What a disk that stood still has kept waiting is caught up in parts.
    private static let mostAtOnce = 1000

    static let configuration = CommandConfiguration(commandName: "record-drills")

    @OptionGroup var folder: Folder
    @Option(help: "Events a second.") var rate = 1000
    @Option(help: "In seconds.") var duration = 10.0

    func run() async throws {
        let clock = SetClock(0)
        let store = try EventStore(folder.directory, clock: clock.logClock)
        let head = try await store.read { try $0.head() }
        var drills = DrillsInParts(firstNumber: Int(head.position))
        let start = ContinuousClock.now
        var count = 0
        while case let elapsed = seconds(since: start), elapsed < duration {
            clock.set(head.recorded + UInt64(elapsed * 1_000_000))
            let due = Int(elapsed * Double(rate)) - count
            if due > 0 {
                let part = drills.next(min(due, Self.mostAtOnce), at: clock.now)
                try await part.append(to: store)
                count += part.events.count
            } else {
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        // The last drill comes to its end.
        if let part = drills.rest {
            try await part.append(to: store)
            count += part.events.count
        }
        try Measure(events: UInt64(count), seconds: seconds(since: start)).print()
    }
}

/// Drills one after another, in parts of any length.
private struct DrillsInParts {
    /// Events of one drill that follow each other.
    struct Part: Sendable {
        let events: [NewEvent]
        let stream: String
        let revision: UInt64

        func append(to store: EventStore) async throws {
            let expected: ExpectedRevision = revision == 0 ? .noStream : .exactly(revision)
            _ = try await store.append(events, to: stream, expecting: expected)
        }
    }

    private var number: Int
    private var stream = ""
    private var revision: UInt64 = 0
    private var waiting: ArraySlice<NewEvent> = []

    init(firstNumber: Int) { number = firstNumber }

    /// At most so many events, and at least one.
    mutating func next(_ count: Int, at time: UInt64) -> Part {
        if waiting.isEmpty { begin(at: time) }
        return take(max(count, 1))
    }

    /// What is missing of the drill that was begun last; `nil` if nothing is.
    var rest: Part? {
        waiting.isEmpty
            ? nil : Part(events: Array(waiting), stream: stream, revision: revision)
    }

    private mutating func begin(at time: UInt64) {
        let drill = MadeUpDrill(number: number, start: time, end: time)
        let (beginning, rest) = drill.events()
        (number, stream, revision) = (number + 1, drill.stream, 0)
        waiting = (beginning + rest)[...]
    }

    private mutating func take(_ count: Int) -> Part {
        let part = Part(events: Array(waiting.prefix(count)), stream: stream, revision: revision)
        waiting = waiting.dropFirst(count)
        revision += UInt64(part.events.count)
        return part
    }
}
