import ArgumentParser
import DRTesting
import EventLog
import Foundation
import Projections

/// Reads and decodes every event.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "replay")

    @OptionGroup var folder: Folder

    func run() throws {
        let reader = try EventReader(folder.directory)
        let start = ContinuousClock.now
        let events = try Replay.all(reader, from: 1)
        try Measure(events: events, seconds: seconds(since: start)).print()
    }
}

/// The events of the last day of a log.
struct DayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "day")

    @OptionGroup var folder: Folder

    func run() throws {
        let reader = try EventReader(folder.directory)
        let last = try reader.head().recorded
        let start = ContinuousClock.now
        let first = try reader.position(
            recordedAtOrAfter: last / 86_400_000_000 * 86_400_000_000)
        let events = try Replay.all(reader, from: first)
        try Measure(events: events, seconds: seconds(since: start)).print()
    }
}

enum Replay {
    /// - Returns: how many there were.
    static func all(_ reader: EventReader, from first: UInt64) throws -> UInt64 {
        let reading = ParallelReading(
            read: { try reader.events(from: $0, limit: $1) },
            make: { events in
                let unknown = try events.count {
                    try TestEvent(number: $0.record.number, payload: $0.record.payload) == nil
                }
                return (count: UInt64(events.count), unknown: unknown)
            })
        var (count, unknown) = (UInt64(0), 0)
        try reading.forEach(in: first...(try reader.head().position)) { found, _ in
            count += found.count
            unknown += found.unknown
        }
        precondition(unknown <= 1, "An event was not decoded.")
        return count
    }
}

struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rebuild")

    @OptionGroup var folder: Folder

    func run() throws {
        let reader = try EventReader(folder.directory)
        let store = try ViewStore(reader)
        let start = ContinuousClock.now
        try store.rebuild(Views.all)
        try Measure(events: try reader.head().position, seconds: seconds(since: start)).print()
    }
}

/// Every page, record, hash and index.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "verify")

    @OptionGroup var folder: Folder

    func run() throws {
        let reader = try EventReader(folder.directory)
        let start = ContinuousClock.now
        let pages = try PageWalker(folder.directory).walk()
        let pageSeconds = seconds(since: start)
        let report = try LogVerifier(reader, outside: nil, pages: pages).verify()
        precondition(report.isClean, "\(report.problems)")
        try Measure(
            events: report.head.position, seconds: seconds(since: start), pageSeconds: pageSeconds
        ).print()
    }
}
