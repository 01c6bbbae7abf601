import Foundation
import Testing

/// What `dr-weekly-report` writes.
@Suite(.timeLimit(.minutes(3))) struct ReportTests {
    /// From the day of the run on, whenever these tests run.
    private func period(_ workspace: Workspace) async throws -> [String] {
        let start = try #require(try await workspace.test()["start_time"].text)
        return ["--from", String(start.prefix(10)), "--to", "2100-01-01"]
    }

    /// - Returns: the names and bytes of the files that a report consists of.
    private func report(
        _ workspace: Workspace, _ options: [String], to folder: String
    ) async throws -> [String: Data] {
        let output = workspace.folder + "/" + folder
        let all = try await period(workspace) + options + ["--output", output]
        let run = try await workspace.run(.report, all)
        #expect(run.status == 0, "\(run)")
        #expect(run.lines.allSatisfy { $0.hasPrefix(output + "/") }, "\(run)")
        return try contents(ofFolder: output).compactMapValues { $0 }
    }

    @Test func theSameLogGivesTheSameBytes() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let first = try await report(workspace, [], to: "first")
        #expect(first.count == 2)
        try? FileManager.default.removeItem(atPath: workspace.data + "/views")
        let second = try await report(workspace, [], to: "second")
        #expect(first == second)
        let elsewhere = try await CompletedRun.shared.copy()
        #expect(try await report(elsewhere, [], to: "third") == first)
    }

    @Test func aReportAsOfAPositionShowsWhatWasThere() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let events = try await workspace.events()
        let outage = try #require(events.first { $0.name == "fault_effective" })
        let options = ["--format", "json", "--as-of", "\(outage.position)"]
        let files = try await report(workspace, options, to: "then")
        #expect(files.count == 1)
        let then = try JSON(parsing: String(decoding: files.values.first ?? Data(), as: UTF8.self))
        #expect(then["running_tests"].double == 1)
        #expect(then["passed_tests"].double == 0)
        #expect(then["success_rate"] == .null)
        #expect(then["origin"]["position"].double == Double(outage.position))
    }

    @Test func aReportInJSONSaysWhatHappened() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let files = try await report(workspace, ["--format", "json"], to: "now")
        let now = try JSON(parsing: String(decoding: files.values.first ?? Data(), as: UTF8.self))
        #expect(now["total_tests"].double == 1)
        #expect(now["passed_tests"].double == 1)
        #expect(now["success_rate"].double == 100)
        let test = try await workspace.test()
        #expect(now["avg_rto_ms"] == test["rto_actual_ms"])
        #expect(now["avg_rpo_ms"] == test["rpo_actual_ms"])
        #expect(now["test_summary"].elements.count == 1)
        #expect(now["origin"]["position"].double == test["last_position"].double)
    }

    /// It can be archived and read anywhere: nothing is fetched, nothing runs.
    @Test func aReportInHTMLStandsByItself() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let files = try await report(workspace, ["--format", "html"], to: "now")
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

    @Test func aPeriodWithoutRunsIsEmpty() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let run = try await workspace.run(.report, ["--week", "2020-W01", "--type", "weekly"])
        #expect(run.status == 4, "\(run)")
        let begun = try #require(try await workspace.test()["created_at"].text)
        let sought = "no drill was begun in 2020-W01, from 2019-12-30T00:00:00.000Z up to "
        #expect(run.complaint.contains(sought + "2020-01-06T00:00:00.000Z; "), "\(run)")
        #expect(run.complaint.hasSuffix("first at \(begun) and its last at \(begun)\n"), "\(run)")
        let nothing = try await Workspace().run(.report, ["--week", "2020-W01"])
        #expect(nothing.status == 4, "\(nothing)")
        #expect(nothing.complaint.contains("no event log"))
        let atFirst = try await period(workspace) + ["--as-of", "1"]
        let noRun = try await workspace.run(.report, atFirst)
        #expect(noRun.status == 4, "\(noRun)")
        #expect(noRun.complaint.hasSuffix("up to position 1, has none\n"), "\(noRun)")
    }

    @Test func aBreachIsAnExitCodeOnlyIfAsked() async throws {
        let passed = try await CompletedRun.shared.copy()
        let good = try await passed.run(
            .report, try await period(passed) + ["--fail-on", "breach"])
        #expect(good.status == 0, "\(good)")

        let workspace = try Workspace()
        let file = try workspace.write(Sample.scenario(requests: 1_000_000), to: "red.yaml")
        let run = try await workspace.drill([file])
        #expect(run.status == 1, "\(run)")
        let dates = try await period(workspace)
        let plain = try await workspace.run(.report, dates)
        #expect(plain.status == 0, "\(plain)")
        let breach = try await workspace.run(.report, dates + ["--fail-on", "breach"])
        #expect(breach.status == 1, "\(breach)")
    }

    @Test(arguments: [
        ["--week", "2026-W99"], ["--week", "W47"], ["--week", "2026-47"], ["--week", ""],
        ["--from", "2026-11-01"], ["--to", "2026-11-01"],
        ["--from", "2026-11-03", "--to", "2026-11-01"], ["--from", "x", "--to", "y"],
        ["--week", "2026-W47", "--from", "2026-11-01", "--to", "2026-12-01"],
        ["--format", "pdf"], ["--format", "html,docx"], ["--format", ""], ["--type", "yearly"],
        ["--week", "2026-W47", "--type", "monthly"],
        ["--from", "2026-11-01", "--to", "2026-11-02", "--type", "daily"],
        ["--fail-on", "anything"], ["--as-of", "now"], ["surplus"],
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
