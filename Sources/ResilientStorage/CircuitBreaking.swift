/// The seam at which a circuit breaker is put in. The contract is that of `CircuitBreaker`.
public protocol CircuitBreaking: Sendable {
    var state: CircuitBreaker.State { get }
    mutating func admit(
        at now: ContinuousClock.Instant
    ) -> (CircuitBreaker.Admission, CircuitBreaker.Transition?)
    func isSlow(_ duration: Duration) -> Bool
    mutating func succeeded(_ admission: CircuitBreaker.Admission) -> CircuitBreaker.Transition?
    mutating func failed(
        _ admission: CircuitBreaker.Admission, at now: ContinuousClock.Instant
    ) -> CircuitBreaker.Transition?
    mutating func abandoned(_ admission: CircuitBreaker.Admission)
    mutating func reset() -> CircuitBreaker.Transition?
}

extension CircuitBreaker: CircuitBreaking {}
