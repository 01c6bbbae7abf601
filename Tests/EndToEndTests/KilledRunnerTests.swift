import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A runner that is killed leaves an honest log, and nothing under way.
///
/// Six random moments, or twenty if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(10))) struct KilledRunnerSoakTests {
    @Test func aRunnerKilledAtAnyMomentIsClosedByTheNextStart() async throws {
        var random = SplitMix64(seed: Seed.value)
        let moments = (0..<Effort.count(6, soak: 20)).map { _ in
            Int.random(in: 0...13_000, using: &random)
        }
        try await forEachInPairs(moments) { moment in
            try await killRun(after: .milliseconds(moment))
        }
    }

    /// While the log, its keys and the first events of a run are made: a moment in each
    /// millisecond.
    @Test func aRunnerKilledWhileItBeginsLeavesALogOrNone() async throws {
        try await forEachInPairs(Array(0..<Effort.count(30, soak: 200))) { moment in
            try await killRun(after: .milliseconds(moment))
        }
    }

    private func killRun(after moment: Duration) async throws {
        let workspace = try Workspace()
        let printed = try await inDrillPlace {
            let run = try workspace.start(.runner, ["run", "1"])
            try await Task.sleep(for: moment)
            run.send(SIGKILL)
            _ = try await run.finish(within: .seconds(10))
            return run.output
        }
        let note = "killed after \(moment), seed \(Seed.value), it had printed:\n\(printed)"
        let verify = try await workspace.run(.audit, ["verify"])
        // Without a log yet there is nothing to check, and nothing was claimed.
        let expected: Set<Int32> = printed.isEmpty ? [0, 4] : [0]
        #expect(expected.contains(verify.status), "\(verify)\n\(note)")
        if verify.status != 4 { try await expectNothingMissing(workspace, printed, note) }

        let doctor = try await workspace.run(.runner, ["doctor", "--clear"])
        #expect(doctor.status == 0, "\(doctor)\n\(note)")
        // It finishes a log that was begun, and makes none.
        let hasNone = doctor.output.contains("no log yet")
        #expect(!hasNone || verify.status == 4, "\(doctor)\n\(note)")
        if !hasNone {
            try await workspace.expectIntact()
            try await expectClosed(workspace, note)
        }
        #expect(workspace.leftOfRuns == [], "\(note)")
        #expect(await Leftovers.processesInTheEnd(naming: workspace.folder) == [], "\(note)")
    }

    /// What the runner printed had been acknowledged by the log.
    private func expectNothingMissing(
        _ workspace: Workspace, _ printed: String, _ note: String
    ) async throws {
        let events = try await workspace.events()
        #expect(events.map(\.position) == Array(1...max(events.count, 1)), "\(note)")
        for line in printed.split(separator: "\n") where line.hasPrefix("✓ ") {
            let shown = line.dropFirst(2)
            if let number = shown.first, number.isNumber {
                // "✓ 1 Block all R2 operations, 1.2 s"
                let step = shown.dropFirst(2).components(separatedBy: ", ")[0]
                #expect(has(events, "result_recorded", "passed: \(step)"), "\(line)\n\(note)")
            } else {
                #expect(has(events, "prerequisite_checked", "passed: \(shown)"), "\(line)\n\(note)")
            }
        }
    }

    private func has(_ events: [ReplayedEvent], _ name: String, _ start: String) -> Bool {
        events.contains { $0.name == name && $0.summary.hasPrefix(start) }
    }

    private func expectClosed(_ workspace: Workspace, _ note: String) async throws {
        let tests = try await workspace.rows(of: "dr_tests")
        #expect(tests.count <= 1)
        // It may have come to its end before.
        for test in tests where test["status"].text != "completed" {
            #expect(test["status"].text == "failed", "\(note)")
            #expect(test["verdict"].text == "inconclusive", "\(note)")
            let message = test["error_message"].text ?? ""
            #expect(message.hasPrefix("runner lost at "), "\(message)\n\(note)")
            #expect(test["rto_actual_ms"] == .null)
        }
    }

    @Test func withoutALogThereIsNothingToVerify() async throws {
        let workspace = try Workspace()
        let verify = try await workspace.run(.audit, ["verify"])
        #expect(verify.status == 4, "\(verify)")
        #expect(verify.complaint.contains("no event log"))
        #expect(!workspace.hasData)
    }

    @Test func theNextRunClosesALostOneAndPasses() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Sample.scenario(), to: "short.yaml")
        try await inDrillPlace {
            let run = try workspace.start(.runner, ["run", file])
            try await run.wait(forLine: "> 1 ")
            run.send(SIGKILL)
            _ = try await run.finish()
        }
        let list = try await workspace.run(.runner, ["list"])
        #expect(list.output.contains("(lost)"), "\(list)")
        let listed = try await workspace.run(.runner, ["list", "--json"])
        let document = try JSON(parsing: listed.output)
        #expect(document["scenarios"].elements.first?["id"].double == 1)
        let runs = document["runs"].elements
        #expect(runs.map { $0["scenario"].text } == ["Short outage"])
        #expect(runs.map { $0["id"].double } == [2])
        #expect(runs.map { $0["lost"] } == [.bool(true)])
        let doctor = try await workspace.run(.runner, ["doctor"])
        #expect(doctor.status == 1, "\(doctor)")
        let next = try await workspace.drill([file])
        #expect(next.status == 0, "\(next)")
        #expect(next.complaint.contains("test 2 was closed: its runner was lost"), "\(next)")
        let tests = try await workspace.rows(of: "dr_tests")
        #expect(tests.map { $0["status"].text } == ["failed", "completed"])
        try await workspace.expectIntact()
    }
}

/// The same, in every step of every scenario: a sample of them, one of each scenario and with a
/// fault in force if it has any, or all if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(60))) struct KilledInStepSoakTests {
    private struct Place: Sendable {
        let drill: BuiltinDrill
        /// Counted from 1.
        let step: Int

        /// Whether a fault has to be in force when the runner is killed.
        var isFaulted: Bool { drill.faultedSteps.contains(step) }
    }

    private static var places: [Place] {
        let all = BuiltinDrill.all.map { drill in
            drill.steps.indices.map { Place(drill: drill, step: $0 + 1) }
        }
        if Effort.isSoak { return all.flatMap(\.self) }
        var random = SplitMix64(seed: Seed.value)
        return all.compactMap { steps in
            let faulted = steps.filter(\.isFaulted)
            return (faulted.isEmpty ? steps : faulted).randomElement(using: &random)
        }
    }

    @Test func aRunnerKilledInAnyStepIsClosedAndLeavesNothing() async throws {
        try await forEachInPairs(Self.places) { place in try await kill(in: place) }
    }

    private func kill(in place: Place) async throws {
        let workspace = try Workspace()
        let note =
            "\(place.drill.name), killed in step \(place.step), seed \(Seed.value)"
        let (children, ports) = try await inDrillPlace {
            let run = try workspace.start(.runner, ["run", "\(place.drill.number)"])
            try await run.wait(forLine: "> \(place.step) ", within: .seconds(200))
            let events = try await halt(run, workspace, isFaulted: place.isFaulted)
            // Its last step may be short.
            #expect(events.last?.name != "run_finished", "\(note)")
            let left = (Leftovers.descendants(of: run.pid), Leftovers.ports(of: run.pid))
            run.send(SIGKILL)
            #expect(try await run.finish(within: .seconds(10)).status == -SIGKILL, "\(note)")
            return left
        }
        #expect(ports.count >= 4, "\(note)")
        #expect(await Leftovers.alive(children) == [], "\(note)")
        #expect(Leftovers.ports().isDisjoint(with: ports), "\(note)")
        try await workspace.expectIntact()
        let doctor = try await workspace.run(.runner, ["doctor", "--clear"])
        #expect(doctor.status == 0, "\(doctor)\n\(note)")
        #expect(workspace.leftOfRuns == [], "\(note)")
        try await expectClosed(workspace, place, note)
        try await workspace.expectIntact()
        let again = try await workspace.run(.runner, ["doctor"])
        #expect(again.status == 0, "\(again)\n\(note)")
    }

    /// Stops the runner, so that nothing goes on while it is looked at. Where a fault has to be in
    /// force, it goes on until one is.
    ///
    /// - Returns: what it has recorded.
    private func halt(
        _ run: RunningProgram, _ workspace: Workspace, isFaulted: Bool
    ) async throws -> [ReplayedEvent] {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            run.send(SIGSTOP)
            while run.isRunning, !Leftovers.isStopped(run.pid) {
                try await Task.sleep(for: .milliseconds(1))
            }
            let events = try await workspace.events()
            let effective = events.count { $0.name == "fault_effective" }
            let ended = events.count { $0.name == "fault_ended" }
            if !isFaulted || effective > ended { return events }
            try #require(
                run.isRunning && ContinuousClock.now < deadline,
                "no fault is in force: \(events.map(\.name))")
            run.send(SIGCONT)
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// It may have come some steps further until the signal reached it.
    private func expectClosed(_ workspace: Workspace, _ place: Place, _ note: String) async throws {
        let test = try await workspace.test()
        #expect(test["status"].text == "failed", "\(note)")
        #expect(test["verdict"].text == "inconclusive", "\(note)")
        #expect(test["rto_actual_ms"] == .null, "\(note)")
        let message = test["error_message"].text ?? ""
        let closings = place.drill.steps.enumerated().dropFirst(place.step - 1).map {
            "runner lost at step \($0 + 1), \($1)"
        }
        #expect(closings.contains(message), "\(message)\n\(note)")
    }
}
