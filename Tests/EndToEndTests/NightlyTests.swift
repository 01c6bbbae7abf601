import Foundation
import Testing

/// What `dr-nightly` does by itself.
@Suite(.timeLimit(.minutes(3))) struct NightlyTests {
    /// So long ago that of each kind a whole period is over.
    private static let weeks = 16
    private static let everything = ["--frameworks", "soc2,dora", "--format", "html,json,oscal"]

    private func workspace() async throws -> Workspace {
        let workspace = try Workspace()
        try await workspace.makeUpDrills(weeks: Self.weeks)
        return workspace
    }

    private func reports(_ workspace: Workspace) async throws -> [JSON] {
        try await workspace.rows(of: "test_reports")
    }

    @Test func whatIsDueIsMadeAndRecordedOnce() async throws {
        let workspace = try await workspace()
        let first = try await workspace.run(.nightly, Self.everything)
        #expect(first.status == 0, "\(first)")
        #expect(first.complaint == "")
        let types = first.lines.compactMap { $0.split(separator: " ").first.map { String($0) } }
        #expect(types.sorted() == ["compliance", "compliance", "daily", "monthly", "weekly"])
        let rows = try await reports(workspace)
        #expect(rows.count == 5)
        #expect(rows.allSatisfy { $0["generated_by"].text == "dr-nightly" })
        for file in rows.flatMap({ $0["files"].elements }) {
            let name = try #require(file["name"].text)
            let bytes = try Data(contentsOf: URL(filePath: "\(workspace.data)/reports/\(name)"))
            #expect(file["size_bytes"].integer == bytes.count)
        }
        let files = try contents(ofFolder: workspace.data + "/reports")
        let second = try await workspace.run(.nightly, Self.everything)
        #expect(second.status == 0, "\(second)")
        #expect(second.output == "nothing is due\n")
        #expect(try await reports(workspace) == rows)
        #expect(try contents(ofFolder: workspace.data + "/reports") == files)
        try await workspace.expectIntact()
    }

    /// Nothing was recorded in it: the log alone does not show that the week went by.
    @Test func whatNobodyRanInAQuietWeekIsOverdue() async throws {
        let workspace = try Workspace()
        let end = UInt64((Date.now.timeIntervalSince1970 - 21 * 86_400) * 1_000_000)
        try await workspace.makeUpDrills(weeks: 2, until: "\(end)")
        let night = try await workspace.run(
            .nightly, ["--types", "weekly", "--format", "json", "--json"])
        #expect(night.status == 0, "\(night)")
        let made = try #require(try JSON(parsing: night.output)["reports"].elements.first)
        let path = try #require(made["files"].elements.first?["path"].text)
        let report = try JSON(parsing: try String(contentsOfFile: path, encoding: .utf8))
        #expect(report["judged_at"] == report["period_end"])
        // One of each of the two cadences, which are weekly.
        #expect(report["due"]["overdue"].integer == 2)
    }

    /// So that two lines of one night can be told apart.
    @Test func theLineOfAComplianceReportNamesItsFramework() async throws {
        let workspace = try await workspace()
        let night = try await workspace.run(
            .nightly, ["--types", "none", "--frameworks", "soc2,dora", "--format", "json"])
        #expect(night.status == 0, "\(night)")
        let beginnings = ["compliance report for soc2 of ", "compliance report for dora of "]
        #expect(night.lines.count == 2)
        for (line, beginning) in zip(night.lines, beginnings) {
            #expect(line.hasPrefix(beginning), "\(night)")
        }
    }

    @Test func twoAtOnceRecordOneOfEach() async throws {
        let workspace = try await workspace()
        let both = try (0..<2).map { _ in try workspace.start(.nightly, Self.everything) }
        for night in both {
            let done = try await night.finish()
            #expect(done.status == 0, "\(done)")
        }
        #expect(try await reports(workspace).count == 5)
        try await workspace.expectIntact()
    }

    @Test func aServerFindsWhatItMade() async throws {
        let workspace = try await workspace()
        let server = try await StandaloneServer.start(in: workspace)
        let night = try await workspace.run(
            .nightly, ["--types", "weekly", "--format", "html,csv,json,junit"])
        #expect(night.status == 0, "\(night)")
        let listed = try await server.get("/api/testing/reports?type=weekly")
        let report = try #require(listed.body["data"].elements.first, "\(listed)")
        let files = report["files"].elements
        #expect(files.count > 4)
        for file in files {
            let name = try #require(file["name"].text)
            let content = try await server.get("/api/testing/reports/1/files/\(name)")
            #expect(content.status == 200, "\(content)")
        }
        let page = try await server.get("/reports")
        #expect(page.text.contains(try #require(files.first?["sha256"].text)))
        try await server.terminate()
        try await workspace.expectIntact()
    }

    @Test func frameworksMayStandInTheEnvironment() async throws {
        let workspace = try await workspace()
        let options = ["--types", "none", "--format", "json", "--json"]
        let night = try await workspace.run(
            .nightly, options, environment: ["DR_COMPLIANCE_FRAMEWORKS": "hipaa"])
        #expect(night.status == 0, "\(night)")
        let made = try JSON(parsing: night.output)["reports"].elements
        #expect(made.count == 1)
        #expect(made.first?["report_type"].text == "compliance")
        let name = try #require(made.first?["files"].elements.first?["name"].text)
        #expect(name.hasPrefix("compliance-hipaa-"))
        let wrong = try await workspace.run(
            .nightly, options, environment: ["DR_COMPLIANCE_FRAMEWORKS": "hippo"])
        #expect(wrong.status == 64, "\(wrong)")
        #expect(wrong.complaint.contains("DR_COMPLIANCE_FRAMEWORKS"), "\(wrong)")
    }

    // MARK: Metrics

    /// The lines of the file that are samples, each a series and a value.
    private func samples(_ path: String) throws -> [String: Double] {
        let lines = try String(contentsOfFile: path, encoding: .utf8)
            .components(separatedBy: "\n").filter { !$0.isEmpty && !$0.hasPrefix("#") }
        var samples: [String: Double] = [:]
        for line in lines {
            let end = try #require(line.lastIndex(of: " "), "\(line)")
            let series = String(line[..<end])
            let value = try #require(Double(line[line.index(after: end)...]), "\(line)")
            let name = series.prefix { $0 != "{" }
            #expect(name.allSatisfy { $0.isLowercase || $0 == "_" }, "\(line)")
            #expect(name == series || series.hasSuffix("\"}"), "\(line)")
            #expect(samples.updateValue(value, forKey: series) == nil, "\(line)")
        }
        return samples
    }

    @Test func monitoringIsToldHowDrillsStand() async throws {
        let workspace = try await workspace()
        let file = workspace.folder + "/drills.prom"
        let night = try await workspace.run(.nightly, ["--metrics", file])
        #expect(night.status == 0, "\(night)")
        let samples = try samples(file)
        #expect(samples["dr_testing_log_intact"] == 1)
        let outage = #"{scenario="Complete R2 Outage Simulation",target="staging""#
        // Of five a week two pass, one is called off, one sees nothing, and one is lost.
        let weeks = Double(Self.weeks)
        let outcomes = ["passed": 2, "inconclusive": 2, "cancelled": 1, "failed": 0]
        for (outcome, count) in outcomes {
            let series = "dr_testing_drills_total\(outage),outcome=\"\(outcome)\"}"
            #expect(samples[series] == Double(count) * weeks, "\(outcome)")
        }
        let never = #"{scenario="Performance Benchmark",target="staging"}"#
        let overdue = try #require(samples["dr_testing_overdue_seconds" + never])
        // Due a week after the cadence was made, with a day of grace.
        #expect(abs(overdue - (weeks * 7 - 8) * 86_400) < 3600)
        #expect(samples["dr_testing_overdue_seconds\(outage)}"] == 0)
        #expect(samples["dr_testing_recovery_time_seconds\(outage)}"] == 61)
        #expect(samples["dr_testing_recovery_time_objective_seconds\(outage)}"] == 120)
        #expect(samples.keys.contains(#"dr_testing_report_timestamp_seconds{type="weekly"}"#))
        #expect(FileManager.default.isReadableFile(atPath: file))
    }

    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func ofADamagedLogNothingIsMadeAndMonitoringIsTold() async throws {
        let workspace = try await workspace()
        // Of the week that is over.
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = .gmt
        let week = try #require(calendar.dateInterval(of: .weekOfYear, for: .now))
        let monday = week.start.formatted(.iso8601)
        let event = try #require(
            try await workspace.events().last { $0.name == "run_requested" && $0.time < monday })
        let entry = try #require(
            try await workspace.storedEntries().first {
                $0.database == "events" && $0.position == event.position
            })
        try await workspace.damage([
            "change", entry.database, entry.key, "\(entry.size / 2)", "1",
        ])
        let file = workspace.folder + "/drills.prom"
        let night = try await workspace.run(
            .nightly, ["--types", "weekly", "--metrics", file])
        #expect(night.status == 3, "\(night)")
        #expect(try samples(file) == ["dr_testing_log_intact": 0])
        #expect(try contents(ofFolder: workspace.data + "/reports").isEmpty)
    }

    // MARK: How it ends

    @Test func withoutALogThereIsNothingToReportOn() async throws {
        let workspace = try Workspace()
        let night = try await workspace.run(.nightly, [])
        #expect(night.status == 4, "\(night)")
        #expect(!workspace.hasData)
    }

    @Test func whatCannotBeWrittenKeepsNothingElseFromBeingMade() async throws {
        let workspace = try await workspace()
        let night = try await workspace.run(
            .nightly, ["--format", "json", "--metrics", workspace.folder + "/none/drills.prom"])
        #expect(night.status == 70, "\(night)")
        #expect(night.complaint.contains("metrics: "), "\(night)")
        #expect(try await reports(workspace).count == 3)
    }

    @Test(arguments: [
        ["--types", "yearly"], ["--types", "weekly,"], ["--frameworks", "soc3"],
        ["--format", "docx"], ["--format", ""], ["--catch-up", "-1"], ["--catch-up", "99999"],
        ["surplus"],
    ])
    func whatCannotBeMeantIsRefused(options: [String]) async throws {
        let workspace = try await CompletedRun.shared.copy()
        let night = try await workspace.run(.nightly, options)
        #expect(night.status == 64, "\(night)")
        #expect(night.output == "")
    }
}
