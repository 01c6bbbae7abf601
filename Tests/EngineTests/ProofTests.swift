import DRTesting
import Testing

@testable import Engine

/// What runs say about the scenario that they are runs of.
struct ProofTests {
    /// A run as it was recorded: its prerequisites, and what it checked.
    struct Recorded: Sendable {
        var unmet: String?
        var checks: [Check] = [
            Check("Break it", "storage"), Check("Queue it", "operation_queue"),
            Check("Mend it", "storage"),
        ]
        var ending = RunEnding.finished
        var isFinished = true

        struct Check: Sendable {
            let name: String
            let component: String
            var verdict = Verdict.passed

            init(_ name: String, _ component: String, _ verdict: Verdict = .passed) {
                (self.name, self.component, self.verdict) = (name, component, verdict)
            }
        }

        /// With these verdicts for "Break it", "Queue it" and "Mend it".
        static func steps(_ verdicts: Verdict..., ending: RunEnding = .finished) -> Recorded {
            var recorded = Recorded()
            for (index, verdict) in verdicts.enumerated() {
                recorded.checks[index].verdict = verdict
            }
            recorded.checks.removeLast(recorded.checks.count - verdicts.count)
            recorded.ending = ending
            return recorded
        }

        var run: TestRun {
            var run = TestRun()
            run.apply(.runRequested(RunRequested()))
            if let unmet {
                var checked = PrerequisiteChecked()
                (checked.name, checked.verdict) = (unmet, .inconclusive)
                checked.observed = "nothing came"
                run.apply(.prerequisiteChecked(checked))
            }
            for check in checks {
                var result = ResultRecorded()
                (result.testName, result.component) = (check.name, check.component)
                result.verdict = check.verdict
                if check.verdict != .passed { result.errorMessage = "it was \(check.verdict)" }
                run.apply(.resultRecorded(result))
            }
            if isFinished { run.apply(.runFinished(finished(run))) }
            return run
        }

        private func finished(_ run: TestRun) -> RunFinished {
            var finished = RunFinished()
            finished.ending = ending
            let isCancelled = ending == .cancelled
            finished.verdict =
                isCancelled ? .none : ending == .finished ? run.verdict : max(run.verdict, .failed)
            finished.status =
                isCancelled ? .cancelled : finished.verdict == .passed ? .completed : .failed
            if finished.verdict != .passed { finished.errorMessage = "the run was \(ending)" }
            return finished
        }
    }

    /// A run with `queue-reorders`, and what it says.
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let recorded: Recorded
        let conclusion: Proof.Finding.Conclusion
        var step = ""
        var verdict = Verdict.passed
        var reason = ""

        init(
            _ description: String, _ recorded: Recorded, _ conclusion: Proof.Finding.Conclusion,
            at step: String = "", _ verdict: Verdict = .passed, reason: String = ""
        ) {
            (testDescription, self.recorded, self.conclusion) = (description, recorded, conclusion)
            (self.step, self.verdict, self.reason) = (step, verdict, reason)
        }
    }

    static let rows: [Row] = [
        Row("everything passed", .steps(.passed, .passed, .passed), .missed),
        Row(
            "the step of the queue failed", .steps(.passed, .failed, .passed), .caught,
            at: "Queue it", .failed, reason: "it was failed"),
        Row(
            "the step of the queue saw nothing", .steps(.passed, .inconclusive, .passed), .unclear,
            at: "Queue it", .inconclusive, reason: "it was inconclusive"),
        Row(
            "an earlier step failed", .steps(.failed, .inconclusive, .passed), .unclear,
            at: "Queue it", .inconclusive, reason: "it was inconclusive"),
        Row(
            "an earlier step failed too", .steps(.failed, .failed, .passed), .caught,
            at: "Queue it", .failed, reason: "it was failed"),
        Row(
            "only another step failed", .steps(.passed, .passed, .failed), .elsewhere,
            at: "Mend it", .failed, reason: "it was failed"),
        Row(
            "a required step before it failed", .steps(.failed), .elsewhere, at: "Break it",
            .failed, reason: "it was failed"),
        Row(
            "a prerequisite was not met", Recorded(unmet: "queue enabled", checks: []), .elsewhere,
            at: "prerequisite 'queue enabled'", .inconclusive, reason: "nothing came"),
        Row(
            "it timed out after the queue failed",
            .steps(.passed, .failed, ending: .timedOut), .caught, at: "Queue it", .failed,
            reason: "it was failed"),
        Row(
            "it timed out before", .steps(.passed, ending: .timedOut), .elsewhere, .failed,
            reason: "the run was timed out"),
        Row(
            "it was cancelled after the queue failed",
            .steps(.passed, .failed, ending: .cancelled), .stopped, at: "Queue it", .failed,
            reason: "it was failed"),
        Row(
            "it was cancelled", .steps(.passed, ending: .cancelled), .stopped, .none,
            reason: "the run was cancelled"),
        Row(
            "it has no end", Recorded(isFinished: false), .crashed, .none,
            reason: "the run did not come to its end"),
    ]

    @Test(arguments: Self.rows)
    func whatARunSaysFollowsFromWhichStepsWentRed(_ row: Row) {
        var proof = Proof(of: "Outage", by: [.queueReorders])
        proof.record(.ended(id: 2, Recorded().run))
        proof.record(.ended(id: 90, row.recorded.run))
        let finding = proof.findings[1]
        #expect(finding.sabotage == .queueReorders)
        #expect(finding.testID == 90)
        #expect(finding.conclusion == row.conclusion)
        #expect(finding.step == row.step)
        #expect(finding.verdict == row.verdict)
        #expect(finding.reason == row.reason)
        #expect(proof.isProven == (row.conclusion == .caught))
        #expect(proof.isStopped == (row.conclusion == .stopped))
    }

    // MARK: Which run is due

    private func proof(by sabotages: [Sabotage] = [.queueReorders, .notifierSilent]) -> Proof {
        Proof(of: "Outage", by: sabotages)
    }

    @Test func theControlComesFirstAndThenEachSabotageInOrder() {
        var proof = proof()
        var due: [Sabotage] = []
        while let next = proof.next {
            due.append(next)
            proof.record(.ended(id: 1, Recorded().run))
        }
        #expect(due == [.control, .queueReorders, .notifierSilent])
        #expect(proof.planned == due)
        #expect(proof.findings.map(\.conclusion) == [.sound, .missed, .missed])
        #expect(!proof.isProven)
    }

    @Test(arguments: [
        Proof.Outcome.ended(id: 2, Recorded.steps(.passed, .failed, .passed).run),
        .ended(id: 2, Recorded.steps(.passed, .inconclusive, .passed).run),
        .ended(id: 2, Recorded(unmet: "queue enabled", checks: []).run), .crashed("no memory"),
        .ended(id: 2, Recorded.steps(.passed, ending: .cancelled).run),
    ])
    func nothingIsBrokenIfTheControlDidNotPass(_ outcome: Proof.Outcome) {
        var proof = proof()
        proof.record(outcome)
        #expect(proof.next == nil)
        #expect(!proof.isProven)
        #expect(!proof.findings[0].isGood)
    }

    @Test func aRunThatCrashedDoesNotKeepTheOthersFromBeingMade() {
        var proof = proof()
        proof.record(.ended(id: 2, Recorded().run))
        proof.record(.crashed("the lock of a new run is taken"))
        #expect(proof.findings[1].conclusion == .crashed)
        #expect(proof.findings[1].reason == "the lock of a new run is taken")
        #expect(proof.findings[1].testID == nil)
        #expect(proof.next == .notifierSilent)
        proof.record(.ended(id: 4, Recorded.steps(.failed).run))
        #expect(proof.next == nil)
        #expect(!proof.isProven)
    }

    @Test func noRunIsMadeAfterOneThatWasStopped() {
        var proof = proof()
        proof.record(.ended(id: 2, Recorded().run))
        proof.record(.ended(id: 3, Recorded.steps(.passed, ending: .cancelled).run))
        #expect(proof.isStopped)
        #expect(proof.next == nil)
        #expect(!proof.isProven)
    }

    @Test func itIsProvenOnlyWhenTheLastSabotageWasCaughtToo() {
        var proof = proof(by: [.queueReorders, .queueDropsWrites])
        #expect(!proof.isProven)
        for id in 1...3 {
            #expect(!proof.isProven)
            let caught = Recorded.steps(.passed, .failed, .passed)
            proof.record(.ended(id: UInt64(id), id == 1 ? Recorded().run : caught.run))
        }
        #expect(proof.isProven)
    }

    // MARK: Purpose

    @Test func whatIsBrokenOrDrawnByChanceIsNoDrill() throws {
        let entry = try #require(BuiltinScenarios.entry(named: "1"))
        let scenario = try ScenarioReader.read(entry.text, file: entry.name)
        var request = RunRequest(scenario: scenario, scenarioText: entry.text, seed: 1)
        #expect(request.purpose == .drill)
        for sabotage in Sabotage.allCases {
            request.sabotage = sabotage
            #expect(request.purpose == .proof, "\(sabotage)")
        }
        let plan = ChaosPlan(seed: 1, duration: .seconds(20))
        request = RunRequest(
            scenario: try plan.scenario(), scenarioText: plan.scenarioText, seed: 1)
        #expect(request.purpose == .chaos)
        request.sabotage = .queueReorders
        #expect(request.purpose == .proof)
    }
}
