import ArgumentParser
import DRTesting
import EventLog
import Projections
import Wire

struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Move old events to an archive, and keep the proof of them.",
        discussion: """
            The events are put into the archive, read back and compared, and only then removed \
            from the log. Their hashes stay, so everything can still be verified and proven. With \
            them goes what every table says at that moment, for tables that are built again \
            without the archive.

            A test leaves the log whole or not at all: one that is not finished keeps its events, \
            and all that came after them. If this is interrupted, run it again. All that leaves \
            a log goes into one archive.

            \(ArchiveArgument.bucketHelp)
            """)

    @Option(
        help: ArgumentHelp(
            "What was recorded before it may go: a position, or a time as 2026-11-23, "
                + "2026-11-23T08:00:00Z or 2026-11-23T08:00:00.123Z."))
    var before: Moment

    @Option(help: "Where to: \(ArchiveArgument.help).")
    var to: ArchiveArgument

    @OptionGroup var executor: ExecutorOption

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            if to.isInside(data.directory) {
                complain("--to lies inside the data directory, and would be lost with it")
                throw ExitCode.usage
            }
            let log = try data.store()
            let limit = try limit(in: log.reader)
            let segments = try await to.withStore { store in
                try await log.archive(
                    before: limit, to: store, base: { try Self.tables($0, at: $1, store) },
                    isFinished: Self.isFinished, by: executor.name)
            }
            let first = try log.reader.firstPosition()
            if json {
                try tell(Self.document(segments, first: first))
            } else {
                try tell(Self.lines(segments, first: first).joined(separator: "\n"))
            }
        } catch {
            throw explained(error)
        }
    }

    /// The first position that has to stay.
    private func limit(in reader: EventReader) throws -> UInt64 {
        do {
            return try before.firstPosition(in: reader)
        } catch let error as EventLogError {
            // All that was recorded before has gone already. What was begun is still finished.
            if case .archived = error.code { return try reader.firstPosition() }
            throw error
        }
    }

    /// What every table says at the moment at which events leave the log.
    private static func tables(
        _ reader: EventReader, at position: UInt64, _ store: any ArchiveStore
    ) throws -> ArchiveBase {
        let segments = try reader.archivedSegments()
        let archived = ArchivedEvents(store, segments: segments, reader: reader)
        return try ViewBase.dump(reader, at: position, archive: archived.forFolding)
    }

    /// Later events, such as a request to cancel, do not begin a run again.
    private static func isFinished(_ last: [RecordedEvent]) -> Bool {
        last.contains { event in
            let record = event.record
            if case .runFinished? = try? TestEvent(number: record.number, payload: record.payload) {
                return true
            }
            return false
        }
    }

    private static func lines(_ segments: [ArchivedSegment], first: UInt64) -> [String] {
        if segments.isEmpty {
            return ["nothing left the log: its first event is at position \(first)"]
        }
        return segments.map { "positions \($0.first) to \($0.last): \($0.name)" }
            + ["the log now begins at position \(first)"]
    }

    private static func document(_ segments: [ArchivedSegment], first: UInt64) -> String {
        var json = JSONWriter()
        json.object { json in
            json.name("first_position")
            json.integer(first)
            json.name("segments")
            json.array { json in
                for segment in segments { write(segment, to: &json) }
            }
        }
        return json.text
    }

    private static func write(_ segment: ArchivedSegment, to json: inout JSONWriter) {
        json.object { json in
            json.name("first")
            json.integer(segment.first)
            json.name("last")
            json.integer(segment.last)
            json.name("root")
            json.string("\(segment.root)")
            json.name("name")
            json.string(segment.name)
            json.name("sha256")
            json.string("\(segment.digest)")
            json.name("base_name")
            json.string(segment.baseName)
            json.name("base_sha256")
            json.string("\(segment.baseDigest)")
        }
    }
}
