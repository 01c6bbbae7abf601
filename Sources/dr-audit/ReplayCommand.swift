import ArgumentParser
import DRTesting
import EventLog
import Foundation
import Projections

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Show what was recorded, event by event.")

    @Option(help: "Only the events of this test.")
    var test: UInt64?

    @Option(help: "Only what had been recorded then: \(Moment.help).")
    var at: Moment?

    @OptionGroup var data: DataOptions

    func run() throws {
        do {
            let reader = try data.reader()
            let last = try at?.position(in: reader) ?? reader.head().position
            let count =
                try test.map { try replay(test: $0, upTo: last, reader) }
                ?? replayAll(upTo: last, reader)
            if count == 0 {
                complain(test.map { "there is no test \($0)" } ?? "nothing had been recorded")
                throw ExitCode.nothingFound
            }
        } catch {
            throw explained(error)
        }
    }

    private func replayAll(upTo last: UInt64, _ reader: EventReader) throws -> Int {
        var next: UInt64 = 1
        var count = 0
        while next <= last {
            let events = try reader.events(from: next).filter { $0.position <= last }
            guard let end = events.last else { break }
            try tell(events.map { EventText.line($0) }.joined(separator: "\n"))
            count += events.count
            next = end.position + 1
        }
        return count
    }

    /// The events of the stream that begins at the position.
    private func replay(test: UInt64, upTo last: UInt64, _ reader: EventReader) throws -> Int {
        guard let first = try reader.events(from: test, limit: 1).first, first.position == test,
            test <= last, !first.record.streamName.isEmpty,
            first.record.streamName.hasPrefix("run/")
        else { return 0 }
        var revision: UInt64 = 0
        var count = 0
        while true {
            let events = try reader.events(ofStream: first.record.streamName, after: revision)
            guard let end = events.last else { return count }
            let shown = events.filter { $0.position <= last }
            if !shown.isEmpty {
                try tell(shown.map { EventText.line($0) }.joined(separator: "\n"))
            }
            count += shown.count
            revision = end.record.revision
        }
    }
}
