import FaultProxy
import Testing

@testable import Engine
@testable import ResilientStorage

/// What is derived from the events of the storage system; times in milliseconds.
struct RunFactsTests {
    private static let start = ContinuousClock.now

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    private static func breaker(
        _ from: CircuitBreaker.State, _ to: CircuitBreaker.State, at time: Int
    ) -> StorageEvent {
        .breaker(CircuitBreaker.Transition(from: from, to: to), at: Self.at(time))
    }

    private static func drained(_ number: UInt64, at time: Int) -> StorageEvent {
        let operation = QueuedOperation(key: "key", action: .delete)
        return .drained(QueueEntry(number: number, operation: operation), at: Self.at(time))
    }

    /// Facts of a run whose fault became effective at 1000.
    private func facts(_ events: [StorageEvent]) -> RunFacts.State {
        var state = RunFacts.State()
        state.faults = [
            RunFacts.FaultFact(name: "outage", effective: Self.at(1000), passedBefore: 0)
        ]
        state.events = events
        return state
    }

    /// What hangs is reset when the fault is lifted, and that may open a breaker that had seen
    /// nothing before.
    @Test func whatIsNoticedAfterTheLiftIsNoDetection() {
        var state = facts([Self.breaker(.closed, .open, at: 1300)])
        state.faults[0].ending = FaultEnding(reason: .lifted, ended: Self.at(1290))
        #expect(state.detected == nil)
        state.faults[0].ending = FaultEnding(reason: .lifted, ended: Self.at(1300))
        #expect(state.detected == Self.at(1300))
    }

    /// An outage, two failed trials and a recovery.
    private static let outage: [StorageEvent] = [
        .attemptFailed("503", attempt: 1, at: at(1100)),
        .attemptFailed("503", attempt: 1, at: at(1200)),
        .attemptFailed("503", attempt: 2, at: at(1300)),
        breaker(.closed, .open, at: 1300), .degradedEntered(incident: "i-1", at: at(1301)),
        breaker(.open, .halfOpen, at: 4300), .attemptFailed("503", attempt: 1, at: at(4400)),
        breaker(.halfOpen, .open, at: 4400), breaker(.open, .halfOpen, at: 7400),
        breaker(.halfOpen, .closed, at: 7500), drained(1, at: 7600), drained(2, at: 7700),
        .degradedLeft(incident: "i-1", at: at(7701)),
    ]

    @Test func aRunWithoutEventsHasNoFacts() {
        let facts = RunFacts.State()
        #expect(facts.detected == nil)
        #expect(facts.degraded?.incident == nil)
        #expect(facts.breakerClosed == nil)
        #expect(facts.lastDrained == nil)
        #expect(facts.failedCallsBeforeOpening == 0)
        #expect(!facts.wasHalfOpen(since: Self.start))
    }

    @Test func theFaultIsDetectedWhenTheBreakerFirstOpens() {
        #expect(facts(Self.outage).detected == Self.at(1300))
        #expect(facts(Self.outage).failedCallsBeforeOpening == 3)
        // Something else before the fault is not its detection.
        let early = [Self.breaker(.closed, .open, at: 500), Self.breaker(.open, .closed, at: 900)]
        #expect(facts(early).detected == nil)
        #expect(facts(early + Self.outage).detected == Self.at(1300))
    }

    @Test func degradedModeIsThatOfTheFirstIncident() {
        #expect(facts(Self.outage).degraded?.incident == "i-1")
        #expect(facts(Self.outage).degraded?.instant == Self.at(1301))
    }

    /// A hiccup while the load becomes steady is another incident.
    @Test func anIncidentBeforeTheFaultIsNotTheDrills() {
        let early: [StorageEvent] = [
            .degradedEntered(incident: "i-0", at: Self.at(100)),
            .degradedLeft(incident: "i-0", at: Self.at(200)),
        ]
        #expect(facts(early + Self.outage).degraded?.incident == "i-1")
    }

    @Test func theBreakerHasClosedOnlyIfItStaysSo() {
        #expect(facts(Self.outage).breakerClosed == Self.at(7500))
        let again = Self.outage + [Self.breaker(.closed, .open, at: 8000)]
        #expect(facts(again).breakerClosed == nil)
        let trial = again + [Self.breaker(.open, .halfOpen, at: 9000)]
        #expect(facts(trial).breakerClosed == nil)
    }

    @Test func halfOpenIsLookedForSinceAMoment() {
        #expect(facts(Self.outage).wasHalfOpen(since: Self.at(7400)))
        #expect(!facts(Self.outage).wasHalfOpen(since: Self.at(7401)))
    }

    @Test func theLastDeliveryCounts() {
        #expect(facts(Self.outage).lastDrained == Self.at(7700))
    }
}
