internal import ResilientStorage

/// A breaker that does as the one within it, but for what is broken in it.
protocol BrokenBreaker: CircuitBreaking {
    var breaker: CircuitBreaker { get set }
}

extension BrokenBreaker {
    var state: CircuitBreaker.State { breaker.state }

    mutating func admit(
        at now: ContinuousClock.Instant
    ) -> (CircuitBreaker.Admission, CircuitBreaker.Transition?) { breaker.admit(at: now) }

    func isSlow(_ duration: Duration) -> Bool { breaker.isSlow(duration) }

    mutating func succeeded(_ admission: CircuitBreaker.Admission) -> CircuitBreaker.Transition? {
        breaker.succeeded(admission)
    }

    mutating func failed(
        _ admission: CircuitBreaker.Admission, at now: ContinuousClock.Instant
    ) -> CircuitBreaker.Transition? { breaker.failed(admission, at: now) }

    mutating func abandoned(_ admission: CircuitBreaker.Admission) { breaker.abandoned(admission) }

    mutating func reset() -> CircuitBreaker.Transition? { breaker.reset() }
}

/// Never learns of a failure.
struct BreakerNeverOpens: BrokenBreaker {
    var breaker: CircuitBreaker

    mutating func failed(
        _ admission: CircuitBreaker.Admission, at now: ContinuousClock.Instant
    ) -> CircuitBreaker.Transition? { nil }
}

/// Takes every trial for a failure.
struct BreakerNeverCloses: BrokenBreaker {
    var breaker: CircuitBreaker

    mutating func succeeded(_ admission: CircuitBreaker.Admission) -> CircuitBreaker.Transition? {
        breaker.state == .halfOpen
            ? breaker.failed(admission, at: .now) : breaker.succeeded(admission)
    }
}

/// Once open, it lets no trial call pass.
struct BreakerNeverHalfOpens: BrokenBreaker {
    var breaker: CircuitBreaker

    mutating func admit(
        at now: ContinuousClock.Instant
    ) -> (CircuitBreaker.Admission, CircuitBreaker.Transition?) {
        breaker.state == .open ? (.refused, nil) : breaker.admit(at: now)
    }
}

/// Counts every failure three times.
struct BreakerOpensTooEarly: BrokenBreaker {
    var breaker: CircuitBreaker

    mutating func failed(
        _ admission: CircuitBreaker.Admission, at now: ContinuousClock.Instant
    ) -> CircuitBreaker.Transition? {
        for _ in 0..<2 {
            if let change = breaker.failed(admission, at: now) { return change }
        }
        return breaker.failed(admission, at: now)
    }
}

/// Says that it is open, and lets every call through all the same.
struct FailFastStillCalls: BrokenBreaker {
    var breaker: CircuitBreaker

    mutating func admit(
        at now: ContinuousClock.Instant
    ) -> (CircuitBreaker.Admission, CircuitBreaker.Transition?) {
        let (admission, transition) = breaker.admit(at: now)
        return (admission == .refused ? .pass(0) : admission, transition)
    }
}

/// Open, and stays so: for the dry run of the queue.
struct HeldOpen: CircuitBreaking {
    var state: CircuitBreaker.State { .open }

    mutating func admit(
        at now: ContinuousClock.Instant
    ) -> (CircuitBreaker.Admission, CircuitBreaker.Transition?) { (.refused, nil) }

    func isSlow(_ duration: Duration) -> Bool { false }

    mutating func succeeded(_ admission: CircuitBreaker.Admission) -> CircuitBreaker.Transition? {
        nil
    }

    mutating func failed(
        _ admission: CircuitBreaker.Admission, at now: ContinuousClock.Instant
    ) -> CircuitBreaker.Transition? { nil }

    mutating func abandoned(_ admission: CircuitBreaker.Admission) {}

    mutating func reset() -> CircuitBreaker.Transition? { nil }
}
