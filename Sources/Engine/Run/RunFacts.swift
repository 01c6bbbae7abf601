internal import FaultProxy
internal import ResilientStorage
internal import Synchronization

/// What has happened in a run so far that observations and measures are made of.
final class RunFacts: Sendable {
    /// The fault of the drill.
    struct FaultFact: Sendable {
        let name: String
        let effective: ContinuousClock.Instant
        /// Requests that had met no fault when it became effective.
        let passedBefore: Int
        var ending: FaultEnding?
        /// Answers that the storage system had got when it was lifted.
        var answeredBeforeLift = 0

        /// Since when the storage has been as it is.
        var lastChange: ContinuousClock.Instant { ending?.ended ?? effective }
    }

    /// What came of killing the queue.
    struct KilledQueue: Sendable {
        let acknowledged: Int
        let missing: Int
    }

    struct State: Sendable {
        var fault: FaultFact?
        var events: [StorageEvent] = []
        var killedQueue: KilledQueue?
        var comparison: LedgerComparison?
        var writersStopped: ContinuousClock.Instant?
        var queueEmptied: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    func update(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    var all: State { state.withLock { $0 } }
}

extension RunFacts.State {
    private var breakerChanges:
        [(change: CircuitBreaker.Transition, instant: ContinuousClock.Instant)]
    {
        events.compactMap { event in
            if case .breaker(let change, let instant) = event { (change, instant) } else { nil }
        }
    }

    /// When the storage system noticed the fault, while it was in force: its breaker opened.
    var detected: ContinuousClock.Instant? {
        guard let fault else { return nil }
        // The lift resets what hangs, which may open a breaker that had noticed nothing.
        return breakerChanges.first { change, instant in
            change.to == .open && instant >= fault.effective
                && fault.ending.map { instant <= $0.ended } ?? true
        }?.instant
    }

    /// When degraded mode was entered after the fault, and for which incident.
    var degraded: (incident: String, instant: ContinuousClock.Instant)? {
        guard let fault else { return nil }
        for event in events {
            guard case .degradedEntered(let incident, let instant) = event else { continue }
            if instant >= fault.effective { return (incident, instant) }
        }
        return nil
    }

    /// When the breaker closed for good; `nil` while it is not closed.
    var breakerClosed: ContinuousClock.Instant? {
        guard let last = breakerChanges.last else { return nil }
        return last.change.to == .closed ? last.instant : nil
    }

    /// In the order of the events: clocks of several calls cannot tell which came first.
    var failedCallsBeforeOpening: Int {
        guard let fault else { return 0 }
        let before = events.prefix { event in
            if case .breaker(let change, let instant) = event {
                return change.to != .open || instant < fault.effective
            }
            return true
        }
        return before.count { event in
            if case .attemptFailed(_, _, let instant) = event {
                instant >= fault.effective
            } else {
                false
            }
        }
    }

    func wasHalfOpen(since instant: ContinuousClock.Instant) -> Bool {
        breakerChanges.contains { $0.change.to == .halfOpen && $0.instant >= instant }
    }

    /// When the last queued operation was delivered.
    var lastDrained: ContinuousClock.Instant? {
        events.reversed().lazy.compactMap { event in
            if case .drained(_, let instant) = event { instant } else { nil }
        }.first
    }
}
