internal import ResilientStorage

/// What a service that is asked again and again told of itself, and what had changed. A pure value.
struct StateChanges: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// One look: the states held at some moment from `sent` to `answered`.
    struct Look: Sendable {
        let report: SelfReport
        let sent: Instant
        let answered: Instant
    }

    /// A change is told for the moment at which it was noticed.
    struct Change: Equatable, Sendable {
        let event: StorageEvent
        let noticed: Instant
        /// Until then it had not come.
        let earliest: Instant
    }

    private struct Seen<State: Equatable & Sendable>: Sendable {
        var state: State
        var sent: Instant

        /// - Returns: the state before and since when the new one may have held, if it is another.
        mutating func note(_ next: State, sent: Instant) -> (from: State, earliest: Instant)? {
            defer { self = Seen(state: next, sent: sent) }
            if next == state { return nil }
            return (from: state, earliest: self.sent)
        }
    }

    /// Looks further apart than this may have missed that a breaker closed and opened again.
    static let blindness: Duration = .milliseconds(250)
    /// So many spells are remembered.
    private static let memory = 1000

    private var breaker: Seen<CircuitBreaker.State>?
    /// From one look that saw the breaker to the next, where that came late.
    private(set) var blindSpells: [Range<Instant>] = []
    private var health: Seen<Health.State>?
    private var failover: Seen<Failover.State>?
    private var hasQueued = false
    /// When the latest look was sent.
    private(set) var last: Instant?
    private(set) var queueEmptied: Instant?

    /// - Returns: what had changed since the look before. Looks that were overtaken by later ones
    ///   tell nothing.
    mutating func note(_ look: Look) -> [Change] {
        if let last, look.sent < last { return [] }
        last = look.sent
        noteBlindness(before: look)
        if let depth = look.report.queueDepth {
            if depth == 0, hasQueued { queueEmptied = look.answered }
            hasQueued = depth > 0
        }
        let changes: [Change?] = [
            Self.note(look.report.breaker, in: &breaker, look) { from, to in
                .breaker(
                    CircuitBreaker.Transition(from: from, to: to), site: .primary,
                    at: look.answered)
            },
            Self.note(look.report.health, in: &health, look) { from, to in
                .health(
                    Health.Transition(from: from, to: to, instant: look.answered), site: .primary)
            },
            Self.note(look.report.failover, in: &failover, look) { from, to in
                // It tells of no epochs.
                .failover(from: from, to: to, epoch: 0, at: look.answered)
            },
        ]
        return changes.compactMap(\.self)
    }

    private mutating func noteBlindness(before look: Look) {
        guard look.report.breaker != nil, let seen = breaker?.sent,
            look.answered - seen > Self.blindness
        else { return }
        blindSpells.append(seen..<look.answered)
        if blindSpells.count > Self.memory { blindSpells.removeFirst() }
    }

    private static func note<State: Equatable & Sendable>(
        _ next: State?, in seen: inout Seen<State>?, _ look: Look,
        _ event: (_ from: State, _ to: State) -> StorageEvent
    ) -> Change? {
        guard let next else { return nil }
        guard seen != nil else {
            seen = Seen(state: next, sent: look.sent)
            return nil
        }
        guard let (from, earliest) = seen?.note(next, sent: look.sent) else { return nil }
        return Change(event: event(from, next), noticed: look.answered, earliest: earliest)
    }
}
