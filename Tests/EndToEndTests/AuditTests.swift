import Foundation
import Testing

/// What an auditor does with the log of a run.
@Suite(.timeLimit(.minutes(3))) struct AuditTests {
    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func pythonComputesTheRootThatIsSigned() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let signed = try await workspace.run(.audit, ["checkpoint"])
        #expect(signed.status == 0, "\(signed)")
        let note = signed.output.components(separatedBy: "\n")
        #expect(note[0].hasPrefix("dr-testing/log/"))
        let python = try await Python.run(
            "EventLogTests/verify_log.py", [workspace.data], in: workspace)
        #expect(python.status == 0, "\(python)")
        #expect(python.lines == ["\(note[1]) \(note[2])"])
        try await workspace.expectIntact()
    }

    @Test func aTestIsReplayedEventByEvent() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let test = try await workspace.test()
        let first = Int(try #require(test["first_position"].double))
        let last = Int(try #require(test["last_position"].double))
        #expect(test["id"].double == Double(first))
        let events = try await workspace.events(["--test", "\(first)"])
        // Nothing else was written to this log meanwhile but the scenarios of the program.
        let all = try await workspace.events().filter { (first...last).contains($0.position) }
        let scenarios = all.filter { $0.name == "scenario_created" }
        #expect(scenarios.map(\.position) == Array(first + 1...first + 6))
        #expect(events == all.filter { !scenarios.contains($0) })
        #expect(events.count + scenarios.count == last - first + 1)
        #expect(events.first?.name == "run_requested")
        #expect(events.last?.name == "run_finished")
        let whole = try await workspace.run(.audit, ["replay", "--test", "\(first)"])
        #expect(whole.lines.count == events.count)
        let names = events.map(\.name)
        #expect(names.filter { $0.contains(" ") } == [], "these have no name")
        let planned = try #require(names.firstIndex(of: "fault_planned"))
        let effective = try #require(names.firstIndex(of: "fault_effective"))
        let ended = try #require(names.firstIndex(of: "fault_ended"))
        #expect(planned < effective && effective < ended)
    }

    @Test func theFirstEventNamesTheLog() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let first = try #require(try await workspace.events().first)
        let verify = try await workspace.run(.audit, ["verify"])
        #expect(first.name == "log_created")
        #expect(first.summary == verify.lines.first)
        #expect(verify.lines.contains("1 checkpoint, all events sealed"), "\(verify)")
    }

    @Test func aReplayEndsAtTheGivenMoment() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let all = try await workspace.events()
        #expect(try await workspace.events(["--at", "20"]) == Array(all.prefix(20)))
        // Without the first event of the log, and the six scenarios.
        #expect(try await workspace.events(["--test", "2", "--at", "20"]).count == 13)
        let moment = try #require(all.first { $0.name == "fault_effective" })
        // A time means to the end of what it names: of its millisecond, its second, its day.
        for length in [23, 19, 10] {
            let named = String(moment.time.prefix(length))
            let then = try await workspace.events(["--at", length == 10 ? named : named + "Z"])
            #expect(then == all.filter { $0.time.prefix(length) <= named }, "\(named)")
            #expect(then.contains(moment))
        }
        let before = try await workspace.run(.audit, ["replay", "--at", "2001-01-01T00:00:00Z"])
        #expect(before.status == 4, "\(before)")
        let unknown = try await workspace.run(.audit, ["replay", "--test", "3"])
        #expect(unknown.status == 4, "\(unknown)")
        #expect(unknown.complaint.contains("there is no test 3"))
    }

    @Test func aTableIsShownAsItWas() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let events = try await workspace.events()
        let outage = try #require(events.first { $0.name == "fault_effective" })
        #expect(try await workspace.rows(of: "dr_tests", ["--at", "1"]) == [])

        let during = try await workspace.rows(of: "dr_tests", ["--at", "\(outage.position)"])
        #expect(during.map { $0["status"].text } == ["running"])
        #expect(during.map { $0["end_time"] } == [.null])
        #expect(during.map { $0["verdict"] } == [.null])
        // Only the steady state had been judged.
        let results = try await workspace.rows(of: "test_results", ["--at", "\(outage.position)"])
        #expect(results.count == 1)

        let end = try await workspace.rows(of: "dr_tests", ["--at", "\(events.count)"])
        #expect(end.map { $0["status"].text } == ["completed"])
        let now = try await workspace.test()
        #expect(end == [now])
        let atThatTime = try await workspace.rows(of: "dr_tests", ["--at", outage.time])
        #expect(atThatTime.map { $0["status"].text } == ["running"])
    }

    @Test func deletedTablesAreBuiltAgainAlike() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let before = try await workspace.run(.projections, ["status"])
        #expect(before.status == 0, "\(before)")
        #expect(before.lines.count == 12)
        #expect(before.lines.allSatisfy { $0.contains("  rows ") && $0.contains("  digest ") })
        try FileManager.default.removeItem(atPath: workspace.data + "/views")
        let rebuilt = try await workspace.run(.projections, ["rebuild"])
        #expect(rebuilt.lines == before.lines, "\(rebuilt)")
        // A second time beside the first.
        let again = try await workspace.run(.projections, ["rebuild"])
        #expect(again.lines == before.lines, "\(again)")
        #expect(try await workspace.run(.projections, ["status"]).lines == before.lines)
        for view in [
            "dr_tests", "test_results", "test_logs", "test_metrics", "test_scenarios", "findings",
        ] {
            let kept = try await workspace.run(.projections, ["show", view])
            let folded = try await workspace.run(.audit, ["show", view])
            #expect(kept.output == folded.output, "\(view)")
            #expect(kept.status == 0)
        }
    }

    @Test func theStatusOfTablesIsInColumnsOrOneDocument() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let status = try await workspace.run(.projections, ["status"])
        for word in ["  version ", "  position ", "  rows ", "  digest "] {
            let places = status.lines.map { $0.components(separatedBy: word)[0].count }
            #expect(Set(places).count == 1, "\(word) in \(status)")
        }
        for command in ["status", "rebuild"] {
            let run = try await workspace.run(.projections, [command, "--json"])
            let document = try JSON(parsing: run.output)
            let tables = document["tables"].elements
            #expect(tables.count == status.lines.count, "\(run)")
            for (table, line) in zip(tables, status.lines) {
                #expect(table.names == ["view", "version", "position", "rows", "digest"])
                let name = try #require(table["view"].text)
                #expect(line.hasPrefix(name + " "), "\(line)")
                let digest = try #require(table["digest"].text)
                #expect(line.hasSuffix("  digest " + digest), "\(line)")
                #expect(table["position"] == document["head"])
            }
        }
        let one = try await workspace.run(.projections, ["rebuild", "findings", "--json"])
        let names = try JSON(parsing: one.output)["tables"].elements.map { $0["view"].text }
        #expect(names == ["findings"])
    }

    @Test func tablesThatCannotBeOpenedAreSaidInASentence() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let views = workspace.data + "/views"
        try FileManager.default.removeItem(atPath: views)
        try workspace.write("in the way", to: "data/views")
        for command in ["status", "rebuild"] {
            let run = try await workspace.run(.projections, [command])
            #expect(run.status == 70, "\(run)")
            #expect(run.output == "")
            let line = "dr-projections: the tables in \(views) cannot be opened for writing: "
            #expect(run.complaint.hasPrefix(line + "File exists; "), "\(run)")
            #expect(run.complaint.split(separator: "\n").count == 1, "\(run)")
        }
        // They are made in memory then.
        let show = try await workspace.run(.projections, ["show", "dr_tests"])
        #expect(show.status == 0, "\(show)")
    }

    @Test func auditingChangesNothing() async throws {
        let workspace = try await CompletedRun.shared.copy()
        // The readers' lock file is LMDB's own business.
        let lock = "log/lock.mdb"
        let before = try contents(ofFolder: workspace.data).filter { $0.key != lock }
        try await workspace.expectIntact()
        _ = try await workspace.events()
        _ = try await workspace.rows(of: "test_logs")
        let after = try contents(ofFolder: workspace.data).filter { $0.key != lock }
        #expect(after == before)
    }

    @Test func anUnknownTableIsRefusedWithTheKnownOnes() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let show = try await workspace.run(.audit, ["show", "no_such_table"])
        #expect(show.status == 64, "\(show)")
        #expect(show.complaint.contains("dr_tests, test_results, test_logs, test_metrics"))
        let moment = try await workspace.run(.audit, ["show", "dr_tests", "--at", "yesterday"])
        #expect(moment.status == 64, "\(moment)")
    }
}
