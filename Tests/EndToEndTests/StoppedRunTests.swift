import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Runs that are ended from outside while their fault is in force.
@Suite(.timeLimit(.minutes(5))) struct StoppedRunTests {
    /// A way to end a run, and what comes of it.
    private struct Way: Sendable {
        let name: String
        let status: Int32
        let reason: String
        let stop: @Sendable (RunningProgram, Workspace) async throws -> Void
    }

    private static let ways = [
        Way(name: "SIGINT", status: 130, reason: "stopped by") { run, _ in run.send(SIGINT) },
        Way(name: "SIGTERM", status: 143, reason: "stopped by") { run, _ in run.send(SIGTERM) },
        Way(name: "SIGHUP", status: 129, reason: "stopped by") { run, _ in run.send(SIGHUP) },
        Way(name: "cancel", status: 5, reason: "cancelled by") { _, workspace in
            let cancel = try await workspace.run(.runner, ["cancel", "2", "--reason", "too late"])
            #expect(cancel.status == 0, "\(cancel)")
            #expect(cancel.output == "test 2 was told to stop\n")
        },
        Way(name: "cancel --all", status: 5, reason: "cancelled by") { _, workspace in
            let cancel = try await workspace.run(.runner, ["cancel", "--all"])
            #expect(cancel.status == 0, "\(cancel)")
        },
    ]

    @Test func aRunThatIsStoppedDuringTheOutageCleansUpAndSaysSo() async throws {
        try await forEachInPairs(Self.ways) { way in
            let workspace = try Workspace()
            let junit = workspace.folder + "/junit.xml"
            let end = try await inDrillPlace {
                let run = try workspace.start(.runner, ["run", "1", "--junit", junit])
                try await run.wait(forLine: "> 1 ")
                try await workspace.wait(forEvent: "fault_effective")
                try await way.stop(run, workspace)
                return try await run.finish(within: .seconds(30))
            }
            #expect(end.status == way.status, "\(way.name): \(end)")
            try await expectCancelled(workspace, way)
            try await expectInterruptedStep(workspace, end)
            let results = try String(contentsOfFile: junit, encoding: .utf8)
            #expect(results.contains("<skipped/>"), "\(way.name)")
            try await workspace.expectIntact()
            #expect(workspace.leftOfRuns == [], "\(way.name)")
            #expect(await Leftovers.processesInTheEnd(naming: workspace.folder) == [])
        }
    }

    private func expectCancelled(_ workspace: Workspace, _ way: Way) async throws {
        let test = try await workspace.test()
        #expect(test["status"].text == "cancelled", "\(way.name)")
        #expect(test["verdict"] == .null, "\(way.name)")
        let message = test["error_message"].text ?? ""
        #expect(message.hasPrefix(way.reason), "\(way.name): \(message)")
        let events = try await workspace.events()
        let note = "\(way.name): \(events.map(\.name))"
        let effective = try #require(events.firstIndex { $0.name == "fault_effective" })
        let ended = try #require(events.firstIndex { $0.name == "fault_ended" }, "\(note)")
        #expect(effective < ended, "\(note)")
        #expect(events[ended].summary.hasPrefix("outage lifted"), "\(note)")
        let cleanup = try #require(events.firstIndex { $0.name == "cleanup_finished" })
        #expect(events[cleanup].summary == "everything was put back", "\(note)")
        #expect(events.last?.name == "run_finished", "\(note)")
    }

    /// The step that was under way is neither passed nor left out.
    private func expectInterruptedStep(_ workspace: Workspace, _ end: Finished) async throws {
        let events = try await workspace.events()
        let ended = events.filter { $0.name == "result_recorded" }.map(\.summary)
        // "1 Block all R2 operations"
        let begun = events.filter { $0.name == "step_started" }.map { $0.summary.dropFirst(2) }
        for step in begun where !ended.contains(where: { $0.contains(step) }) {
            let isShown = end.lines.contains {
                $0.hasPrefix("  \(step)  ") && $0.hasSuffix("  interrupted")
            }
            #expect(isShown, "\(step)\n\(end)")
        }
        // Nothing was measured, so no resolution either.
        let recovery = end.lines.first { $0.hasPrefix("  RTO  unknown") }
        #expect(recovery?.contains("to within") != true, "\(end)")
        let messages = try await workspace.rows(of: "test_logs").compactMap { $0["message"].text }
        let last = try #require(messages.last)
        #expect(last.components(separatedBy: "cancelled").count == 2, "\(last)")
    }

    @Test func aCancelledRunLiftsItsFaultBeforeAnythingElse() async throws {
        let workspace = try Workspace()
        try await inDrillPlace {
            let run = try workspace.start(.runner, ["run", "1"])
            try await run.wait(forLine: "> 1 ")
            try await workspace.wait(forEvent: "fault_effective")
            _ = try await workspace.run(.runner, ["cancel", "2"])
            _ = try await run.finish(within: .seconds(30))
        }
        let events = try await workspace.events()
        let cancel = try #require(events.first { $0.name == "cancel_requested" })
        let cancelled = try #require(cancel.milliseconds)
        let ended = try #require(events.first { $0.name == "fault_ended" })
        let start = try #require(events.first { $0.name == "run_started" }?.milliseconds)
        #expect(cancel.position < ended.position)
        let cleanup = try #require(events.first { $0.name == "cleanup_finished" })
        #expect(ended.position < cleanup.position)
        // "outage lifted at 4.512 s": after the run began. The other is a time of the day.
        let words = ended.summary.split(separator: " ")
        let seconds = try #require(words.dropLast().last.flatMap { Double($0) })
        let day = 86_400_000
        let lifted = (start + Int(seconds * 1000)) % day
        let delay = (lifted - cancelled + day) % day
        print("the fault was lifted \(delay) ms after the run was told to stop")
        // Nothing is waited for. The two clocks may differ by some milliseconds.
        #expect(delay < 5000 || delay > day - 100)
    }

    /// Its fault stays in force for as long as the run is let.
    private static let longOutage = """
        name: Long outage
        type: full_outage
        workload:
          writes_per_second: 60
          reads_per_second: 60
          object_bytes: 256
          steady_for: 1s
          stable_for: 1s
        steps:
          - name: Outage
            component: storage
            actions:
              - inject_fault: {name: outage, kind: refuse}
              - wait: {for: 10m}
            expect:
              - observe: proxy.passed_during_fault
                equals: 0

        """

    @Test func aRunThatTakesTooLongIsTimedOut() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Self.longOutage, to: "long.yaml")
        let run = try await workspace.drill([file, "--timeout", "15s"])
        // Service was lost, and not seen to come back.
        #expect(run.status == 1, "\(run)")
        #expect(run.took < .seconds(100), "its step alone takes 10 min")
        let test = try await workspace.test()
        #expect(test["status"].text == "failed")
        #expect(test["error_message"].text?.hasPrefix("timed out") == true)
        let events = try await workspace.events()
        #expect(events.last?.summary.contains("timed out") == true)
        #expect(events.contains { $0.name == "fault_ended" })
        #expect(events.contains { $0.summary == "everything was put back" })
        try await workspace.expectIntact()
    }

    @Test func whatIsNotUnderWayCannotBeCancelled() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let ended = try await workspace.run(.runner, ["cancel", "2"])
        #expect(ended.status == 4, "\(ended)")
        #expect(ended.complaint.contains("test 2 is not under way"))
        let none = try await workspace.run(.runner, ["cancel", "--all"])
        #expect(none.status == 4, "\(none)")
        let unclear = try await workspace.run(.runner, ["cancel"])
        #expect(unclear.status == 64, "\(unclear)")
        let nothing = try await Workspace().run(.runner, ["cancel", "--all"])
        #expect(nothing.status == 4, "\(nothing)")
    }

    @Test func aSecondRunnerOnADataDirectoryIsToldWhoHasIt() async throws {
        let workspace = try Workspace()
        try await inDrillPlace {
            let first = try workspace.start(.runner, ["run", "1"])
            try await first.wait(forLine: "  load is on")
            let second = try await workspace.run(.runner, ["run", "1"])
            #expect(second.status == 75, "\(second)")
            #expect(second.complaint.contains(": test 2 of process \(first.pid)"), "\(second)")
            #expect(second.output == "")
            let list = try await workspace.run(.runner, ["list"])
            #expect(list.output.contains("  running\n"), "\(list)")
            let doctor = try await workspace.run(.runner, ["doctor", "--clear"])
            #expect(doctor.output.contains("test 2 is under way"), "\(doctor)")
            #expect(first.isRunning)
            first.send(SIGINT)
            #expect(try await first.finish().status == 130)
        }
        #expect(try await workspace.rows(of: "dr_tests").count == 1)
    }
}
