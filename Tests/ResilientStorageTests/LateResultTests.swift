import Testing

@testable import ResilientStorage

/// Results that arrive when the breaker has gone on: they belong to a phase that is over.
struct LateResultTests {
    private let start = ContinuousClock.now
    private let openDuration = CircuitBreaker.Configuration().openDuration

    @Test func callsFromBeforeItOpenedNeitherCloseItNorKeepItOpenLonger() {
        var breaker = CircuitBreaker()
        let late = breaker.ask(2, at: start)
        breaker.open(at: start)
        let success = breaker.succeeded(late[0])
        let failure = breaker.failed(late[1], at: start + .seconds(2))
        #expect(success == nil && failure == nil)
        #expect(breaker.state == .open)
        let kinds = breaker.ask(1, at: start + openDuration).map(\.kind)
        #expect(kinds == ["trial"])
    }

    @Test func callsFromBeforeItOpenedDoNotCountAsTrials() {
        var breaker = CircuitBreaker()
        let late = breaker.ask(4, at: start)
        breaker.open(at: start)
        let trials = breaker.ask(1, at: start + openDuration)
        for call in late.prefix(2) {
            let transition = breaker.succeeded(call)
            #expect(transition == nil)
        }
        for call in late.suffix(2) {
            let transition = breaker.failed(call, at: start + openDuration)
            #expect(transition == nil)
        }
        #expect(trials.map(\.kind) == ["trial"])
        #expect(breaker.state == .halfOpen)
        let more = breaker.ask(2, at: start + openDuration).map(\.kind)
        #expect(more == ["trial", "refused"])
    }

    @Test func failuresFromBeforeItOpenedDoNotCountOnceItIsClosedAgain() {
        var breaker = CircuitBreaker()
        let late = breaker.ask(3, at: start)
        breaker.open(at: start)
        let end = start + openDuration
        for trial in breaker.ask(2, at: end) { _ = breaker.succeeded(trial) }
        #expect(breaker.state == .closed)
        for call in late { _ = breaker.failed(call, at: end + .seconds(1)) }
        #expect(breaker.state == .closed)
    }

    @Test func aSuccessFromBeforeItOpenedDoesNotResetTheCountOnceItIsClosedAgain() {
        var breaker = CircuitBreaker()
        let late = breaker.ask(1, at: start)
        breaker.open(at: start)
        let end = start + openDuration
        for trial in breaker.ask(2, at: end) { _ = breaker.succeeded(trial) }
        for _ in 0..<2 { _ = breaker.call(success: false, at: end) }
        _ = breaker.succeeded(late[0])
        _ = breaker.call(success: false, at: end)
        #expect(breaker.state == .open)
    }

    @Test func aTrialThatSucceedsTooLateIsNoneOfTheNextTrials() {
        var (breaker, late) = (CircuitBreaker(), CircuitBreaker.Admission.refused)
        let next = openAgain(&breaker, leaving: &late)
        let transition = breaker.succeeded(late)
        #expect(transition == nil)
        let trials = breaker.ask(3, at: next)
        #expect(trials.map(\.kind) == ["trial", "refused", "refused"])
        _ = breaker.succeeded(trials[0])
        // The other of the two trials of this phase has not ended yet.
        #expect(breaker.state == .halfOpen)
    }

    @Test func aTrialThatFailsTooLateDoesNotOpenItAgain() {
        var (breaker, late) = (CircuitBreaker(), CircuitBreaker.Admission.refused)
        let next = openAgain(&breaker, leaving: &late)
        let transition = breaker.failed(late, at: next)
        #expect(transition == nil)
        #expect(breaker.state == .halfOpen)
    }

    /// Half-open for the second time, with one of its two trials in flight.
    ///
    /// - Parameter late: gets a trial of the first time that has not ended.
    private func openAgain(
        _ breaker: inout CircuitBreaker, leaving late: inout CircuitBreaker.Admission
    ) -> ContinuousClock.Instant {
        breaker.open(at: start)
        let first = start + openDuration
        let trials = breaker.ask(2, at: first)
        late = trials[0]
        _ = breaker.failed(trials[1], at: first)
        let second = first + openDuration
        let next = breaker.ask(1, at: second).map(\.kind)
        #expect(next == ["trial"])
        return second
    }
}
