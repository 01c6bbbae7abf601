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

    @OptionGroup var archive: ArchiveOption

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            try await archive.withLog(data.reader()) { try await export($0) }
        } catch {
            throw explained(error)
        }
    }

    private func export(_ log: WholeLog) async throws {
        let first = try await log.firstPosition(of: from)
        let last = try await log.position(of: to)
        let encoder = ExportEncoder(
            format: format, logID: log.reader.logID, streamNames: try log.reader.streamNames())
        // A part of a file is taken away again.
        let interruption = Interruption()
        let target = try OutputTarget(output)
        var (next, count) = (first, 0)
        while next <= last {
            try interruption.check()
            let page = try await log.events(from: next)
            guard let end = page.last else { break }
            let wanted = page.filter { $0.position <= last }
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
}
