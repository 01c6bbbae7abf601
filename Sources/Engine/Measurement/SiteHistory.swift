internal import ResilientStorage

/// Which of two storages served when, from the changes that the store told of. A pure value.
struct SiteHistory: Equatable, Sendable {
    struct Change: Equatable, Sendable {
        let from: Failover.State
        let to: Failover.State
        let instant: ContinuousClock.Instant
    }

    /// A stretch in which the secondary counted: it served, or the failback from it was under way.
    struct Reign: Equatable, Sendable {
        let start: ContinuousClock.Instant
        /// `nil`: it goes on.
        var end: ContinuousClock.Instant?
    }

    /// In the order in which they happened.
    let changes: [Change]

    init(_ changes: [Change]) { self.changes = changes }

    init(_ events: [StorageEvent]) {
        self.init(
            events.compactMap { event in
                guard case .failover(let from, let to, _, let instant) = event else { return nil }
                return Change(from: from, to: to, instant: instant)
            })
    }

    /// Of the secondary.
    var reigns: [Reign] {
        changes.reduce(into: []) { reigns, change in
            switch (change.from.active, change.to.active) {
            case (.primary, .secondary): reigns.append(Reign(start: change.instant))
            case (.secondary, .primary):
                if !reigns.isEmpty { reigns[reigns.count - 1].end = change.instant }
            default: break
            }
        }
    }

    /// The secondary took over for the first time.
    var switched: ContinuousClock.Instant? { reigns.first?.start }

    /// The first attempt to go back began: those that were given up count too.
    var failbackStarted: ContinuousClock.Instant? {
        changes.first { $0.to == .failingBack }?.instant
    }

    /// The primary served again; `nil` if it does not any more.
    var returned: ContinuousClock.Instant? {
        guard let last = changes.last, last.to == .primary else { return nil }
        return reigns.last?.end
    }
}
