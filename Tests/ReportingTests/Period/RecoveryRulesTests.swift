import DRTesting
import Testing

@testable import Reporting

/// R02 to R07 and R16: recovery times, and data.
struct RecoveryRulesTests {
    private typealias Fixture = HistoryFixture

    private func objective(
        _ title: String, _ verdict: Verdict, measured: Double?
    ) -> DrillMeasures.Objective {
        DrillMeasures.Objective(
            title: title, measuredMs: measured, limitMs: 120_000, verdict: verdict, complaint: "",
            isRecoveryTime: title.hasSuffix("(RTO)"))
    }

    @Test func r02NamesTheLongestPartOfARecoveryThatTookTooLong() throws {
        let slow = Fixture.run(Fixture.drill(100, .failed, at: 1, rtoMs: 150_000)) { measures in
            measures.recoveryParts = [
                .init(label: "until detected", end: "detected", lengthUs: 50_000_000),
                .init(label: "detected until restored", end: "restored", lengthUs: 100_000_000),
            ]
        }
        let said = Fixture.said("R02", of: [slow, Fixture.run(Fixture.drill(110, at: 2))])
        let recommendation = try #require(said.first)
        #expect(said.count == 1 && recommendation.severity == .high)
        #expect(recommendation.evidence == [100])
        #expect(recommendation.controls.contains("NIST SP 800-53 CP-10"))
        #expect(recommendation.sentence.contains("'detected until restored': act there"))
        #expect(recommendation.sentence.contains("Recovery time (RTO) 150 s, at most 2 min"))
    }

    @Test func r02SpeaksOfOtherTimesToo() throws {
        let run = Fixture.run(Fixture.drill(100, .failed, at: 1)) { measures in
            measures.objectives = [objective("Failback time", .failed, measured: 130_000)]
        }
        let sentence = try #require(Fixture.said("R02", of: [run]).first).sentence
        #expect(sentence.contains("Failback time 130 s, at most 2 min"))
    }

    @Test func r02IsSilentOfObjectivesThatWereMetAndOfThatForData() {
        let met = Fixture.run(Fixture.drill(100, at: 1, rtoMs: 120_000))
        let data = Fixture.run(Fixture.drill(110, .failed, at: 2)) { measures in
            measures.objectives = [objective("Recovery point (RPO)", .failed, measured: 130_000)]
        }
        let unknown = Fixture.run(Fixture.drill(120, .failed, at: 3, rtoMs: nil))
        #expect(Fixture.said("R02", of: [met, data, unknown]).isEmpty)
    }

    @Test func r03SpeaksIfMoreThanHalfOfTheTimeWentByUnnoticed() throws {
        func run(detectMs: Double?) -> DrillRun {
            Fixture.run(Fixture.drill(100, at: 1, rtoMs: 60_000)) { $0.detectMs = detectMs }
        }
        let said = try #require(Fixture.said("R03", of: [run(detectMs: 31_000)]).first)
        #expect(said.evidence == [100] && said.severity == .medium)
        #expect(Fixture.said("R03", of: [run(detectMs: 30_000)]).isEmpty)
        #expect(Fixture.said("R03", of: [run(detectMs: nil)]).isEmpty)
    }

    @Test func r04NeedsTwoNarrowMarginsInThreeDrills() throws {
        let narrow: UInt64 = 100_000
        let earlier = [Fixture.drill(10, at: -2, rtoMs: narrow), Fixture.drill(20, at: -1)]
        let now = Fixture.run(Fixture.drill(100, at: 1, rtoMs: narrow))
        let said = try #require(
            Fixture.said("R04", of: Fixture.history(runs: [now], earlier: earlier)).first)
        #expect(said.evidence == [10, 100])
        // One of three, two of two, and three of which the last was before the period.
        let wide = Fixture.run(Fixture.drill(100, at: 1))
        #expect(Fixture.said("R04", of: Fixture.history(runs: [wide], earlier: earlier)).isEmpty)
        let two = Fixture.history(runs: [now], earlier: [earlier[0]])
        #expect(Fixture.said("R04", of: two).isEmpty)
        let past = earlier + [Fixture.drill(30, at: -0.5, rtoMs: narrow)]
        #expect(Fixture.said("R04", of: Fixture.history(earlier: past)).isEmpty)
    }

    @Test func r05SpeaksIfMoreWasLostThanIsAllowed() throws {
        let lossy = Fixture.run(Fixture.drill(100, .failed, at: 1, rpoMs: 60_001))
        let said = try #require(Fixture.said("R05", of: [lossy]).first)
        #expect(said.evidence == [100] && said.severity == .high)
        let met = Fixture.run(Fixture.drill(100, at: 1, rpoMs: 60_000))
        let unknown = Fixture.run(Fixture.drill(110, .failed, at: 2, rpoMs: nil))
        #expect(Fixture.said("R05", of: [met, unknown]).isEmpty)
        let judged = Fixture.run(Fixture.drill(110, .failed, at: 2, rpoMs: nil)) { measures in
            measures.objectives = [objective("Recovery point (RPO)", .failed, measured: nil)]
        }
        #expect(Fixture.said("R05", of: [judged]).count == 1)
    }

    @Test func r06IsCriticalAndComesFirst() throws {
        let damaged = Fixture.run(Fixture.drill(100, .failed, at: 1, rtoMs: 150_000)) { measures in
            measures.ledgers = [
                Fixture.ledger("restore", at: 103, corrupt: 2), Fixture.ledger(at: 105, lost: 1),
            ]
        }
        let all = PeriodReport(Fixture.history(runs: [damaged])).recommendations
        let first = try #require(all.first)
        #expect(first.rule == "R06" && first.severity == .critical)
        #expect(first.evidence == [103, 105] && first.sentence.contains("3 keys"))
        #expect(all.map(\.severity) == all.map(\.severity).sorted())
    }

    @Test func r06IsSilentOfWhatARestoreOrATakeoverCannotHave() {
        let run = Fixture.run(Fixture.drill(100, at: 1)) { measures in
            measures.ledgers = [
                Fixture.ledger("before restore", at: 101, lost: 9),
                Fixture.ledger("takeover", at: 102, lost: 9), Fixture.ledger(at: 105),
            ]
        }
        #expect(Fixture.said("R06", of: [run]).isEmpty)
    }

    @Test func r07SpeaksOfWhatWasNotChecked() throws {
        let uncompared = Fixture.run(Fixture.drill(100, at: 1))
        #expect(try #require(Fixture.said("R07", of: [uncompared]).first).evidence == [100])
        let doubtful = Fixture.run(Fixture.drill(100, at: 1)) { measures in
            measures.ledgers = [Fixture.ledger(at: 105, indeterminate: 3)]
        }
        let said = try #require(Fixture.said("R07", of: [doubtful]).first)
        #expect(said.evidence == [105] && said.sentence.contains("3 writes had an unknown outcome"))
        let checked = Fixture.run(Fixture.drill(100, at: 1)) { measures in
            measures.ledgers = [Fixture.ledger(at: 105)]
        }
        let failed = Fixture.run(Fixture.drill(110, .failed, at: 2))
        #expect(Fixture.said("R07", of: [checked, failed]).isEmpty)
    }

    @Test func r16SpeaksOfASecondaryThatWasTooFarBehind() throws {
        func run(rpoMs: UInt64, lost: UInt64) -> DrillRun {
            Fixture.run(Fixture.drill(100, .failed, at: 1, rpoMs: rpoMs)) { measures in
                measures.ledgers = [Fixture.ledger("takeover", at: 102, lost: lost)]
            }
        }
        #expect(
            try #require(Fixture.said("R16", of: [run(rpoMs: 70_000, lost: 2)]).first).evidence
                == [102])
        #expect(Fixture.said("R16", of: [run(rpoMs: 50_000, lost: 2)]).isEmpty)
        #expect(Fixture.said("R16", of: [run(rpoMs: 70_000, lost: 0)]).isEmpty)
    }
}
