import DRTesting
import Testing

@testable import Reporting

/// What became of the drills that cadences ask for: weekly with a day of grace, unless a test says
/// otherwise. Moments are days since the week began.
struct DueAccountTests {
    private typealias Fixture = HistoryFixture

    private func account(
        _ successes: [Double], cadence: HistoryCatalog.Cadence = HistoryFixture.cadence(),
        excuses: [HistoryCatalog.Excuse] = [], from: Double = 0, to: Double = 7,
        judgedAt: Double? = nil
    ) throws -> DueAccount {
        let period = try #require(
            Period(.custom, from: Fixture.time(from), to: Fixture.time(to)))
        let drills = successes.enumerated().map { index, day in
            Fixture.drill(UInt64(index + 1) * 10, at: day)
        }
        return DueAccount(
            cadences: [cadence], excuses: excuses, drills: drills, period: period,
            at: judgedAt.map { Fixture.time($0) } ?? period.end)
    }

    private func outcomes(_ account: DueAccount) -> [DueDrill.Outcome] {
        #expect(account.isReconciled)
        return account.due.map(\.outcome)
    }

    @Test func aSuccessBeforeTheDrillIsDueIsOnTimeAndCountsWhenItCame() throws {
        let account = try account([-4, 2])
        #expect(outcomes(account) == [.onTime])
        let due = try #require(account.due.first)
        #expect(due.dueTime == Fixture.time(3) && due.countedAt == Fixture.time(2))
        #expect(due.test == 20 && due.excuseID == nil)
        #expect(account.scheduled == 1)
    }

    @Test func aSuccessAtTheMomentIsOnTimeAndLaterOnesAreLate() throws {
        #expect(try outcomes(account([-4, 3])) == [.onTime])
        let late = try account([-6.5, 1.25])
        #expect(outcomes(late) == [.late])
        #expect(late.due.first?.dueTime == Fixture.time(0.5))
        #expect(late.due.first?.countedAt == Fixture.time(1.25))
    }

    @Test func aDrillWhoseGraceEndedIsOverdueAndCountsThen() throws {
        let account = try account([-6.5])
        #expect(outcomes(account) == [.overdue])
        #expect(account.due.first?.countedAt == Fixture.time(1.5))
        #expect(account.due.first?.test == nil)
        #expect(account.standings.first?.overdueSince == Fixture.time(1.5))
        #expect(account.standings.first?.dueTime == Fixture.time(0.5))
    }

    @Test func nothingIsOverdueAtTheVeryEndOfItsGrace() throws {
        #expect(try outcomes(account([-6.5], judgedAt: 1.5)) == [])
        #expect(try outcomes(account([-6.5], judgedAt: 1.75)) == [.overdue])
    }

    @Test func whatWasOverdueAndMadeUpForInTheSamePeriodIsLateOnce() throws {
        let account = try account([-6.5, 4])
        #expect(outcomes(account) == [.late])
        #expect(account.due.first?.dueTime == Fixture.time(0.5))
        #expect(account.standings.first?.overdueSince == nil)
    }

    @Test func whatIsMadeUpForInALaterPeriodStaysOverdueInItsOwn() throws {
        let successes = [-6.5, 8]
        #expect(try outcomes(account(successes)) == [.overdue])
        // It was due again at 7.5, and that is what the success of 8 is late for.
        let next = try account(successes, from: 7, to: 14)
        #expect(outcomes(next) == [.late])
        #expect(next.due.first?.dueTime == Fixture.time(7.5))
    }

    @Test func itIsDueAnewAfterEachInterval() throws {
        let account = try account([-4], cadence: Fixture.cadence(every: 2, grace: 0.5))
        // Due at -2 (before the period), 0, 2, 4 and 6.
        #expect(outcomes(account) == [.overdue, .overdue, .overdue, .overdue])
        #expect(account.due.map(\.dueTime) == [0, 2, 4, 6].map { Fixture.time($0) })
        #expect(account.standings.first?.overdueSince == Fixture.time(-1.5))
    }

    @Test func oneSuccessSettlesAllThatWasDueAndNotOverdue() throws {
        let account = try account([-1, 3.5], cadence: Fixture.cadence(every: 1, grace: 3))
        // Due at 0, whose grace ended at 3, and at 1, 2 and 3, whose grace had not.
        #expect(outcomes(account) == [.overdue, .late, .late, .late])
        #expect(account.due.filter { $0.outcome == .late }.allSatisfy { $0.test == 20 })
    }

    @Test func aDrillThatNeverSucceededIsDueFromTheMakingOfItsCadence() throws {
        let account = try account([], cadence: Fixture.cadence(every: 3, created: 1))
        #expect(outcomes(account) == [.overdue])
        #expect(account.due.first?.dueTime == Fixture.time(4))
        #expect(account.standings.first?.lastSuccess == nil)
    }

    @Test func ofWhatWasDueBeforeTheCadenceOnlyTheLastIsAskedFor() throws {
        let account = try account([-30], cadence: Fixture.cadence(created: 1))
        // Due at -23, -16, -9, -2 and 5; the cadence is of day 1.
        #expect(outcomes(account) == [.overdue, .overdue])
        #expect(account.due.map(\.dueTime) == [-2, 5].map { Fixture.time($0) })
        #expect(account.due.map(\.countedAt) == [1, 6].map { Fixture.time($0) })
        // As the table of cadences has it. Nothing is overdue for longer than it is asked for.
        #expect(account.standings.first?.dueTime == Fixture.time(-23))
        #expect(account.standings.first?.overdueSince == Fixture.time(1))
    }

    @Test func anExcuseIsForTheDrillThatItNamesInWholeMilliseconds() throws {
        let moment = -6.5 + 123 / Double(Fixture.day)
        let excused = try account([moment], excuses: [Fixture.excuse(7, due: 0.5)])
        #expect(excused.due.first?.dueTime == Fixture.time(0.5) + 123)
        #expect(outcomes(excused) == [.excused])
        #expect(excused.due.first?.excuseID == 7)
        #expect(excused.standings.first?.overdueSince == nil)
        let others = [
            Fixture.excuse(due: 7.5), Fixture.excuse(due: 0.25),
            Fixture.excuse(due: 0.5, target: "production"),
            Fixture.excuse(due: 0.5, isEnabled: false),
        ]
        for excuse in others {
            #expect(try outcomes(account([moment], excuses: [excuse])) == [.overdue])
        }
    }

    @Test func whatIsOverdueIsSoSinceTheFirstDrillThatNobodyExcused() throws {
        let cadence = Fixture.cadence(every: 2, grace: 0.5)
        let account = try account([-2], cadence: cadence, excuses: [Fixture.excuse(due: 0)])
        #expect(outcomes(account) == [.excused, .overdue, .overdue, .overdue])
        #expect(account.standings.first?.overdueSince == Fixture.time(2.5))
    }

    @Test func aCadenceThatIsDisabledAsksForNothing() throws {
        let account = try account([-20], cadence: Fixture.cadence(isEnabled: false))
        #expect(outcomes(account) == [])
        #expect(account.standings.map(\.isEnabled) == [false])
        #expect(account.standings.first?.overdueSince == nil)
    }

    @Test func aCadenceThatWasDisabledAskedForDrillsUntilThen() throws {
        let cadence = Fixture.cadence(every: 2, grace: 0.5, ended: 3)
        let account = try account([-4, 5], cadence: cadence)
        // Due at 0 and at 2; that of 4 was asked for by nobody any more, and settles nothing.
        #expect(outcomes(account) == [.overdue, .overdue])
        #expect(account.due.map(\.dueTime) == [0, 2].map { Fixture.time($0) })
        #expect(account.standings.first?.lastSuccess == Fixture.time(5))
        #expect(account.standings.first?.overdueSince == nil)
        #expect(try outcomes(self.account([-4], cadence: cadence, from: 7, to: 14)) == [])
    }

    @Test func aCadenceThatWasRemovedAskedForDrillsUntilThenAndStandsNoMore() throws {
        var cadence = Fixture.cadence(ended: 3)
        cadence.isRemoved = true
        let account = try account([-6.5], cadence: cadence)
        #expect(outcomes(account) == [.overdue])
        #expect(account.standings.isEmpty)
    }

    @Test func onlyDrillsThatPassedCount() throws {
        let drills = [
            Fixture.drill(10, .failed, at: 1), Fixture.drill(20, .inconclusive, at: 2),
            Fixture.drill(30, .cancelled, at: 3), Fixture.drill(40, at: 4, purpose: "proof"),
            Fixture.drill(50, at: 5, target: "production"),
        ]
        let account = DueAccount(
            cadences: [Fixture.cadence(created: -5)], excuses: [], drills: drills,
            period: Fixture.week, at: Fixture.week.end)
        #expect(outcomes(account) == [.overdue])
        #expect(account.standings.first?.lastSuccess == nil)
    }

    @Test func timesBeyondAllTimesAreNeverReached() throws {
        var definition = Fixture.cadence().definition
        (definition.intervalMs, definition.graceMs) = (.max, .max)
        let cadence = HistoryCatalog.Cadence(
            definition: definition, isEnabled: true, createdAt: Fixture.time(-70), position: 1)
        #expect(try outcomes(account([-1, 1], cadence: cadence)) == [.onTime])
        #expect(try outcomes(account([], cadence: cadence)) == [])
    }

    @Test func anAccountThatIsCutDoesNotReconcile() throws {
        let everyMillisecond = Fixture.cadence(every: 1 / 86_400_000, grace: 0)
        let account = try account([-1], cadence: everyMillisecond)
        #expect(account.due.count == DueAccount.mostPerCadence)
        #expect(account.scheduled == 7 * 86_400_000)
        #expect(!account.isReconciled)
    }

    /// Whatever the cadence and the successes are: the days of a week, each for itself, have the
    /// same drills as the week has, and each of them once.
    @Test(arguments: UInt64(1)...40)
    func everyDrillCountsInOnePeriod(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        for _ in 0..<20 {
            let cadence = Fixture.cadence(
                every: Double(generator.next(1...16)) / 4,
                grace: Double(generator.next(0...20)) / 4,
                created: Double(generator.next(0...60)) / 4 - 10,
                ended: generator.next(0...3) == 0
                    ? Double(generator.next(0...60)) / 4 - 8 : nil)
            let successes = Set((0..<6).map { _ in Double(generator.next(0...100)) / 5 - 10 })
                .sorted()
            let week = try account(successes, cadence: cadence)
            let days = try (0..<7).map { day in
                try account(successes, cadence: cadence, from: Double(day), to: Double(day + 1))
            }
            #expect(week.isReconciled && days.allSatisfy(\.isReconciled), "seed \(seed)")
            let ofDays = days.flatMap(\.due).map(\.dueTime)
            #expect(ofDays.sorted() == week.due.map(\.dueTime).sorted(), "seed \(seed)")
            #expect(Set(ofDays).count == ofDays.count, "seed \(seed)")
        }
    }
}

/// The same numbers for the same seed.
private struct SeededGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next(_ range: ClosedRange<UInt64>) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return range.lowerBound + (state >> 33) % (range.upperBound - range.lowerBound + 1)
    }
}
