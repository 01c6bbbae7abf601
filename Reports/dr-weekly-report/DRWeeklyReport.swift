import ArgumentParser
import EventLog
import Foundation
import Projections
import Reporting

@main
struct DRWeeklyReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dr-weekly-report",
        abstract: "Writes what was tested in a period, from the event log.",
        discussion: """
            The same log gives the same bytes, whenever the report is made. Without a period it is \
            about the current week.

            Exit codes: 0 written, 1 with --fail-on breach if a drill did not pass, 3 the log is \
            not intact, 4 no log or no drill in the period, 64 wrong usage, 70 internal error, 75 \
            busy.
            """,
        version: version)

    private static let version = "0.1.0"

    @OptionGroup var choice: PeriodChoice

    @Option(help: "Read the log only up to this position.")
    var asOf: UInt64?

    @Option(help: "The formats: html, json, or both with a comma between.")
    var format = "html,json"

    @Option(help: "The folder to write to. (default: reports in the data directory)")
    var output: String?

    @Flag(help: "Also list proofs and chaos, which are in no figure.")
    var all = false

    @Option(help: "Exit with 1 if a drill did not pass: breach.")
    var failOn: FailOn?

    @Option(name: .long, help: "The data directory. (default: $DR_DATA, else ./dr-data)")
    var data: String?

    enum FailOn: String, ExpressibleByArgument, CaseIterable {
        case breach
    }

    private enum Format: String, CaseIterable {
        case html, json
    }

    func validate() throws { _ = try formats() }

    private func formats() throws -> [Format] {
        try format.split(separator: ",", omittingEmptySubsequences: false).map { name in
            guard let format = Format(rawValue: String(name)) else {
                throw ValidationError("--format \(name): accepted: html, json")
            }
            return format
        }
    }

    func run() throws {
        do {
            try writeReport()
        } catch {
            throw Self.explained(error)
        }
    }

    private func writeReport() throws {
        let directory = DataDirectory.standard(
            data, environment: ProcessInfo.processInfo.environment)
        let reader = try EventReader(directory)
        let now = UInt64(Date().timeIntervalSince1970 * 1_000_000)
        let period = try choice.period(now: now)
        let report = try PeriodReport(
            reader, period: period, name: "Disaster recovery, \(period.kind.rawValue) report",
            asOf: asOf, listsOthers: all, toolVersion: Self.version)
        let folder = output ?? directory.reports
        for format in try formats() {
            let path =
                "\(folder)/\(period.kind.rawValue)-\(Self.fileName(period.name)).\(format.rawValue)"
            let bytes = format == .json ? Data(report.json) : Data(try report.html().utf8)
            try Self.write(bytes, to: path, in: folder)
            try tell(path)
        }
        if let others = report.uncountedWords, !all {
            complain("left out: \(others); --all lists them")
        }
        if report.runs.isEmpty {
            complain(try Self.emptiness(of: report, reader))
            throw ExitCode(4)
        }
        let isBreached = report.statistics.completed < report.statistics.total
        if failOn == .breach && isBreached { throw ExitCode.failure }
    }

    private static func write(_ bytes: Data, to path: String, in folder: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try bytes.write(to: URL(filePath: path), options: .atomic)
        } catch {
            complain("\(path) cannot be written: \(reason(for: error))")
            throw ExitCode(70)
        }
    }

    /// What was looked for, and what there is instead.
    private static func emptiness(of report: PeriodReport, _ reader: EventReader) throws -> String {
        let (period, last) = (report.period, report.origin.position)
        let sought =
            "no drill was begun in \(period.name), from \(RFC3339.text(period.start)) up to "
            + "\(RFC3339.text(period.end)); the log, read up to position \(last), "
        guard let always = Period(from: "1970-01-01", to: "9999-12-31") else { return sought }
        let drills = try PeriodReport(
            reader, period: always, name: "", asOf: last, toolVersion: version
        ).runs
        guard let first = drills.first, let final = drills.last else { return sought + "has none" }
        return sought + "has its first at \(RFC3339.text(first.requestedAt)) and its last at "
            + RFC3339.text(final.requestedAt)
    }

    /// Names never form a path.
    private static func fileName(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    }

    private static func explained(_ error: any Error) -> any Error {
        if error is ExitCode || error is ValidationError { return error }
        complain(reason(for: error))
        switch (error as? EventLogError)?.code {
        case .noLog, .archived: return ExitCode(4)
        case .damaged, .headsDiffer, .archive: return ExitCode(3)
        case .notOurs, .unsafeLocation: return ExitCode(64)
        case .busy: return ExitCode(75)
        default: return ExitCode(70)
        }
    }
}

struct PeriodChoice: ParsableArguments {
    @Option(help: "An ISO week, as 2026-W47.")
    var week: String?

    @Option(help: "The first day, as 2026-11-16, or a time. Needs --to.")
    var from: String?

    @Option(help: "The day or time after the last.")
    var to: String?

    @Option(help: "The day, week or month that it is now. (default: weekly)")
    var type: Kind?

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case daily, weekly, monthly
    }

    func validate() throws {
        if (from == nil) != (to == nil) { throw ValidationError("--from and --to go together.") }
        if week != nil && from != nil { throw ValidationError("Give --week, or --from and --to.") }
        if let type, week != nil && type != .weekly || from != nil {
            throw ValidationError(
                "--type \(type.rawValue) is the period that it is now, which --week, --from and "
                    + "--to are not: give one of them.")
        }
        _ = try named()
    }

    func period(now: UInt64) throws -> Period {
        if let period = try named() { return period }
        return switch type ?? .weekly {
        case .daily: Period(.daily, containing: now)
        case .weekly: Period(.weekly, containing: now)
        case .monthly: Period(.monthly, containing: now)
        }
    }

    /// The period that was given, if one was.
    private func named() throws -> Period? {
        if let week {
            guard let period = Period(week: week) else {
                throw ValidationError("--week \(week) is not an ISO week; accepted: 2026-W47")
            }
            return period
        }
        if let from, let to {
            guard let period = Period(from: from, to: to) else {
                throw ValidationError(
                    "--from \(from) --to \(to): accepted: two dates or times in order")
            }
            return period
        }
        return nil
    }
}
