import DRTesting
import Testing

@testable import Reporting

/// Each status, reached by a history that was made for it. Most ask about `CP-9(1)`, to which
/// restores are direct evidence.
struct ControlJudgementTests {
    private typealias Fixture = HistoryFixture

    private func judged(
        _ id: String = "CP-9(1)", of document: String = "NIST SP 800-53", in history: History
    ) throws -> ComplianceReport.ControlRow {
        try #require(ComplianceReport(history, framework: .nist80053).row(id, of: document))
    }

    private func restore(
        _ id: UInt64 = 10, _ result: Fixture.Result = .passed, at days: Double = 1,
        target: String = "staging", targetKind: String = "builtin",
        environment: String = "staging", facts: Set<EvidenceFact> = Set(EvidenceFact.allCases)
    ) -> DrillRun {
        Fixture.run(
            of: .backupAndRestore, id, result, at: days, target: target, targetKind: targetKind,
            environment: environment, facts: facts)
    }

    // MARK: Supported

    @Test func drillsThatPassedWithEveryFactSupportADirectControl() throws {
        let row = try judged(in: Fixture.history(runs: [restore(), restore(20, at: 2)]))
        #expect(row.status == .supported)
        #expect(row.runs == 2 && row.passed == 2)
        #expect(row.facts == row.control.facts && row.missingFacts.isEmpty)
        #expect(row.evidence == [20, 10])
        #expect(row.lastSuccess == Fixture.time(2))
        #expect(row.reason.hasPrefix("2 of 2 drills passed, the last of every scenario"))
    }

    @Test func aDrillOfAnotherScenarioCountsForWhatItsTypeSays() throws {
        let own = Fixture.drill(
            10, at: 1, scenario: "Our restore", testType: "backup_restore"
        ).counted(as: 0)
        let run = Fixture.run(own) { $0.facts = Set(EvidenceFact.allCases) }
        #expect(try judged(in: Fixture.history(runs: [run])).status == .supported)
    }

    @Test func aFailureThatALaterDrillMadeGoodContradictsNothing() throws {
        let history = Fixture.history(runs: [restore(10, .failed), restore(20, at: 2)])
        let row = try judged(in: history)
        #expect(row.status == .supported)
        #expect(row.runs == 2 && row.passed == 1)
    }

    // MARK: Partly covered

    @Test(arguments: [("embedded", "production"), ("embedded", "test"), ("builtin", "test")])
    func rehearsalsAloneNeverSupport(kind: String, environment: String) throws {
        let run = restore(targetKind: kind, environment: environment)
        for framework in Framework.allCases {
            let report = ComplianceReport(Fixture.history(runs: [run]), framework: framework)
            #expect(!report.matrix.contains { $0.status == .supported })
        }
        let row = try judged(in: Fixture.history(runs: [run]))
        #expect(row.status == .partlyCovered)
        #expect(row.reason.contains(kind == "embedded" ? "embedded targets" : "test environments"))
    }

    @Test func oneDrillInARealEnvironmentIsEnoughBesideRehearsals() throws {
        let runs = [restore(targetKind: "embedded"), restore(20, at: 2, target: "b")]
        #expect(try judged(in: Fixture.history(runs: runs)).status == .supported)
    }

    @Test func aMissingFactIsNamed() throws {
        let facts = Set(EvidenceFact.allCases).subtracting([.dataSample])
        let row = try judged(in: Fixture.history(runs: [restore(facts: facts)]))
        #expect(row.status == .partlyCovered)
        #expect(row.missingFacts == [.dataSample])
        #expect(row.reason == "1 of 1 drill passed, but this report lacks data.sample.")
    }

    @Test func whatADrillThatFailedRecordedIsNoFactOfThoseThatPassed() throws {
        let runs = [
            restore(10, .failed), restore(20, at: 2, facts: [.dataDigests, .dataCounts]),
        ]
        #expect(try judged(in: Fixture.history(runs: runs)).missingFacts == [.dataSample])
    }

    @Test func scenariosThatWereNotDrilledAreNamed() throws {
        let row = try judged("CP-10", in: Fixture.history(runs: [restore()]))
        #expect(row.status == .partlyCovered)
        #expect(row.reason.contains("no drill was judged of complete outage and failover"))
    }

    @Test func aPartialControlIsNeverSupported() throws {
        let row = try judged("CP-9", in: Fixture.history(runs: [restore()]))
        #expect(row.status == .partlyCovered)
        #expect(row.reason.contains("a drill answers only a part of this control"))
    }

    @Test func aLastDrillThatProvedNothingKeepsAControlFromBeingSupported() throws {
        let history = Fixture.history(runs: [restore(), restore(20, .inconclusive, at: 2)])
        let row = try judged(in: history)
        #expect(row.status == .partlyCovered)
        #expect(
            row.reason == "1 of 2 drills passed, but the last judged drill of Backup and Restore "
                + "on staging (test 20, inconclusive) did not pass.")
    }

    @Test func aReportIsNeverTheSignatureOverItself() throws {
        let runs = CatalogScenario.allCases.enumerated().map { index, scenario in
            Fixture.run(of: scenario, UInt64(index + 1) * 10, at: Double(index + 1))
        }
        let row = try judged("AU-9(3)", in: Fixture.history(runs: runs))
        #expect(row.facts == [.logIntegrity] && row.missingFacts == [.logSignature])
        #expect(row.status == .partlyCovered)
    }

    // MARK: Contradicted

    @Test func aLastDrillThatFailedContradicts() throws {
        let history = Fixture.history(runs: [restore(), restore(20, .failed, at: 2)])
        let row = try judged(in: history)
        #expect(row.status == .contradicted)
        #expect(
            row.reason
                == "The last judged drill of Backup and Restore on staging (test 20) failed.")
    }

    @Test func aFailureOnOneTargetIsNotMadeGoodOnAnother() throws {
        let history = Fixture.history(
            runs: [restore(10, .failed), restore(20, at: 2, target: "b")])
        #expect(try judged(in: history).status == .contradicted)
    }

    @Test func anOpenFindingOfAnEarlierFailureContradicts() throws {
        let failed = Fixture.drill(of: .backupAndRestore, 10, .failed, at: -3)
        let row = try judged(in: Fixture.history(earlier: [failed]))
        #expect(row.status == .contradicted)
        #expect(row.runs == 0)
        #expect(
            row.reason == "A finding of Backup and Restore on staging (test 10) is open, whose "
                + "drill failed.")
        let vague = Fixture.drill(of: .backupAndRestore, 10, .inconclusive, at: -3)
        #expect(try judged(in: Fixture.history(earlier: [vague])).status == .notCovered)
    }

    @Test func aSupportingControlIsNotContradicted() throws {
        let failed = try judged("CP-9(3)", in: Fixture.history(runs: [restore(10, .failed)]))
        #expect(failed.status == .notCovered)
        let history = Fixture.history(runs: [restore(), restore(20, .failed, at: 2)])
        let row = try judged("CP-9(3)", in: history)
        #expect(row.status == .partlyCovered)
        #expect(row.reason.contains("(test 20, failed) did not pass"))
    }

    // MARK: Overdue

    /// Every seven days, and a day of grace.
    private var weekly: HistoryCatalog.Cadence { Fixture.cadence(scenario: Fixture.backup) }

    @Test func aDrillThatIsOverdueMakesItsControlsOverdue() throws {
        // Due on day -2, overdue from day -1 on.
        let earlier = [Fixture.drill(of: .backupAndRestore, 10, at: -9)]
        let row = try judged(in: Fixture.history(earlier: earlier, cadences: [weekly]))
        #expect(row.status == .overdue)
        #expect(row.lastSuccess == Fixture.time(-9))
        #expect(
            row.reason.hasPrefix("A drill is overdue: Backup and Restore on staging (since "))
        #expect(row.reason.contains("every 7 days, last succeeded on 2026-11-14)"))
    }

    @Test func aDrillThatNeverSucceededIsOverdueWhenItsTimeIsOver() throws {
        let row = try judged(in: Fixture.history(cadences: [weekly]))
        #expect(row.status == .overdue)
        #expect(row.reason.contains("never succeeded"))
        let young = Fixture.cadence(created: 3, scenario: Fixture.backup)
        let early = try judged(in: Fixture.history(cadences: [young]))
        #expect(early.status == .notCovered)
        #expect(early.reason.hasSuffix("a success is due on 2026-12-03."))
    }

    @Test func onlyASuccessEndsADelay() throws {
        let earlier = [Fixture.drill(of: .backupAndRestore, 10, at: -9)]
        let history = Fixture.history(
            runs: [restore(20, .inconclusive, at: 2)], earlier: earlier, cadences: [weekly])
        #expect(try judged(in: history).status == .overdue)
        let later = Fixture.history(
            runs: [restore(20, at: 2)], earlier: earlier, cadences: [weekly])
        #expect(try judged(in: later).status == .supported)
    }

    @Test func anExcusedDrillIsNotOverdue() throws {
        // Due on day -1, overdue from day 0 on, and due anew on day 6.
        let earlier = [Fixture.drill(of: .backupAndRestore, 10, at: -8)]
        let excuse = Fixture.excuse(due: -1, scenario: Fixture.backup)
        let history = Fixture.history(
            earlier: earlier, cadences: [weekly], excuses: [excuse])
        #expect(try judged(in: history).status == .notCovered)
        let without = Fixture.history(earlier: earlier, cadences: [weekly])
        #expect(try judged(in: without).status == .overdue)
    }

    @Test func aStatedIntervalIsJudgedFromTheLastSuccess() throws {
        // The week ends on day 7: 366 days before is day -359.
        func status(_ days: Double) throws -> ComplianceReport.Status {
            let earlier = [Fixture.drill(of: .backupAndRestore, 10, at: days)]
            return try judged("CP-4", of: "FedRAMP", in: Fixture.history(earlier: earlier)).status
        }
        #expect(try status(-359) == .notCovered)
        #expect(try status(-360) == .overdue)
    }

    @Test func anOverdueDrillOfOneScenarioOutweighsOneThatPassed() throws {
        let cadence = Fixture.cadence(scenario: CatalogScenario.failover.builtinName)
        let history = Fixture.history(runs: [restore()], cadences: [cadence])
        #expect(try judged("CP-10", in: history).status == .overdue)
        #expect(try judged(in: history).status == .supported)
    }

    @Test func aContradictionOutweighsADelay() throws {
        let earlier = [Fixture.drill(of: .backupAndRestore, 10, at: -9)]
        let history = Fixture.history(
            runs: [restore(20, .failed, at: 2)], earlier: earlier, cadences: [weekly])
        #expect(try judged(in: history).status == .contradicted)
    }

    // MARK: Not covered

    @Test func aControlWithoutDrillsIsNotCovered() throws {
        let report = ComplianceReport(Fixture.history(), framework: .nist80053)
        #expect(report.matrix.allSatisfy { $0.status == .notCovered })
        #expect(
            report.row("CP-9(1)")?.reason
                == "No drill of its scenarios was judged in the period.")
        #expect(report.row("CP-4(1)")?.reason == "No scenario gives evidence for this control.")
    }

    @Test func proofsChaosAndCancelledRunsCoverNothing() throws {
        let proof = Fixture.run(
            Fixture.drill(
                10, at: 1, scenario: Fixture.backup, testType: "backup_restore", purpose: "proof"
            ).counted(as: 4))
        let history = Fixture.history(runs: [proof, restore(20, .cancelled, at: 2)])
        let row = try judged(in: history)
        #expect(row.status == .notCovered)
        #expect(row.runs == 0 && row.evidence.isEmpty && row.lastSuccess == nil)
    }

    @Test func drillsThatProvedNothingCoverNothing() throws {
        let row = try judged(in: Fixture.history(runs: [restore(10, .inconclusive)]))
        #expect(row.status == .notCovered)
        #expect(
            row.reason == "1 drill of its scenarios was judged in the period, and none passed.")
    }

    // MARK: Facts that follow from the history

    @Test func factsOfTheProgrammeFollowFromWhatIsKept() throws {
        let runs = [restore(20, at: 2)]
        let without = try judged("CP-4", in: Fixture.history(runs: runs))
        #expect(!without.facts.contains(.progSchedule) && !without.facts.contains(.progCoverage))
        #expect(without.facts.contains(.followFindings))
        #expect(!without.facts.contains(.followRetest))
        #expect(!without.facts.contains(.followReview))

        let failed = Fixture.drill(of: .backupAndRestore, 10, .failed, at: -3)
        let with = try judged(
            "CP-4", in: Fixture.history(runs: runs, earlier: [failed], cadences: [weekly]))
        for fact in [EvidenceFact.progSchedule, .progCoverage, .followRetest] {
            #expect(with.facts.contains(fact), "\(fact.rawValue)")
        }
    }

    @Test func theTenTestsThatEndedLastAreNamed() throws {
        let runs = (1...12).map { restore(UInt64($0) * 10, at: Double($0) / 2) }
        let row = try judged(in: Fixture.history(runs: runs))
        #expect(row.evidence == (3...12).reversed().map { UInt64($0) * 10 })
        #expect(row.runs == 12)
    }

    // MARK: Words

    @Test func everyReasonIsOneSentenceThatClaimsNoCompliance() {
        let earlier = [Fixture.drill(of: .backupAndRestore, 10, at: -9)]
        let histories = [
            Fixture.history(), Fixture.history(runs: [restore()]),
            Fixture.history(earlier: earlier, cadences: [weekly]),
            Fixture.history(runs: [restore(20, .failed), restore(30, at: 2, target: "b")]),
            Fixture.history(runs: [restore(20, .inconclusive), restore(30, at: 2, target: "b")]),
        ]
        for history in histories {
            for framework in Framework.allCases {
                for row in ComplianceReport(history, framework: framework).matrix {
                    #expect(row.reason.hasSuffix(".") && !row.reason.contains(". "))
                    #expect(!row.reason.claimsCompliance)
                }
            }
        }
    }
}
