import Foundation
import Testing

/// Each format, held to what others say that it is.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(5)))
struct ReportFormatTests {
    /// Every format of every kind of report but PDF: of full periods, of an empty one and of one
    /// test.
    private func files(_ workspace: Workspace) async throws -> [WrittenFile] {
        let formats = ["--format", "html,csv,json,junit"]
        let test = try #require(
            try await workspace.rows(of: "dr_tests").last?["id"].integer.map { "\($0)" })
        let periods = [
            ["--week", MadeUpHistory.week], ["--month", "2025-11"], ["--week", "2020-W01"],
            ["--type", "incident", "--test", test],
        ]
        var written: [WrittenFile] = []
        for period in periods {
            written += try await workspace.run(.report, period + formats).written()
        }
        for framework in ["soc2", "nist-800-53", "dora"] {
            let options = ["--framework", framework, "--period", MadeUpHistory.quarter]
            written += try await workspace.run(
                .compliance, options + ["--format", "html,csv,json"]
            ).written()
        }
        return written
    }

    @Test func allFilesAreOfTheirFormats() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let written = try await files(workspace)
        for (ending, least) in [(".html", 7), (".csv", 30), (".json", 7), (".junit.xml", 4)] {
            #expect(written.filter { $0.name.hasSuffix(ending) }.count >= least, "\(ending)")
        }
        let check = try await Python.run(
            "EndToEndTests/check_reports.py", written.map(\.path), within: .seconds(180),
            in: workspace)
        #expect(check.status == 0, "\(check)")
        #expect(check.lines.count == written.count)
    }

    @Test func theCheckNoticesWhatIsWrong() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let written = try await workspace.run(
            .report, ["--week", MadeUpHistory.week, "--format", "html,csv,json,junit"]
        ).written()
        let traps = try await Python.run(
            "EndToEndTests/check_reports.py", ["--traps"] + written.map(\.path),
            within: .seconds(180), in: workspace)
        #expect(traps.status == 0, "\(traps)")
    }

    @Test func assessmentResultsAreThoseOfOSCAL() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        var paths: [String] = []
        for framework in ["nist-800-53", "soc2", "hipaa"] {
            for period in [MadeUpHistory.quarter, "2020"] {
                let run = try await workspace.run(
                    .compliance,
                    ["--framework", framework, "--period", period, "--format", "oscal"])
                paths.append(try run.written(".oscal.json").path)
            }
        }
        let check = try await Python.run(
            "EndToEndTests/check_oscal.py", paths, within: .seconds(180), in: workspace)
        #expect(check.status == 0, "\(check)")
        let traps = try await Python.run(
            "EndToEndTests/check_oscal.py", ["--traps", paths[0]], within: .seconds(180),
            in: workspace)
        #expect(traps.status == 0, "\(traps)")
    }

    // MARK: PDF

    /// - Returns: the written PDF, and the names and digests of what is attached to it.
    private func pdf(
        _ program: Program, _ options: [String], _ workspace: Workspace
    ) async throws -> (file: WrittenFile, attachments: [String: String]) {
        let run = try await workspace.run(
            program, options, environment: Python.pdf, within: .seconds(150))
        #expect(run.status == 0, "\(run)")
        let file = try run.written(".pdf")
        let check = try await Python.run(
            "EndToEndTests/check_pdf.py", [file.path], in: workspace)
        #expect(check.status == 0, "\(check)")
        let attachments = check.lines.dropFirst().map { line -> (String, String) in
            let parts = line.split(separator: " ", maxSplits: 1).map { String($0) }
            return (parts.last ?? "", parts.first ?? "")
        }
        return (file, Dictionary(attachments) { first, _ in first })
    }

    @Test func aReportInPDFHoldsItsData() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let week = ["--week", MadeUpHistory.week]
        let weekly = try await pdf(.report, week + ["--format", "pdf"], workspace)
        let tables = try await workspace.run(.report, week + ["--format", "csv"]).written()
        #expect(
            weekly.attachments
                == Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0.sha256) }))
        let quarter = ["--framework", "soc2", "--period", MadeUpHistory.quarter]
        let compliance = try await pdf(.compliance, quarter + ["--format", "pdf"], workspace)
        let oscal = try await workspace.run(.compliance, quarter + ["--format", "oscal"])
            .written(".oscal.json")
        #expect(compliance.attachments[oscal.name] == oscal.sha256)
        #expect(compliance.attachments.count > 4)
    }

    @Test func theSameHistoryGivesTheSameBytesInPDFToo() async throws {
        let options = ["--week", MadeUpHistory.week, "--format", "pdf"]
        let first = try await pdf(.report, options, try await MadeUpHistory.shared.copy())
        let second = try await pdf(.report, options, try await MadeUpHistory.shared.copy())
        #expect(first.file.sha256 == second.file.sha256)
    }

    @Test func withoutTheProgramForItAllOtherFormatsWork() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let output = ["--week", MadeUpHistory.week, "--output", workspace.folder + "/report"]
        let nowhere = ["DR_WEASYPRINT": workspace.folder + "/weasyprint"]
        let none = try await workspace.run(
            .report, output + ["--format", "html,pdf"], environment: nowhere)
        #expect(none.status == 70, "\(none)")
        #expect(none.complaint.contains("pip install weasyprint"), "\(none)")
        #expect(!FileManager.default.fileExists(atPath: workspace.folder + "/report"))
        let others = try await workspace.run(
            .report, output + ["--format", "html,md,csv,json,junit"], environment: nowhere)
        #expect(others.status == 0, "\(others)")
    }
}
