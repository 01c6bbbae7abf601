import ArgumentParser
import EventLog
import Foundation
import ReportCommands
import Reporting

private let console = Console("dr-weekly-report")

@main
struct DRWeeklyReport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dr-weekly-report",
        abstract: "Writes what was tested in a period, from the event log.",
        usage: """
            dr-weekly-report [--week|--month|--day <period>] [<options>]
            dr-weekly-report --from <from> --to <to> [<options>]
            dr-weekly-report --test <id> [<options>]
            """,
        discussion: """
            A drill is in the period in which it ended. Without a period it is about the current \
            week. The same arguments and the same history give the same bytes, whenever the report \
            is made; the log is only read, also while others write to it.

            Exit codes: 0 written, 1 with --fail-on breach if a drill did not pass or is overdue, \
            3 the log is not intact, and no report, 4 no log, or a report that says that the \
            period is empty, 64 wrong usage, 70 something could not be written, 75 busy.
            """,
        version: version)

    private static let version = "0.1.0"

    @OptionGroup var choice: PeriodChoice

    @OptionGroup var head: HeadOptions

    @Option(
        help: "Of html, pdf, md, csv, json and junit, with commas between. pdf needs WeasyPrint.")
    var format = "html,json"

    @Option(help: "What the report is called. (default: its type)")
    var name: String?

    @Option(help: "The folder to write to. (default: reports in the data directory)")
    var output: String?

    @Option(help: "Exit with 1 if a drill did not pass or is overdue: breach.")
    var failOn: FailOn?

    @OptionGroup var printed: ResultOptions

    func validate() throws {
        if printed.schema { return }
        _ = try formats()
        if let name, name.allSatisfy(\.isWhitespace) { throw ValidationError("--name is empty.") }
        if output?.isEmpty == true { throw ValidationError("--output is empty.") }
        if head.judgeAt != nil && choice.test != nil {
            throw ValidationError("--judge-at is for a period, and --test is not about one.")
        }
    }

    private func formats() throws -> [ReportFormat] {
        try ReportFormat.chosen(format, of: PeriodReport.formats)
    }

    func run() async throws {
        do {
            if printed.schema { return try console.tell(ReportSchema.period) }
            try await writeReport()
        } catch {
            throw console.explained(error)
        }
    }

    private func writeReport() async throws {
        let environment = ProcessInfo.processInfo.environment
        let directory = DataDirectory.standard(printed.data, environment: environment)
        let reader = try EventReader(directory)
        var request = ReportRequest(
            try choice.subject(now: LogClock.system.now()), name: name, asOf: head.asOf,
            toolVersion: Self.version)
        request.judgement = head.judgeAt
        let (report, seal) = try request.report(reader)
        let formats = try formats()
        async let rendered = EndingSignals.cancelling { try await report.allFiles(formats) }
        // The log is closed meanwhile: of a long one very many pages are given back.
        _ = consume reader
        let folder = ReportFolder(output ?? directory.reports)
        let files = try await rendered
        try folder.write(files)
        let result = ReportResult(report, seal, files: files, in: folder)
        try console.finish(
            result, of: report, json: printed.json, failsOnBreach: failOn == .breach)
    }
}
