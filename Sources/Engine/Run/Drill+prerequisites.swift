internal import DRTesting
internal import EventLog
internal import FoundationEssentials
internal import ResilientStorage
internal import S3

extension Drill {
    /// Observes what must work before anything is broken. The primary storage always must.
    func checkPrerequisites() async throws -> Bool {
        guard let system else { return false }
        var isMet = true
        var checks: [(String, String, () async throws -> String)] = [
            (
                "primary available", "signed put, get and delete succeed",
                { try await self.exchange(system.primary) }
            ), ("storage is free", "a lease can be taken", { try await self.claim(system) }),
        ]
        checks += serviceChecks(system)
        checks += request.scenario.prerequisites.map { prerequisite in
            let (expected, check) = check(of: prerequisite, system)
            return (prerequisite.rawValue, expected, check)
        }
        for (name, expected, check) in outsideChecks + checks where isMet {
            isMet = try await record(name, expected: expected, check)
        }
        return isMet
    }

    /// - Returns: what is expected, and what finds out.
    private func check(
        of prerequisite: Prerequisite, _ system: SystemUnderTest
    ) -> (expected: String, () async throws -> String) {
        if let told = serviceCheck(of: prerequisite, system) { return told }
        return switch prerequisite {
        case .backupAvailable:
            (
                "signed put, get and delete succeed",
                { try await self.exchange(try system.demandedBackup) }
            )
        case .queueEnabled:
            (
                "a write is deferred while the breaker is held open",
                { try await self.deferOneWrite(system) }
            )
        case .breakerOn:
            (
                "the third failed call of a dry run opens the breaker",
                { try await self.openInDryRun(system) }
            )
        case .monitoring:
            (
                "a health sample is younger than two intervals, and health checks reach the proxy",
                { try await self.awaitHealthSample(system) }
            )
        case .alerting: ("a test alert is received", { try await self.sendTestAlert(system) })
        case .loadTesting:
            (
                "a second of load at rate, all of it served, with less than 1 % of it sent late",
                { try await self.tryLoad(system) }
            )
        case .failoverOn:
            ("the state of the failover can be read", { try await self.readFailover(system) })
        case .secondaryAvailable:
            (
                "signed put, get and delete succeed",
                {
                    guard let secondary = system.secondary else {
                        throw RunnerError(
                            .internal, "the target names no secondary storage to fail over to")
                    }
                    return try await self.exchange(secondary)
                }
            )
        }
    }

    private func record(
        _ name: String, expected: String, _ check: () async throws -> String
    ) async throws -> Bool {
        try Task.checkCancellation()
        setWaiting(name)
        let start = ContinuousClock.now
        var checked = PrerequisiteChecked()
        (checked.name, checked.expected) = (name, expected)
        do {
            checked.observed = try await check()
            checked.verdict = .passed
        } catch {
            try Task.checkCancellation()
            checked.observed = "\(error)"
            checked.verdict = .inconclusive
        }
        checked.durationUs = UInt64((ContinuousClock.now - start).microseconds)
        try await journal.write([.prerequisiteChecked(checked)])
        progress(.prerequisite(checked))
        return checked.verdict == .passed
    }

    /// Keeps others from drilling the storages, and removes what lost runs left in them.
    private func claim(_ system: SystemUnderTest) async throws -> String {
        let lease = TargetLease(
            client: system.primary.direct, bucket: system.primary.bucket, runKey: runKey,
            isOver: { [runs] in try await runs.isOver($0) })
        let duration = request.timeout + .seconds(60)
        try await toItsEnd { try await lease.take(for: duration) }
        hold(lease)
        var observed = ["no other runner drills this storage"]
        for place in system.places {
            let remains = Remains(
                runs: runs, client: place.direct, bucket: place.bucket, keyPrefix: place.keyPrefix)
            if let removed = try await remains.remove() { observed.append(removed) }
        }
        return observed.joined(separator: "; ")
    }

    /// Writes an object of the drill, reads it back and removes it.
    private func exchange(_ place: StoragePlace) async throws -> String {
        try await toItsEnd { [runKey, keys] in
            try await StorageExchange(client: place.direct, storage: place.settings).perform(
                "dr-testing prerequisite \(runKey)",
                key: place.objectKey(keys.prefix + "prerequisite"))
        }
    }

    /// A dry run beside the real store: nothing reaches the storage.
    private func deferOneWrite(_ system: SystemUnderTest) async throws -> String {
        let queue = request.sabotage.wrap(try OperationQueue(directory: directory + "/dry-run"))
        let components = ResilientStore.Components(
            breaker: HeldOpen(), queue: queue, notifier: NotifierSilent())
        let store = ResilientStore(
            client: system.primary.direct, bucket: system.primary.bucket, configuration: .init(),
            components: components)
        switch await store.put([1], to: keys.prefix + "dry-run") {
        case .deferred: return "accepted into the queue, \(queue.depth) waiting"
        case .refused(let reason, _): throw RunnerError(.internal, "refused: \(reason)")
        default: throw RunnerError(.internal, "not deferred")
        }
    }
}
