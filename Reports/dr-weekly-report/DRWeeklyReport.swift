import ArgumentParser
import EventLog
import Foundation
import Reporting

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

    @Option(
        help: ArgumentHelp(
            "Read the log only up to this position. (default: the last event of the period that "
                + "is no report)", valueName: "position"))
    var asOf: UInt64?

    @Option(
        help: ArgumentHelp(
            "Judge what is due at the end of the period, also if the log does not show yet that "
                + "it is over, or at the head. (default: as the log shows)", valueName: "moment"))
    var judgeAt: Moment?

    @Option(
        help: "Of html, pdf, md, csv, json and junit, with commas between. pdf needs WeasyPrint.")
    var format = "html,json"

    @Option(help: "What the report is called. (default: its type)")
    var name: String?

    @Option(help: "The folder to write to. (default: reports in the data directory)")
    var output: String?

    @Option(help: "Exit with 1 if a drill did not pass or is overdue: breach.")
    var failOn: FailOn?

    @Flag(help: "Print what was written as JSON.")
    var json = false

    @Flag(help: "Print the JSON Schema of the report, and write nothing.")
    var schema = false

    @Option(name: .long, help: "The data directory. (default: $DR_DATA, else ./dr-data)")
    var data: String?

    enum FailOn: String, ExpressibleByArgument, CaseIterable {
        case breach
    }

    enum Moment: String, ExpressibleByArgument, CaseIterable {
        case end, head
    }

    func validate() throws {
        if schema { return }
        _ = try formats()
        if let name, name.allSatisfy(\.isWhitespace) { throw ValidationError("--name is empty.") }
        if output?.isEmpty == true { throw ValidationError("--output is empty.") }
        if judgeAt != nil && choice.test != nil {
            throw ValidationError("--judge-at is for a period, and --test is not about one.")
        }
    }

    private func formats() throws -> [ReportFormat] {
        let accepted = PeriodReport.formats
        if let formats = ReportFormat.list(format, of: accepted) { return formats }
        let names = accepted.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--format \(format): accepted: \(names)")
    }

    func run() async throws {
        do {
            if schema { return try tell(ReportSchema.period) }
            try await writeReport()
        } catch {
            throw explained(error)
        }
    }

    private func writeReport() async throws {
        let environment = ProcessInfo.processInfo.environment
        let directory = DataDirectory.standard(data, environment: environment)
        let reader = try EventReader(directory)
        var request = ReportRequest(
            try choice.subject(now: LogClock.system.now()), name: name, asOf: asOf,
            toolVersion: Self.version)
        request.judgement = judgeAt.flatMap { HistoryRequest.Judgement(rawValue: $0.rawValue) }
        let (report, seal) = try request.report(reader)
        let formats = try formats()
        let files = try await EndingSignals.cancelling { try await report.allFiles(formats) }
        let folder = ReportFolder(output ?? directory.reports)
        try folder.write(files)
        let result = ReportResult(report, seal, files: files, in: folder)
        try tell(json ? result.json + [UInt8(ascii: "\n")] : Array(lines(of: result).utf8))
        if let notSealed = result.notSealed { complain(notSealed) }
        if let emptiness = result.emptiness { complain(emptiness) }
        if failOn == .breach && report.isBreached { throw ExitCode(ReportExit.breach) }
        if report.isEmpty { throw ExitCode(ReportExit.nothingFound) }
    }

    private func lines(of result: ReportResult) -> String {
        result.lines.map { $0 + "\n" }.joined()
    }
}
