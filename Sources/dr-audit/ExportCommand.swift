import ArgumentParser
import EventLog

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write events for other programs, as CloudEvents or CSV.",
        discussion: """
            CloudEvents 1.0.2, one JSON object a line. In both formats an event is the JSON that \
            protobuf has for it, with the names of events.proto; one that this program does not \
            know is base64. In CSV a text that a spreadsheet would take for a formula begins with \
            an apostrophe. The evidence is in the stored bytes, which 'prove' gives out.
            """)

    @Option(help: "The format.")
    var format: ExportFormat

    @Option(help: "Only what was recorded then or later: a position, or a time as for --to.")
    var from: Moment?

    @Option(help: "Only what had been recorded then: \(Moment.help).")
    var to: Moment?

    @Option(help: "The file to write. (default: standard output)")
    var output: String?

    @Option(help: "Where the events are that have left the log: \(ArchiveLocation.help).")
    var archive: ArchiveLocation?

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            try await export()
        } catch {
            throw explained(error)
        }
    }

    private func export() async throws {
        let reader = try data.reader()
        guard let archive else { return try await export(reader, nil) }
        try await archive.withStore { store in
            let segments = try reader.archivedSegments()
            try await export(reader, ArchivedEvents(store, segments: segments, reader: reader))
        }
    }

    private func export(_ reader: EventReader, _ archived: ArchivedEvents?) async throws {
        let positions = try range(in: reader)
        let encoder = ExportEncoder(
            format: format, logID: reader.logID, streamNames: try reader.streamNames())
        let target = try OutputTarget(output)
        var (next, count) = (positions.first, 0)
        while next <= positions.last {
            let page = try await Self.events(from: next, reader, archived)
            guard let end = page.last else { break }
            let wanted = page.filter { $0.position <= positions.last && isAskedFor($0) }
            if count == 0, !wanted.isEmpty { try target.write(encoder.head) }
            try target.write(encoder.bytes(of: wanted))
            count += wanted.count
            next = end.position + 1
        }
        if count == 0 {
            complain("nothing was recorded then")
            throw ExitCode.nothingFound
        }
        try target.finish()
    }

    private static func events(
        from position: UInt64, _ reader: EventReader, _ archived: ArchivedEvents?
    ) async throws -> [RecordedEvent] {
        if let archived, let last = archived.segments.last?.last, position <= last {
            return try await archived.events(from: position)
        }
        return try reader.events(from: position)
    }

    /// The positions to look at. More than asked for where a moment lies in the archive: only its
    /// segment is known without reading it.
    private func range(in reader: EventReader) throws -> (first: UInt64, last: UInt64) {
        let first = try unlessArchived(from?.firstPosition(in: reader) ?? 1) { $0.first }
        let head = try reader.head().position
        let last = try unlessArchived(to?.position(in: reader) ?? head) { $0.last }
        return (first, last)
    }

    private func unlessArchived(
        _ position: @autoclosure () throws -> UInt64,
        _ end: ((first: UInt64, last: UInt64)) -> UInt64
    ) throws -> UInt64 {
        do {
            return try position()
        } catch let error as EventLogError {
            guard archive != nil, case .archived(let first, let last, _) = error.code else {
                throw error
            }
            return end((first, last))
        }
    }

    private func isAskedFor(_ event: RecordedEvent) -> Bool {
        from?.isReached(by: event) != false && to?.covers(event) != false
    }
}
