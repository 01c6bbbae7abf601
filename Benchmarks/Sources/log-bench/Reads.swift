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
        let events = try Replay.all(reader, from: 1, to: .max)
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
        let events = try Replay.all(reader, from: first, to: .max)
        try Measure(events: events, seconds: seconds(since: start)).print()
    }
}

enum Replay {
    /// - Returns: how many there were.
    static func all(_ reader: EventReader, from first: UInt64, to last: UInt64) throws -> UInt64 {
        var (next, count, decoded) = (first, UInt64(0), UInt64(0))
        while next <= last {
            let events = try reader.events(from: next, limit: 5000)
            guard let end = events.last else { break }
            for event in events {
                if try TestEvent(number: event.record.number, payload: event.record.payload) != nil
                {
                    decoded += 1
                }
            }
            count += UInt64(events.count)
            next = end.position + 1
        }
        precondition(decoded + 1 >= count, "An event was not decoded.")
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
        for view in Views.all { try store.rebuild(view) }
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
        print("pages", ContinuousClock.now - start)
        let report = try LogVerifier(reader, outside: nil, pages: pages).verify()
        precondition(report.isClean, "\(report.problems)")
        try Measure(events: report.head.position, seconds: seconds(since: start)).print()
    }
}
