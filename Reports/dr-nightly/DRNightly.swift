import ArgumentParser
import EventLog
import Foundation
import ReportCommands
import Reporting

let console = Console("dr-nightly")

@main
struct DRNightly: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dr-nightly",
        abstract: "Makes the reports that are due, and records that they were made.",
        usage: "dr-nightly [<options>]",
        discussion: """
            A report is due when its period is over and no report of the whole of it is recorded: \
            of each day, of each week on Monday, of each month on the first, and, for the \
            frameworks that are named, of each quarter. What a machine that was off has missed is \
            made up for. Give the command every night, or as often as you like: what was made is \
            not made again. A server may run at the same time.

            The files are in the folder reports of the data directory, where the server finds \
            them. An event records each report with the digests of its files.

            Exit codes: 0 done, or nothing was due; 3 the log is not intact, 4 no log, 64 wrong \
            usage, 70 a report could not be made or written, 75 busy.
            """,
        version: version)

    static let version = "0.1.0"

    @Option(help: "Of daily, weekly and monthly, with commas between; none: no such report.")
    var types = "daily,weekly,monthly"

    @Option(
        help: ArgumentHelp(
            "The frameworks to make compliance reports for, with commas between. "
                + "(default: $DR_COMPLIANCE_FRAMEWORKS, else none)", valueName: "names"))
    var frameworks: String?

    @Option(
        help: """
            Of html, pdf, md, csv, json, junit and oscal, with commas between: each report is made \
            in those that it has. pdf needs WeasyPrint.
            """)
    var format = "html,json,csv,md,oscal"

    @Option(
        help: ArgumentHelp(
            "Make up for what was missed if its period ended no longer ago than this.",
            valueName: "days"))
    var catchUp: UInt64 = 35

    @Option(
        help: ArgumentHelp(
            "Also write this file for node_exporter: how drills stand.", valueName: "file"))
    var metrics: String?

    @Flag(help: "Print what was made as JSON.")
    var json = false

    @Option(name: .long, help: "The data directory. (default: $DR_DATA, else ./dr-data)")
    var data: String?

    func validate() throws {
        _ = (try schedule(environment: [:]), try formats())
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        do {
            let directory = DataDirectory.standard(data, environment: environment)
            try directory.requireLog()
            let night = Night(
                schedule: try schedule(environment: environment), formats: try formats(),
                metrics: metrics.map { MetricsFile(path: $0) })
            let done = try await night.run(on: directory)
            for problem in done.problems { console.complain(problem) }
            if json {
                try console.tell(done.json)
            } else {
                for line in done.lines { try console.tell(line) }
            }
            if !done.problems.isEmpty { throw ExitCode(ReportExit.failed) }
        } catch {
            throw console.explained(error)
        }
    }

    /// - Throws: `ValidationError`.
    private func schedule(environment: [String: String]) throws -> ReportSchedule {
        let kinds = try list(types == "none" ? "" : types).map { name in
            let kind = Period.Kind(rawValue: name)
            guard let kind, [.daily, .weekly, .monthly].contains(kind) else {
                throw ValidationError("--types \(types): accepted: daily, weekly, monthly, none")
            }
            return kind
        }
        let variable = "DR_COMPLIANCE_FRAMEWORKS"
        let given = frameworks ?? environment[variable] ?? ""
        let chosen = list(given).map { ($0, Framework(rawValue: $0)) }
        if let unknown = chosen.first(where: { $0.1 == nil }) {
            let names = Framework.allCases.map(\.rawValue).joined(separator: ", ")
            let place = frameworks == nil ? variable : "--frameworks"
            throw ValidationError("\(place): '\(unknown.0)' is none; accepted: \(names)")
        }
        let day: UInt64 = 86_400_000_000
        guard catchUp <= 3660 else { throw ValidationError("--catch-up: accepted: 0 to 3660 days") }
        return ReportSchedule(
            kinds: kinds, frameworks: chosen.compactMap(\.1), catchUpUs: catchUp * day)
    }

    /// Each name once.
    private func list(_ text: String) -> [String] {
        var names: [String] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: text.isEmpty) {
            let name = name.trimmingCharacters(in: .whitespaces)
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    private func formats() throws -> [ReportFormat] {
        try ReportFormat.chosen(format, of: ReportFormat.allCases)
    }
}
