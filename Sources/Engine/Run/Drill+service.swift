internal import DRTesting
internal import FaultProxy
internal import ResilientStorage
internal import S3

/// What must hold of a service of somebody else's, and the hooks that its target offers.
extension Drill {
    /// Beside what holds for every target: names, what is expected, and what finds out.
    func serviceChecks(
        _ system: SystemUnderTest
    ) -> [(String, String, () async throws -> String)] {
        guard let service = system.service else { return [] }
        return [
            (
                "fault proxy", "a proxy that speaks HTTP stands before each storage, and is whole",
                { try await self.connectProxies(system) }
            ),
            (
                "service available",
                "an object put through the service passes the proxy and is in the primary storage",
                { try await self.exchange(through: service, system) }
            ),
        ]
    }

    private func connectProxies(_ system: SystemUnderTest) async throws -> String {
        var found: [String] = []
        for place in system.places {
            if let remote = place.remote { found.append(try await remote.connect()) }
        }
        return found.joined(separator: "; ")
    }

    private func exchange(
        through service: HTTPService, _ system: SystemUnderTest
    ) async throws -> String {
        let (place, key) = (system.primary, keys.prefix + "service")
        let body = Array("dr-testing service \(runKey)".utf8)
        let before = try await writes(at: place)
        guard case .served = await service.put(body, to: key, metadata: [:]) else {
            throw RunnerError(.internal, "a put through the service was not served")
        }
        guard case .served(let read, _) = await service.get(key), read == body else {
            throw RunnerError(.internal, "a get through the service did not give back its object")
        }
        let stored = place.objectKey(key)
        guard try await place.direct.get(stored, in: place.bucket).body == body else {
            throw RunnerError(
                .internal, "object \(stored) in bucket \(place.bucket) has other bytes")
        }
        guard case .served = await service.delete(key) else {
            throw RunnerError(.internal, "a delete through the service was not served")
        }
        let passed = try await writes(at: place) - before
        guard passed > 0 else {
            throw RunnerError(
                .internal, "the service does not reach its primary storage through the proxy")
        }
        return "\(body.count) bytes put, read, deleted; \(passed.counted("write")) at the proxy"
    }

    /// Reads may be of others: a service looks after its storage by itself.
    private func writes(at place: StoragePlace) async throws -> Int {
        let methods = try await place.proxy.counts(of: nil).requestsByMethod
        return ["PUT", "POST", "DELETE"].reduce(0) { $0 + (methods[$1] ?? 0) }
    }

    /// What a prerequisite means for a service; `nil`: the same as for others.
    func serviceCheck(
        of prerequisite: Prerequisite, _ system: SystemUnderTest
    ) -> (expected: String, () async throws -> String)? {
        guard let service = system.service else { return nil }
        switch prerequisite {
        case .queueEnabled:
            return (
                "the state of the queue can be read",
                {
                    guard let depth = await service.selfReport.queueDepth else {
                        throw RunnerError.notOffered("the state of its queue: 'states'")
                    }
                    return "\(depth) waiting"
                }
            )
        case .breakerOn:
            return (
                "the state of the breaker can be read, and is closed",
                {
                    guard let breaker = await service.selfReport.breaker else {
                        throw RunnerError.notOffered("the state of its breaker: 'states'")
                    }
                    guard breaker == .closed else { throw RunnerError(.internal, breaker.rawValue) }
                    return breaker.rawValue
                }
            )
        case .monitoring:
            return (
                "the state of its health can be read",
                {
                    guard let health = await service.selfReport.health else {
                        throw RunnerError.notOffered("the state of its health: 'states'")
                    }
                    return health.rawValue
                }
            )
        default: return nil
        }
    }

    // MARK: Hooks

    /// - Throws: if the target offers none for this, or it does not do what it should.
    func call(_ hook: Hook) async throws {
        guard let call = request.target.hooks[hook] else {
            throw RunnerError.notOffered("a hook '\(hook.rawValue)'")
        }
        setWaiting("hook '\(hook.rawValue)'")
        let result = try await outside.perform(call)
        await log(.info, "hooks", "\(hook.rawValue): \(call.words): \(result.status)")
    }

    /// Nobody knows at which moment the hook looks at which object.
    func takeBackupByHook(_ workload: Workload) async throws {
        workload.ledger.keepEverything()
        let started = ContinuousClock.now
        do {
            try await call(.backup)
        } catch {
            workload.ledger.keepNoMore()
            throw error
        }
        let expectations = workload.ledger.takeSnapshot(
            asOf: started, blur: LedgerBook.Blur(end: .now))
        guard let expectations else {
            throw RunnerError(
                .internal, "the ledger does not reach back to the start of the backup")
        }
        facts.update { state in
            let id = BackupID(
                time: BackupTime(milliseconds: Int64(Runner.now() / 1000)),
                suffix: "hook\(state.backup.taken.count + 1)")
            state.backup.taken.append(
                BackupFacts.Taken(
                    id: id, started: started, snapshot: started, expectations: expectations,
                    objects: nil, chainLength: nil))
        }
    }

    /// Lets the secondary take over, where nobody but a hook does.
    func failOver(after plan: FaultPlan) async throws {
        guard request.scenario.usesFailover, plan.endpoint == "primary",
            request.target.hooks[.failover] != nil
        else { return }
        try await call(.failover)
    }
}
