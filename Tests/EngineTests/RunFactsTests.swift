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
        for event in events { state.note(event) }
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

    /// Closing a port takes a while: the first calls fail in it.
    @Test func whatFailsWhileAFaultBecomesEffectiveIsItsDoing() {
        for began in [1100, 1150] {
            var state = RunFacts.State()
            state.faults = [
                RunFacts.FaultFact(
                    name: "outage", began: Self.at(began), effective: Self.at(1310),
                    passedBefore: 0)
            ]
            for event in Self.outage { state.note(event) }
            #expect(state.failedCallsBeforeOpening == (began == 1100 ? 3 : 2))
            #expect(state.detected == Self.at(1300))
            #expect(state.degraded?.incident == "i-1")
        }
    }

    // MARK: Several faults

    /// Each by its start and its end, in the order of their injection.
    private func facts(
        faults: [(start: Int, end: Int?)], _ events: [StorageEvent] = []
    ) -> RunFacts.State {
        var state = facts(events)
        state.faults = []
        for (number, fault) in faults.enumerated() {
            var fact = RunFacts.FaultFact(
                name: "fault-\(number)", effective: Self.at(fault.start), passedBefore: 0)
            fact.ending = fault.end.map { FaultEnding(reason: .lifted, ended: Self.at($0)) }
            state.faults.append(fact)
        }
        return state
    }

    @Test func theFaultThatEndsLastNeedNotBeTheLastOne() {
        let state = facts(faults: [(1000, 9000), (2000, 3000)])
        #expect(state.fault?.name == "fault-1")
        #expect(state.lastLifted?.name == "fault-0")
        #expect(facts(faults: [(1000, 3000), (2000, 9000)]).lastLifted?.name == "fault-1")
        // The last lift is yet to come.
        #expect(facts(faults: [(1000, 3000), (2000, nil)]).lastLifted?.name == nil)
        #expect(RunFacts.State().lastLifted?.name == nil)
    }

    @Test func anOutageLastsFromTheFirstFaultToTheLastLift() {
        let noticed = [Self.breaker(.closed, .open, at: 1500)]
        let state = facts(faults: [(1000, 9000), (2000, 3000)], noticed)
        let course = Recovery.Course(
            effective: Self.at(1000), detected: Self.at(1500), lifted: Self.at(9000))
        #expect(state.outageCourse == course)
        let late = [Self.breaker(.closed, .open, at: 9001)]
        let unnoticed = facts(faults: [(1000, 9000), (2000, 3000)], late).outageCourse
        #expect(unnoticed?.lifted == Self.at(9000))
        #expect(unnoticed?.detected == nil)
        #expect(RunFacts.State().outageCourse == nil)
    }

    @Test func anOutageOfOneFaultIsThatFault() {
        let state = facts(faults: [(1000, 7000)], Self.outage)
        let course = Recovery.Course(
            effective: Self.at(1000), detected: Self.at(1300), lifted: Self.at(7000))
        #expect(state.detected == Self.at(1300))
        #expect(state.outageCourse == course)
        #expect(facts(faults: [(1000, nil)], Self.outage).outageCourse?.lifted == nil)
    }

    // MARK: The storage system

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

    // MARK: What is kept

    /// There is one for every write, with its whole body.
    @Test func deliveriesAndFailedCallsAreNotKept() {
        var state = facts([])
        let entry = QueueEntry(number: 1, operation: QueuedOperation(key: "key", action: .delete))
        for time in 2000..<2100 {
            state.note(.drained(entry, at: Self.at(time)))
            state.note(.replicated(entry, to: .secondary, at: Self.at(time)))
            state.note(.rejected(entry, "no", at: Self.at(time)))
            state.note(.attemptFailed("503", attempt: 1, at: Self.at(time)))
        }
        #expect(state.events.isEmpty)
        #expect(state.lastDrained == Self.at(2099))
        #expect(state.failedCallsBeforeOpening == 100)
    }

    @Test func failedCallsAreCountedHoweverManyThereAre() {
        var state = facts([])
        for time in 0..<5000 { state.note(.attemptFailed("", attempt: 1, at: Self.at(time))) }
        #expect(state.failedCallsBeforeOpening == 4000)
        state.note(Self.breaker(.closed, .open, at: 5000))
        for time in 5001..<9000 { state.note(.attemptFailed("", attempt: 1, at: Self.at(time))) }
        #expect(state.failedCallsBeforeOpening == 4000)
        // Those of another storage are its own.
        state = facts([.attemptFailed("", attempt: 1, site: .secondary, at: Self.at(1100))])
        #expect(state.failedCallsBeforeOpening == 0)
    }

    /// Its lease is at hand only after calls have met it.
    @Test func aFaultMayBecomeKnownAfterItsFirstFailedCalls() {
        var state = RunFacts.State()
        for time in [900, 1100, 1200] {
            state.note(.attemptFailed("503", attempt: 1, at: Self.at(time)))
        }
        #expect(state.failedCallsBeforeOpening == 0)
        state.faults = facts([]).faults
        #expect(state.failedCallsBeforeOpening == 2)
        state.note(.attemptFailed("503", attempt: 1, at: Self.at(1300)))
        state.note(Self.breaker(.closed, .open, at: 1300))
        #expect(state.failedCallsBeforeOpening == 3)
        state.faults.append(
            RunFacts.FaultFact(name: "another", effective: Self.at(1250), passedBefore: 0))
        #expect(state.failedCallsBeforeOpening == 1)
    }
}
