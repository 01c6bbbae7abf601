internal import ResilientStorage

/// What the storage system has told of itself, as far as it is asked for later.
///
/// A run may last for hours. Deliveries are as many as the writes and carry whole objects, and
/// failed calls may be as many as the calls: of them only a moment and numbers are kept.
struct StorageFacts: Sendable {
    /// Of breakers, of health, of the storage that serves, and incidents, in the order in which
    /// they were told.
    private(set) var changes: [StorageEvent] = []
    /// When the last queued operation was delivered.
    private(set) var lastDrained: ContinuousClock.Instant?
    private(set) var failedCalls = FailedCalls()

    /// - Parameter fault: when the last one began, as far as is known by now.
    mutating func note(_ event: StorageEvent, since fault: ContinuousClock.Instant?) {
        switch event {
        case .breaker(let change, let site, let instant):
            changes.append(event)
            guard site == .primary, change.to == .open else { return }
            failedCalls.note(.opened(instant), since: fault)
        case .attemptFailed(_, _, .primary, let instant):
            failedCalls.note(.failed(instant), since: fault)
        case .drained(_, let instant): drained(at: instant)
        case .quiesced, .health, .degradedEntered, .failover, .reconciled: changes.append(event)
        default: break
        }
    }

    mutating func drained(at instant: ContinuousClock.Instant) { lastDrained = instant }
}

/// How many calls failed after a fault, up to the opening of the breaker. A pure value, whose size
/// does not follow from the number of calls.
struct FailedCalls: Sendable {
    /// In the order in which they were told: clocks of several calls cannot tell which came first.
    enum Entry: Equatable, Sendable {
        case failed(ContinuousClock.Instant)
        case opened(ContinuousClock.Instant)
    }

    private struct Tally {
        let fault: ContinuousClock.Instant
        var failed = 0
        var hasOpened = false

        mutating func add(_ entry: Entry) {
            switch entry {
            case .failed(let instant): if !hasOpened, instant >= fault { failed += 1 }
            case .opened(let instant): if instant >= fault { hasOpened = true }
            }
        }
    }

    /// A fault is known a moment after it has begun: so many entries at least are remembered
    /// for it.
    private static let memory = 1000

    private var recent: [Entry] = []
    /// Of the fault that was the last one when something was noted.
    private var tally: Tally?

    /// - Parameter fault: when the last one began, as far as is known by now.
    mutating func note(_ entry: Entry, since fault: ContinuousClock.Instant?) {
        tally = fault.map { counted(since: $0) }
        tally?.add(entry)
        recent.append(entry)
        if recent.count >= 2 * Self.memory { recent.removeFirst(Self.memory) }
    }

    /// - Parameter fault: when the last one began.
    func count(since fault: ContinuousClock.Instant) -> Int { counted(since: fault).failed }

    private func counted(since fault: ContinuousClock.Instant) -> Tally {
        if let tally, tally.fault == fault { return tally }
        var tally = Tally(fault: fault)
        for entry in recent { tally.add(entry) }
        return tally
    }
}

extension RunFacts.State {
    /// Keeps what is asked for later.
    mutating func note(_ event: StorageEvent) {
        let began = fault?.began
        storage.note(event, since: began)
    }

    var events: [StorageEvent] { storage.changes }

    /// Calls of the primary storage, from the last fault on.
    var failedCallsBeforeOpening: Int {
        fault.map { storage.failedCalls.count(since: $0.began) } ?? 0
    }

    /// When the last queued operation was delivered.
    var lastDrained: ContinuousClock.Instant? { storage.lastDrained }
}
