import Foundation
import Testing

/// What `dr-weekly-report` writes.
@Suite(.timeLimit(.minutes(3))) struct ReportTests {
    private static let all = "html,md,csv,json,junit"

    /// - Returns: what the program printed, and the names and bytes of what it wrote.
    private func report(
        _ workspace: Workspace, _ options: [String], to folder: String
    ) async throws -> (run: Finished, files: [String: Data]) {
        let output = workspace.folder + "/" + folder
        let run = try await workspace.run(.report, options + ["--output", output])
        return (run, try contents(ofFolder: output).compactMapValues { $0 })
    }

    private func json(_ files: [String: Data]) throws -> JSON {
        let file = try #require(files.first { $0.key.hasSuffix(".json") })
        return try JSON(parsing: String(decoding: file.value, as: UTF8.self))
    }

    // MARK: The same history gives the same bytes

    @Test func theSameLogGivesTheSameBytes() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let options = ["--week", MadeUpHistory.week, "--format", Self.all]
        let (run, first) = try await report(workspace, options, to: "first")
        #expect(run.status == 0, "\(run)")
        #expect(first.keys.filter { $0.hasSuffix(".csv") }.count > 3)
        for ending in ["html", "md", "json", "junit.xml"] {
            #expect(first["weekly-\(MadeUpHistory.week).\(ending)"] != nil)
        }
        try? FileManager.default.removeItem(atPath: workspace.data + "/views")
        let (_, second) = try await report(workspace, options, to: "second")
        #expect(first == second)
        let elsewhere = try await MadeUpHistory.shared.copy()
        let (_, third) = try await report(elsewhere, options, to: "third")
        #expect(first == third)
    }

    /// Anybody who has the report and the log makes it again, though the log has gone on: also that
    /// of a week of which the log did not show yet that it was over.
    @Test(arguments: [MadeUpHistory.earlierWeek, MadeUpHistory.week])
    func thePrintedCommandMakesTheSameBytes(week: String) async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let options = ["--week", week, "--format", "html,json", "--name", "It's ours"]
        let (_, first) = try await report(workspace, options, to: "first")
        let command = try #require(try json(first)["origin"]["command"].text)
        try await workspace.makeUpDrills(weeks: 1)
        let programs = URL(filePath: Program.report.path).deletingLastPathComponent().path
        let again = try await workspace.start(
            path: "/bin/sh",
            [
                "-c", "PATH=\"$1:$PATH\"; \(command) --format html,json --output \"$0\"",
                workspace.folder + "/second", programs,
            ]
        ).finish()
        #expect(again.status == 0, "\(again)")
        let second = try contents(ofFolder: workspace.folder + "/second").compactMapValues { $0 }
        #expect(first == second)
    }

    @Test func makingAReportChangesNothingInTheLog() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let file = workspace.data + "/log/data.mdb"
        let before = try Data(contentsOf: URL(filePath: file))
        _ = try await report(workspace, ["--week", MadeUpHistory.week], to: "report")
        #expect(try Data(contentsOf: URL(filePath: file)) == before)
    }

    // MARK: What it says

    @Test func everyFileIsNamedWithItsDigestAndItsSize() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let options = ["--week", MadeUpHistory.week, "--format", Self.all]
        let (run, files) = try await report(workspace, options, to: "report")
        let written = try run.written()
        #expect(Set(written.map(\.name)) == Set(files.keys))
        let sums = try await workspace.start(
            path: "/usr/bin/sha256sum", written.map(\.path)
        ).finish()
        #expect(sums.lines == written.map { "\($0.sha256)  \($0.path)" })
        for file in written { #expect(file.size == file.bytes.count) }
        #expect(run.lines.count == written.count + 1)
        let summary = "weekly report of \(MadeUpHistory.week), up to position "
        #expect(run.lines.last?.hasPrefix(summary) == true, "\(run)")
        #expect(run.complaint == "", "all of it is sealed")
    }

    @Test func theFiguresAreThoseOfTheRunsThatEndedInThePeriod() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let options = ["--week", MadeUpHistory.week, "--format", "json"]
        let now = try json(try await report(workspace, options, to: "now").files)
        #expect(now["total_tests"].double == 8)
        #expect(now["passed_tests"].double == 5)
        #expect(now["failed_tests"].double == 1)
        #expect(now["inconclusive_tests"].double == 2)
        #expect(now["cancelled_tests"].double == 1)
        #expect(now["success_rate"].double == 62.5)
        #expect(now["test_summary"].elements.count == 10)
        #expect(now["test_summary"].elements.filter { $0["counted"] == .bool(true) }.count == 8)
    }

    @Test func aReportAsOfAPositionShowsWhatWasThere() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let events = try await workspace.events()
        let outage = try #require(events.first { $0.name == "fault_effective" })
        let options = ["--format", "json", "--as-of", "\(outage.position)"]
        let (run, files) = try await report(workspace, period(events) + options, to: "then")
        #expect(run.status == 0, "\(run)")
        let then = try json(files)
        #expect(then["running_tests"].double == 1)
        #expect(then["total_tests"].double == 0)
        #expect(then["success_rate"] == .null)
        #expect(then["origin"]["position"].double == Double(outage.position))
    }

    private func period(_ events: [ReplayedEvent]) throws -> [String] {
        let first = try #require(events.first)
        return ["--from", String(first.time.prefix(10)), "--to", "2100-01-01"]
    }

    @Test func anIncidentIsOneTestInDepth() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let test = try #require(try await workspace.test()["id"].integer)
        let options = ["--type", "incident", "--test", "\(test)", "--format", "html,json"]
        let (run, files) = try await report(workspace, options, to: "incident")
        #expect(run.status == 0, "\(run)")
        #expect(Set(files.keys) == ["incident-\(test).html", "incident-\(test).json"])
        let html = String(decoding: files["incident-\(test).html"] ?? Data(), as: UTF8.self)
        for step in ["Block all R2 operations", "Trigger circuit breaker"] {
            #expect(html.contains(step))
        }
        let none = try await workspace.run(.report, ["--type", "incident", "--test", "1"])
        #expect(none.status == 4, "\(none)")
        #expect(none.complaint.contains("no test begins"), "\(none)")
    }

    /// It can be archived and read anywhere: nothing is fetched, nothing runs.
    @Test func aReportInHTMLStandsByItself() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let options = ["--week", MadeUpHistory.week, "--format", "html"]
        let files = try await report(workspace, options, to: "now").files
        let html = String(decoding: files.values.first ?? Data(), as: UTF8.self)
        #expect(html.contains("Complete R2 Outage Simulation"))
        #expect(html.contains("<svg"))
        let fetching = [
            "(src|href|srcset|action|data|poster)\\s*=\\s*[\"']?\\s*([a-z]+:)?//",
            "<(script|link|iframe|object|embed|base)\\b", "@import", "url\\(", "\\son[a-z]+\\s*=",
        ]
        for pattern in fetching {
            let options: String.CompareOptions = [.regularExpression, .caseInsensitive]
            let found = html.range(of: pattern, options: options).map { String(html[$0]) }
            #expect(found == nil, "\(pattern)")
        }
    }

    @Test func forAMachineAllIsOneObject() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let options = ["--week", MadeUpHistory.week, "--format", "json,csv", "--json"]
        let (run, files) = try await report(workspace, options, to: "report")
        let result = try JSON(parsing: run.output)
        #expect(Set(result["files"].elements.compactMap { $0["name"].text }) == Set(files.keys))
        #expect(result["period"].text == MadeUpHistory.week)
        #expect(result["is_breached"] == .bool(true))
        #expect(result["is_empty"] == .bool(false))
        #expect(result["is_sealed"] == .bool(true))
        let schema = try await workspace.run(.report, ["--schema"])
        #expect(schema.status == 0, "\(schema)")
        let id = try JSON(parsing: schema.output)["$id"]
        #expect(id.text == "urn:dr-testing:schema:period-report:1")
    }

    // MARK: How it ends

    @Test func aPeriodWithoutRunsIsEmpty() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let (run, files) = try await report(workspace, ["--week", "2020-W01"], to: "empty")
        #expect(run.status == 4, "\(run)")
        let sought = "no drill ended in 2020-W01, from 2019-12-30T00:00:00.000Z up to "
        #expect(run.complaint.contains(sought + "2020-01-06T00:00:00.000Z"), "\(run)")
        // It is written all the same, and honest.
        #expect(Set(files.keys) == ["weekly-2020-W01.html", "weekly-2020-W01.json"])
        #expect(try json(files)["success_rate"] == .null)
        let empty = try Workspace()
        let nothing = try await empty.run(.report, ["--week", "2020-W01"])
        #expect(nothing.status == 4, "\(nothing)")
        #expect(nothing.complaint.contains("no event log"))
        #expect(!empty.hasData)
    }

    @Test func aBreachIsAnExitCodeOnlyIfAsked() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let week = ["--week", MadeUpHistory.week]
        let plain = try await workspace.run(.report, week)
        #expect(plain.status == 0, "\(plain)")
        let breach = try await workspace.run(.report, week + ["--fail-on", "breach"])
        #expect(breach.status == 1, "\(breach)")
        #expect(try !breach.written().isEmpty)
        let passed = try await CompletedRun.shared.copy()
        let dates = try period(try await passed.events())
        let good = try await passed.run(.report, dates + ["--fail-on", "breach"])
        #expect(good.status == 0, "\(good)")
    }

    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func ofADamagedLogThereIsNoReport() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let events = try await workspace.events()
        let last = try #require(events.last { $0.name == "run_finished" })
        let stored = try await workspace.storedEntries()
        let entry = try #require(
            stored.first { $0.database == "events" && $0.position == last.position })
        try await workspace.damage([
            "change", entry.database, entry.key, "\(entry.size / 2)", "1",
        ])
        let (run, files) = try await report(
            workspace, ["--week", MadeUpHistory.week, "--format", Self.all], to: "none")
        #expect(run.status == 3, "\(run)")
        #expect(run.output == "")
        #expect(files.isEmpty)
    }

    @Test func whatIsNotSealedYetIsSaid() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let append = try await workspace.start(
            path: Program.appender, ["append", workspace.data, "notes", "2"]
        ).finish()
        #expect(append.status == 0, "\(append)")
        let run = try await workspace.run(
            .report, ["--from", "2025-11-24", "--to", "2100-01-01"])
        #expect(run.status == 0, "\(run)")
        #expect(run.complaint.contains("not under a signed checkpoint yet"), "\(run)")
    }

    @Test func aFolderThatCannotBeWrittenToIsAnError() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let file = try workspace.write("", to: "file")
        let run = try await workspace.run(
            .report, ["--week", MadeUpHistory.week, "--output", file + "/reports"])
        #expect(run.status == 70, "\(run)")
        #expect(run.output == "")
    }

    @Test(arguments: [
        ["--week", "2026-W99"], ["--week", "W47"], ["--week", "2026-47"], ["--week", ""],
        ["--month", "2026-13"], ["--day", "2026-11"], ["--month", "2026-11", "--week", "2026-W48"],
        ["--from", "2026-11-01"], ["--to", "2026-11-01"],
        ["--from", "2026-11-03", "--to", "2026-11-01"], ["--from", "x", "--to", "y"],
        ["--week", "2026-W47", "--from", "2026-11-01", "--to", "2026-12-01"],
        ["--format", "oscal"], ["--format", "html,docx"], ["--format", ""], ["--type", "yearly"],
        ["--week", "2026-W47", "--type", "monthly"], ["--type", "custom"], ["--type", "incident"],
        ["--test", "2", "--week", "2026-W47"], ["--test", "2", "--type", "weekly"],
        ["--test", "two"], ["--name", " "], ["--fail-on", "anything"], ["--as-of", "now"],
        ["--judge-at", "now"], ["--judge-at", "end", "--test", "2"], ["--output", ""],
        ["surplus"],
    ])
    func whatCannotBeMeantIsRefused(options: [String]) async throws {
        let workspace = try await CompletedRun.shared.copy()
        let run = try await workspace.run(.report, options)
        #expect(run.status == 64, "\(run)")
        #expect(run.output == "")
        let reports = try contents(ofFolder: workspace.data + "/reports")
        #expect(reports.isEmpty)
    }
}
