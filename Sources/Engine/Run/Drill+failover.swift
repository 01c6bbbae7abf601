internal import DRTesting
internal import ResilientStorage
internal import S3

/// Failovers: what the drill orders, waits for and compares.
extension Drill {
    func performFailover(_ action: Action) async throws {
        switch action {
        case .setReadOnly(let isOn): try await setReadOnly(isOn)
        case .awaitFailback(let limit): try await awaitFailback(within: limit)
        default: try await compareSites()
        }
    }

    /// Where the failover stands, and that the secondary stores and gives back.
    func readFailover(_ system: SystemUnderTest) async throws -> String {
        guard let secondary = system.secondary else {
            throw RunnerError(.internal, "the storage system has no storage to fail over to")
        }
        let lag = try await system.store.replicationLag()
        if system.service == nil, lag == nil {
            throw RunnerError(.internal, "the storage system has no storage to fail over to")
        }
        let (client, key) = (secondary.direct, secondary.objectKey(keys.prefix + "failover"))
        let body = Array("dr-testing failover \(runKey)".utf8)
        try await client.put(body, to: key, in: secondary.bucket)
        let read = try await client.get(key, in: secondary.bucket).body
        try await client.delete(key, in: secondary.bucket)
        guard read == body else {
            throw RunnerError(.internal, "the secondary gave back \(read.count) other bytes")
        }
        let report = await system.store.selfReport
        guard let state = report.failover else {
            throw RunnerError.notOffered("the state of its failover: 'states'")
        }
        let epoch = report.epoch.map { ", epoch \($0)" } ?? ""
        let behind = lag.map { ", \($0.depth.counted("operation")) behind" } ?? ""
        return "\(state.rawValue)\(epoch)\(behind); read after write on the secondary"
    }

    // MARK: Actions

    private func setReadOnly(_ isOn: Bool) async throws {
        guard let system else { return }
        guard isOn else {
            facts.update { state in
                let modes = state.failover.readOnlyModes
                if !modes.isEmpty { state.failover.readOnlyModes[modes.count - 1].ended = .now }
            }
            return try await system.store.setReadOnly(false)
        }
        let ordered = ContinuousClock.now
        try await system.store.setReadOnly(true)
        facts.update { $0.failover.readOnlyModes.append(.init(ordered: ordered)) }
        // What was admitted before may still be sent, and says nothing about the mode.
        setWaiting("the writes under way to end")
        let deadline = ContinuousClock.now + .seconds(10)
        while await system.store.selfReport.writesUnderWay ?? 0 > 0,
            ContinuousClock.now < deadline
        {
            try await Task.sleep(for: .milliseconds(5))
        }
        facts.update { state in
            state.failover.readOnlyModes[state.failover.readOnlyModes.count - 1].began = .now
        }
    }

    /// That it did not come in time is for the observations to say.
    private func awaitFailback(within limit: Duration) async throws {
        if request.target.hooks[.failback] != nil { try await call(.failback) }
        setWaiting("the primary storage to serve again")
        let deadline = ContinuousClock.now + limit
        while facts.all.siteHistory.returned == nil, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func compareSites() async throws {
        guard let system, let secondary = system.secondary else { return }
        setWaiting("the replication to be done")
        let deadline = ContinuousClock.now + .seconds(10)
        while try await system.store.replicationLag()?.depth ?? 0 > 0,
            ContinuousClock.now < deadline
        {
            try await Task.sleep(for: .milliseconds(20))
        }
        setWaiting("both storages to be compared")
        async let first = storedObjects(in: system.primary, below: keys.data)
        async let second = storedObjects(in: secondary, below: keys.data)
        let sites = SiteDifferences(try await first, try await second)
        facts.update { $0.failover.sites = sites }
        if sites.differing.isEmpty { return }
        await log(
            .error, "failover", "\(sites.differing.count) of \(sites.compared) keys differ",
            [("keys", sites.differing.prefix(20).joined(separator: " "))])
    }

    // MARK: Takeovers

    /// From before the secondary takes over until that was compared, the ledger keeps everything:
    /// when it will have taken over is not known before.
    func keepLedger(from previous: Failover.State, to state: Failover.State) {
        if state == .switchingOver { workload?.ledger.keepEverything() }
        // It was given up, so nothing is compared.
        if previous == .switchingOver, state == .primary { workload?.ledger.keepNoMore() }
    }

    /// What the secondary holds is compared as soon as it has taken over: later writes hide what
    /// it lacked. The load goes on meanwhile.
    func follow(
        _ state: Failover.State, from previous: Failover.State,
        since instant: ContinuousClock.Instant
    ) {
        guard state == .secondary, previous == .switchingOver else { return }
        addWatcher(Task { await compareTakeover(asOf: instant) })
    }

    private func compareTakeover(asOf instant: ContinuousClock.Instant) async {
        guard let system, let workload, let secondary = system.secondary else { return }
        defer { workload.ledger.keepNoMore() }
        do {
            let stored = try await storedObjects(in: secondary, below: keys.data)
            // A key may show what was written while the others were read.
            let expectations = workload.ledger.book.keptExpectations(
                asOf: instant, blur: LedgerBook.Blur(end: .now))
            guard let expectations else {
                return await log(
                    .warning, "failover",
                    "what the secondary took over with could not be compared: "
                        + "the ledger does not reach back so far")
            }
            let comparison = LedgerComparison(
                expectations, stored: stored, keys: workload.client.keys,
                objects: workload.client.objects)
            facts.update { $0.failover.takeovers.append(comparison) }
            await log(
                comparison.offences.isEmpty ? .info : .error, "failover",
                "the secondary took over with \(comparison.intact) of \(comparison.keys) keys "
                    + "as they were acknowledged")
            await journal.note(.ledgerCompared(comparison.recorded(of: .takeover, clock: clock)))
        } catch {
            if Task.isCancelled { return }
            await log(
                .warning, "failover",
                "what the secondary took over with could not be compared: \(error)")
        }
    }
}

extension Reconciliation {
    var words: String {
        let comparison =
            isCompared
            ? "\(copied) copied, \(deleted) deleted, \(kept) kept, \(unchanged) unchanged"
            : "the storages were not compared"
        return "reconciled: \(applied.counted("queued operation")) delivered; \(comparison)"
    }
}
