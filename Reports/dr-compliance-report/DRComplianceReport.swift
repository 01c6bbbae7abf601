import ArgumentParser
import EventLog
import Foundation
import ReportCommands
import Reporting

let console = Console("dr-compliance-report")

@main
struct DRComplianceReport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dr-compliance-report",
        abstract: "Writes what the event log evidences for the controls of a framework.",
        usage: "dr-compliance-report --framework <name> --period <period> [<options>]",
        discussion: """
            For each control it says whether drills of the period support it, partly cover it, \
            contradict it, are overdue or do not cover it, and what is not evidenced here at all. \
            It never says that anybody complies: that is for those who judge. The same arguments \
            and the same history give the same bytes; the log is only read.

            Frameworks: soc2, iso27001, iso22301, nist-800-53, dora, nis2, hipaa, pci-dss, bsi-c5, \
            nist-csf.

            Exit codes: 0 written, 1 with --fail-on breach if a control is contradicted or \
            overdue, 3 the log is not intact, and no report, 4 no log, or a report that says that \
            the period is empty, 64 wrong usage, 70 something could not be written, 75 busy.
            """,
        version: version)

    private static let version = "0.1.0"

    @Option(help: ArgumentHelp("The framework, as it is called above.", valueName: "name"))
    var framework: String?

    @Option(
        help: "A quarter, month, year, week or day: 2026-Q4, 2026-11, 2026, 2026-W48, 2026-11-23.")
    var period: String?

    @Option(help: "The first day, as 2026-10-01, or a time. Needs --to.")
    var from: String?

    @Option(help: "The last day, which is in the period, or the time at which it ends.")
    var to: String?

    @OptionGroup var head: HeadOptions

    @Option(
        help: "Of html, pdf, md, csv, json and oscal, with commas between. pdf needs WeasyPrint.")
    var format = "html,json,oscal"

    @Option(help: "The folder to write to. (default: reports in the data directory)")
    var output: String?

    @Flag(
        help: """
            Write a folder with the report, the proofs of its evidence, the checkpoint, the public \
            key, how to verify them, and SHA256SUMS. CSV, JSON and OSCAL are always in it.
            """)
    var bundle = false

    @Option(help: "Exit with 1 if a control is contradicted or overdue: breach.")
    var failOn: FailOn?

    @OptionGroup var printed: ResultOptions

    func validate() throws {
        if printed.schema { return }
        if output?.isEmpty == true { throw ValidationError("--output is empty.") }
        _ = (try chosenFramework(), try chosenPeriod(), try formats())
    }

    private func chosenFramework() throws -> Framework {
        let names = Framework.allCases.map(\.rawValue).joined(separator: ", ")
        guard let framework else { throw ValidationError("Give --framework; accepted: \(names)") }
        guard let chosen = Framework(rawValue: framework) else {
            throw ValidationError("--framework: '\(framework)' is not one; accepted: \(names)")
        }
        return chosen
    }

    private func chosenPeriod() throws -> Period {
        if let period, from == nil, to == nil {
            guard let chosen = Period(period) else {
                throw ValidationError(
                    "--period: '\(period)' is not one; accepted: one like 2026-Q4, 2026-11, 2026, "
                        + "2026-W48 or 2026-11-23")
            }
            return chosen
        }
        guard period == nil, let from, let to else {
            throw ValidationError("Give --period, or --from and --to.")
        }
        guard let chosen = Period(from: from, to: to) else {
            throw ValidationError(
                "--from '\(from)' --to '\(to)': accepted: two dates like 2026-10-01, or times like "
                    + "2026-10-01T08:00:00Z, in their order")
        }
        return chosen
    }

    private func formats() throws -> [ReportFormat] {
        let formats = try ReportFormat.chosen(format, of: ComplianceReport.formats)
        let data: [ReportFormat] = bundle ? [.csv, .json, .oscal] : []
        return formats + data.filter { !formats.contains($0) }
    }

    func run() async throws {
        do {
            if printed.schema { return try console.tell(ReportSchema.compliance) }
            try await writeReport()
        } catch {
            throw console.explained(error)
        }
    }

    private func writeReport() async throws {
        let environment = ProcessInfo.processInfo.environment
        let directory = DataDirectory.standard(printed.data, environment: environment)
        let reader = try EventReader(directory)
        let framework = try chosenFramework()
        var request = ReportRequest(
            .compliance(framework, try chosenPeriod()), asOf: head.asOf, toolVersion: Self.version)
        request.judgement = head.judgeAt
        let (history, seal) = try request.history(reader)
        let report = ComplianceReport(history, framework: framework)
        let formats = try formats()
        let files = try await EndingSignals.cancelling { try await report.allFiles(formats) }
        let folder = ReportFolder(output ?? directory.reports)
        let result: ReportResult
        if bundle {
            let place = try BundleFolder(folder, named: report.baseName)
            let bundle = try EvidenceBundle(report, files, seal, provenBy: reader)
            try place.write(bundle)
            result = ReportResult(report, seal, bundle: bundle, files: files, in: place.folder)
        } else {
            try folder.write(files)
            result = ReportResult(report, seal, files: files, in: folder)
        }
        try console.finish(
            result, of: report, json: printed.json, failsOnBreach: failOn == .breach)
    }
}
