internal import DRTesting
internal import FaultProxy
internal import ResilientStorage
internal import Synchronization

/// What has happened in a run so far that observations and measures are made of.
final class RunFacts: Sendable {
    /// A fault of the drill.
    struct FaultFact: Sendable {
        let name: String
        /// What fails from here on may be its doing: closing a port takes a while, in which some
        /// calls have failed already.
        let began: ContinuousClock.Instant
        let effective: ContinuousClock.Instant
        var endpoint = "primary"
        /// The share of requests that it strikes.
        var fraction = 1.0
        /// When its share was changed last.
        var changed: ContinuousClock.Instant?
        /// Requests that had met no fault when it became effective; `nil`: nobody could tell.
        let passedBefore: Int?
        var ending: FaultEnding?
        /// Answers that the storage system had got when it was lifted; `nil`: nobody could tell.
        var answeredBeforeLift: Int? = 0

        /// - Parameter began: `nil`: it was effective at once.
        init(
            name: String, began: ContinuousClock.Instant? = nil,
            effective: ContinuousClock.Instant, passedBefore: Int?
        ) {
            (self.name, self.began, self.effective) = (name, began ?? effective, effective)
            self.passedBefore = passedBefore
        }

        /// Since when the storage has been as it is.
        var lastChange: ContinuousClock.Instant { ending?.ended ?? changed ?? effective }
    }

    /// What came of killing the queue.
    struct KilledQueue: Sendable {
        let acknowledged: Int
        let missing: Int
    }

    /// Something outside the storage system that may have to be put back.
    enum Change: Sendable {
        case registered(CustomAction, parameters: [String: String])
        /// By its id among the `OutsideChanges`.
        case outside(String)
    }

    struct State: Sendable {
        /// In the order of their injection.
        var faults: [FaultFact] = []
        var storage = StorageFacts()
        /// Since when service was steady; `nil`: from the start.
        var steadySince: ContinuousClock.Instant?
        var killedQueue: KilledQueue?
        var comparison: LedgerComparison?
        var writersStopped: ContinuousClock.Instant?
        var queueEmptied: ContinuousClock.Instant?
        /// What the steps have measured.
        var metrics: [MetricRecorded] = []
        /// What steps have changed outside, or have begun to, in its order.
        var changes: [Change] = []
        /// What the plug-ins of the scenario have said about themselves, by their paths.
        var plugins: [String: PluginDescription] = [:]
        var breaker = BreakerFacts()
        var backup = BackupFacts()
        var failover = FailoverFacts()
        var performance = PerformanceFacts()
    }

    private let state = Mutex(State())

    func update(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    var all: State { state.withLock { $0 } }
}

extension RunFacts.State {
    /// The one that was injected last.
    var fault: RunFacts.FaultFact? { faults.last }

    /// The one that ended last, once all have ended. Faults that overlap end in any order.
    var lastLifted: RunFacts.FaultFact? {
        let ended = faults.compactMap { fault in fault.ending.map { (fault, $0.ended) } }
        return ended.count == faults.count ? ended.max { $0.1 < $1.1 }?.0 : nil
    }

    /// From the first fault to the end of the last. `nil` if there was none.
    var outageCourse: Recovery.Course? {
        guard let first = faults.first else { return nil }
        let lifted = lastLifted?.ending?.ended
        return Recovery.Course(
            effective: first.effective, detected: detection(since: first.began, until: lifted),
            lifted: lifted)
    }

    /// Forgets what the storage system has told while it was not steady yet.
    mutating func begin(at instant: ContinuousClock.Instant) {
        (storage, failover, steadySince) = (StorageFacts(), FailoverFacts(), instant)
    }

    mutating func updateFault(_ name: String, _ body: (inout RunFacts.FaultFact) -> Void) {
        guard let index = faults.lastIndex(where: { $0.name == name }) else { return }
        body(&faults[index])
    }

    /// Of the breaker before the primary storage.
    var breakerChanges: [(change: CircuitBreaker.Transition, instant: ContinuousClock.Instant)] {
        events.compactMap { event in
            guard case .breaker(let change, .primary, let instant) = event else { return nil }
            return (change, instant)
        }
    }

    /// When the storage system noticed the fault, while it was in force: its breaker opened.
    var detected: ContinuousClock.Instant? {
        fault.flatMap { detection(since: $0.began, until: $0.ending?.ended) }
    }

    /// - Parameter end: the lift resets what hangs, which may open a breaker that had noticed
    ///   nothing. `nil`: nothing was lifted yet.
    private func detection(
        since start: ContinuousClock.Instant, until end: ContinuousClock.Instant?
    ) -> ContinuousClock.Instant? {
        breakerChanges.first { change, instant in
            change.to == .open && instant >= start && end.map { instant <= $0 } ?? true
        }?.instant
    }

    /// When degraded mode was entered after the fault, and for which incident.
    var degraded: (incident: String, instant: ContinuousClock.Instant)? {
        guard let fault else { return nil }
        for event in events {
            guard case .degradedEntered(let incident, let instant) = event else { continue }
            if instant >= fault.began { return (incident, instant) }
        }
        return nil
    }

    /// When the breaker closed for good; `nil` while it is not closed.
    var breakerClosed: ContinuousClock.Instant? {
        guard let last = breakerChanges.last else { return nil }
        return last.change.to == .closed ? last.instant : nil
    }

    func wasHalfOpen(since instant: ContinuousClock.Instant) -> Bool {
        breakerChanges.contains { $0.change.to == .halfOpen && $0.instant >= instant }
    }
}
