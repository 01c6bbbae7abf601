import DRTesting
import Testing

@testable import Reporting

struct FindingLedgerTests {
    private typealias Fixture = HistoryFixture

    @Test func aDrillThatDidNotPassOpensAFindingAndALaterOneThatPassesClosesIt() throws {
        let ledger = FindingLedger([
            Fixture.drill(10, .inconclusive, at: 1, message: "no data"),
            Fixture.drill(20, .failed, at: 2, message: "too slow"), Fixture.drill(30, at: 3),
        ])
        let finding = try #require(ledger.all.first)
        #expect(ledger.all.count == 1 && finding.id == 1 && !finding.isOpen)
        #expect(finding.verdict == .failed && finding.message == "too slow")
        #expect(finding.occurrences == 2)
        #expect(finding.openedBy == 10 && finding.openedAt == Fixture.time(1))
        #expect(finding.lastTest == 20 && finding.lastSeenAt == Fixture.time(2))
        #expect(finding.closedBy == 30 && finding.closedAt == Fixture.time(3))
    }

    @Test func aDrillThatWasUnderWayAlreadyClosesNothing() {
        // Test 20 ended at position 29: what began at 25 did not see what was put right.
        let before = [Fixture.drill(20, .failed, at: 1), Fixture.drill(25, at: 2)]
        #expect(FindingLedger(before).all.map(\.isOpen) == [true])
        #expect(FindingLedger(before + [Fixture.drill(30, at: 3)]).all.map(\.closedBy) == [30])
    }

    @Test func theWorstVerdictStays() {
        let drills = [Fixture.drill(10, .failed, at: 1), Fixture.drill(20, .lost, at: 2)]
        #expect(FindingLedger(drills).all.map(\.verdict) == [.failed])
    }

    @Test func whatPassesElsewhereClosesNothing() {
        let failed = Fixture.drill(10, .failed, at: 1, environment: "production")
        let others = [
            Fixture.drill(20, at: 2, environment: "test"),
            Fixture.drill(30, at: 3, target: "other", environment: "production"),
            Fixture.drill(40, at: 4, targetKind: "embedded", environment: "production"),
        ]
        #expect(FindingLedger([failed] + others).all.map(\.isOpen) == [true])
    }

    @Test func cancelledDrillsAndProofsAndChaosChangeNothing() {
        let drills = [
            Fixture.drill(10, .cancelled, at: 1),
            Fixture.drill(20, .failed, at: 2, purpose: "proof"),
            Fixture.drill(30, .failed, at: 3, purpose: "chaos"),
        ]
        #expect(FindingLedger(drills).all.isEmpty)
        let failed = Fixture.drill(40, .failed, at: 4)
        let proof = Fixture.drill(50, at: 5, purpose: "proof")
        #expect(FindingLedger([failed, proof]).all.map(\.isOpen) == [true])
    }

    @Test func aFindingThatComesAgainIsANewOne() {
        let drills = [
            Fixture.drill(10, .failed, at: 1), Fixture.drill(20, at: 2),
            Fixture.drill(30, .failed, at: 3),
        ]
        let all = FindingLedger(drills).all
        #expect(all.map(\.id) == [1, 2] && all.map(\.isOpen) == [false, true])
        #expect(all.map(\.occurrences) == [1, 1])
    }
}
