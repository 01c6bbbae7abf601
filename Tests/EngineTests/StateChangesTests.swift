import ResilientStorage
import Testing

@testable import Engine

/// What is seen of states that are only looked at again and again.
struct StateChangesTests {
    private static let zero = ContinuousClock.now

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        zero + .milliseconds(milliseconds)
    }

    /// A look every 50 ms, each answered after 10.
    private static func look(
        _ number: Int, breaker: CircuitBreaker.State? = nil, queue: Int? = nil,
        failover: Failover.State? = nil
    ) -> StateChanges.Look {
        var report = SelfReport()
        (report.breaker, report.queueDepth, report.failover) = (breaker, queue, failover)
        return StateChanges.Look(
            report: report, sent: at(50 * number), answered: at(50 * number + 10))
    }

    private static func change(
        _ from: CircuitBreaker.State, _ to: CircuitBreaker.State, noticed: Int, earliest: Int
    ) -> StateChanges.Change {
        StateChanges.Change(
            event: .breaker(
                CircuitBreaker.Transition(from: from, to: to), site: .primary, at: at(noticed)),
            noticed: at(noticed), earliest: at(earliest))
    }

    @Test func aStateThatStaysIsNoChange() {
        var changes = StateChanges()
        for number in 0..<3 {
            #expect(changes.note(Self.look(number, breaker: .open)) == [])
        }
    }

    @Test func aChangeLiesBetweenTwoLooks() {
        var changes = StateChanges()
        let seen = [CircuitBreaker.State.closed, .closed, .open, .open, .halfOpen, .closed]
        let all = seen.enumerated().flatMap { number, state in
            changes.note(Self.look(number, breaker: state))
        }
        #expect(
            all == [
                Self.change(.closed, .open, noticed: 110, earliest: 50),
                Self.change(.open, .halfOpen, noticed: 210, earliest: 150),
                Self.change(.halfOpen, .closed, noticed: 260, earliest: 200),
            ])
    }

    /// In so long a time a breaker may have closed and opened again.
    @Test func betweenLooksFarApartNothingIsCertain() {
        var changes = StateChanges()
        for number in [0, 1, 2] { _ = changes.note(Self.look(number, breaker: .open)) }
        #expect(changes.blindSpells.isEmpty)
        // It did not answer in between, and once without the breaker.
        _ = changes.note(Self.look(5))
        for number in [8, 9] { _ = changes.note(Self.look(number, breaker: .open)) }
        #expect(changes.blindSpells == [Self.at(100)..<Self.at(410)])
    }

    @Test func whatIsUncertainIsTakenOutOfASpan() {
        let span = Self.at(100)..<Self.at(1000)
        let spells = [
            Self.at(0)..<Self.at(50), Self.at(80)..<Self.at(200), Self.at(300)..<Self.at(400),
            Self.at(900)..<Self.at(1100), Self.at(1200)..<Self.at(1300),
        ]
        let parts = ObservationBoard.parts(of: span, without: spells)
        #expect(parts == [Self.at(200)..<Self.at(300), Self.at(400)..<Self.at(900)])
        #expect(ObservationBoard.parts(of: span, without: []) == [span])
        let all = [Self.at(0)..<Self.at(2000)]
        #expect(ObservationBoard.parts(of: span, without: all).isEmpty)
    }

    @Test func aLookThatShowsNothingLeavesTheChangeOpenForLonger() {
        var changes = StateChanges()
        _ = changes.note(Self.look(0, breaker: .closed))
        #expect(changes.note(Self.look(1)) == [])
        #expect(
            changes.note(Self.look(2, breaker: .open)) == [
                Self.change(.closed, .open, noticed: 110, earliest: 0)
            ])
    }

    @Test func aLookThatWasOvertakenTellsNothing() {
        var changes = StateChanges()
        _ = changes.note(Self.look(0, breaker: .closed))
        #expect(changes.note(Self.look(2, breaker: .open)).count == 1)
        #expect(changes.note(Self.look(1, breaker: .closed)) == [])
        #expect(changes.note(Self.look(3, breaker: .open)) == [])
    }

    @Test func theQueueBecomesEmptyOnceItHeldSomething() {
        var changes = StateChanges()
        _ = changes.note(Self.look(0, queue: 0))
        #expect(changes.queueEmptied == nil)
        _ = changes.note(Self.look(1, queue: 3))
        _ = changes.note(Self.look(2))
        #expect(changes.queueEmptied == nil)
        _ = changes.note(Self.look(3, queue: 0))
        #expect(changes.queueEmptied == Self.at(160))
        _ = changes.note(Self.look(4, queue: 0))
        #expect(changes.queueEmptied == Self.at(160))
    }

    @Test func theStorageThatServesIsToldToo() {
        var changes = StateChanges()
        _ = changes.note(Self.look(0, failover: .primary))
        #expect(
            changes.note(Self.look(1, failover: .secondary)).map(\.event) == [
                .failover(from: .primary, to: .secondary, epoch: 0, at: Self.at(60))
            ])
    }
}
