internal import FoundationEssentials

/// What the store is doing, and how users are told.
extension ResilientStore {
    /// Of the storage that serves.
    public var breakerState: CircuitBreaker.State { activeSite.breakerState }
    public var healthState: Health.State { activeSite.healthState }
    public var lastHealthSample: ContinuousClock.Instant? { activeSite.status.lastHealthSample }
    /// Acknowledged writes that the storage which serves has yet to get.
    public var queueDepth: Int { activeSite.queue.depth }
    /// The incident that users were told about; `nil` in normal service.
    public var incident: String? { mode.incident }

    private var activeSite: StorageSite { sites[routing.failoverState.active] }

    /// - Returns: `nil` for the secondary of a store that has none.
    public func status(of name: SiteName) -> SiteStatus? {
        sites.all.first { $0.name == name }?.status
    }

    // MARK: Degraded mode

    func updateMode() {
        let isReadOnly = !routing.acceptsWrites
        let change = mode.update(
            breaker: activeSite.breakerState, queueDepth: activeSite.queue.depth,
            isReadOnly: isReadOnly
        ) {
            incidents += 1
            return "incident-\(Int(components.now().timeIntervalSince1970))-\(incidents)"
        }
        switch change {
        case .entered(let incident):
            components.observer(.degradedEntered(incident: incident, at: .now))
            notify(
                .degraded, incident: incident,
                message: isReadOnly
                    ? "Storage is read-only. Changes are refused for the time being."
                    : "Storage is not reachable. Changes are kept and stored later.")
        case .left(let incident):
            components.observer(.degradedLeft(incident: incident, at: .now))
            notify(
                .recovered, incident: incident,
                message: "Storage is reachable again. All changes are stored.")
        case nil: break
        }
    }

    private func notify(_ kind: Notice.Kind, incident: String, message: String) {
        outbox.add(
            Notice(incident: incident, kind: kind, message: message, time: components.now()))
    }

    // MARK: In the background

    /// Begins to watch the health of the storages, to deliver what is queued, and to change the
    /// storage that serves when it has to be.
    public func start() {
        precondition(tasks.isEmpty, "A store is started once.")
        for site in sites.all {
            tasks.append(
                again(every: configuration.health.interval) { _ in
                    await site.checkHealth()
                    return false
                })
        }
        for drain in drains {
            tasks.append(
                again(every: .milliseconds(50)) { store in
                    let round = await drain.deliverRound(.delivery)
                    await store.updateMode()
                    return round.isWorthGoingOn
                })
        }
        guard let controller else { return }
        tasks.append(
            again(every: .milliseconds(50)) { store in
                await controller.step()
                await store.updateMode()
                return false
            })
    }

    /// - Parameter step: returns whether it is worth going on at once.
    private func again(
        every pause: Duration, _ step: @escaping @Sendable (ResilientStore) async -> Bool
    ) -> Task<Void, Never> {
        Task { [weak self] in
            while let self, !Task.isCancelled {
                let isBusy = await step(self)
                if !isBusy { try? await Task.sleep(for: pause) }
            }
        }
    }

    public func stop() async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        await controller?.stop()
        await outbox.stop()
    }

    /// Closes the breakers by hand: for the cleanup after a drill.
    public func resetBreaker() {
        for site in sites.all { site.resetBreaker() }
        updateMode()
    }
}
