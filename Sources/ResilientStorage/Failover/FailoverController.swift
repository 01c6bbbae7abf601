/// Carries out what the failover decides: looks at both storages, advances the epoch, and has them
/// reconciled before the primary serves again.
actor FailoverController {
    private let primary: StorageSite
    private let secondary: StorageSite
    private let components: FailoverComponents
    private let routing: Routing
    /// Of the primary's queue.
    private let drain: QueueDrain
    private let observer: @Sendable (StorageEvent) -> Void
    private var order: Failover.Order?
    private var reconciliation = Failover.ReconciliationState.pending
    private var reconciling: Task<Void, Never>?
    private var lastComplaint = ""

    init(
        primary: StorageSite, secondary: StorageSite, components: FailoverComponents,
        routing: Routing, drain: QueueDrain, observer: @escaping @Sendable (StorageEvent) -> Void
    ) {
        (self.primary, self.secondary) = (primary, secondary)
        (self.components, self.routing) = (components, routing)
        (self.drain, self.observer) = (drain, observer)
    }

    /// - Returns: whether it will be tried with the next step.
    func accept(_ order: Failover.Order) -> Bool {
        let (state, needed) =
            order == .failOver
            ? (Failover.State.primary, secondary) : (Failover.State.secondary, primary)
        guard routing.failoverState == state, needed.healthState != .unhealthy else {
            return false
        }
        self.order = order
        return true
    }

    /// Looks once, and does what has to be done. Called by one task, again and again.
    func step() async {
        let (next, transition) = routing.propose(inputs(), at: .now)
        order = nil
        guard let transition else {
            routing.adopt(next)
            return startReconciliationIfDue()
        }
        var epoch: Epoch?
        if transition.from.active != transition.to.active {
            do {
                epoch = try await components.epoch.advance(to: transition.to.active)
            } catch {
                // Nothing was switched; the next step tries again.
                return complain("\(error)")
            }
        }
        // Before users may write: what a reconciliation that is given up still copies to the
        // secondary must not land over what they write there.
        if transition.from == .failingBack { await stop() }
        // No write of the new state is older than its event.
        let instant = ContinuousClock.now
        routing.adopt(next, epoch: epoch?.number)
        lastComplaint = ""
        observer(
            .failover(
                from: transition.from, to: transition.to, epoch: routing.epoch, at: instant))
    }

    /// Ends what it has begun.
    func stop() async {
        reconciling?.cancel()
        await reconciling?.value
        (reconciling, reconciliation) = (nil, .pending)
    }

    private func inputs() -> Failover.Inputs {
        let state = routing.failoverState
        let (leaving, taking) =
            state.active == .primary ? (primary, secondary) : (secondary, primary)
        // A call under way may yet be acknowledged, and so does the other storage lack it.
        let open = routing.openWrites + leaving.fencedCalls
        return Failover.Inputs(
            primary: primary.healthState, secondary: secondary.healthState,
            backlog: taking.queue.depth + open, reconciliation: reconciliation, order: order)
    }

    private func complain(_ reason: String) {
        if reason != lastComplaint { observer(.epochNotKept(reason, at: .now)) }
        lastComplaint = reason
    }

    // MARK: Reconciliation

    /// The storages can be compared only when nothing is on its way to either.
    private func startReconciliationIfDue() {
        let canBeRead = secondary.healthState != .unhealthy
        guard routing.failoverState == .failingBack, reconciling == nil, routing.openWrites == 0,
            secondary.queue.depth == 0 || !canBeRead
        else { return }
        let work = ReconciliationWork(
            backlog: primary.queue, keyPrefix: components.keyPrefix, isComparable: canBeRead,
            sites: (primary, secondary), drain: drain, epoch: routing.epoch)
        reconciling = Task { await reconcile(work) }
    }

    private func reconcile(_ work: ReconciliationWork) async {
        do {
            let result = try await components.reconciler.reconcile(work)
            reconciliation = .done
            observer(.reconciled(result, at: .now))
        } catch {
            reconciliation = .failed
            observer(.reconciliationFailed("\(error)", at: .now))
        }
    }
}
