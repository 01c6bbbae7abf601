internal import DRTesting
internal import ResilientStorage
internal import S3

/// What a drill destroys, and what comes back of it.
extension Drill {
    /// Deletes and alters objects past the storage system; all of them are the drill's own.
    func destroy(
        deleted: Int, corrupted: Int, _ system: SystemUnderTest
    ) async throws {
        try await awaitEmptyQueue(system)
        setWaiting("\((deleted + corrupted).counted("object")) to be destroyed")
        let (client, bucket) = (system.primary.direct, system.primary.bucket)
        let before = try await storedObjects(in: system.primary, below: keys.data)
        var generator = SeededGenerator(seed: request.seed)
        let victims = before.keys.sorted().shuffled(using: &generator).prefix(deleted + corrupted)
        guard victims.count == deleted + corrupted else {
            throw RunnerError(
                .internal, "there are only \(victims.count.counted("object")) to destroy")
        }
        for (index, key) in victims.enumerated() {
            precondition(
                key.hasPrefix(keys.data), "A drill was about to destroy what is not its own.")
            try Task.checkCancellation()
            facts.update { $0.backup.impact = $0.backup.impact ?? .now }
            let stored = system.primary.objectKey(key)
            if index < deleted {
                try await client.delete(stored, in: bucket)
            } else {
                let garbage = (0..<max(before[key]?.bytes ?? 0, 1)).map { _ in
                    UInt8.random(in: .min ... .max, using: &generator)
                }
                try await client.put(garbage, to: stored, in: bucket)
            }
        }
        let after = try await storedObjects(in: system.primary, below: keys.data)
        let struck = victims.count { after[$0] != before[$0] }
        facts.update { state in
            state.backup.destroyed = (state.backup.destroyed ?? 0) + struck
            var all = state.backup.victims ?? Victims()
            all.add(victims, in: after)
            state.backup.victims = all
        }
        if let impact = facts.all.backup.impact {
            workload?.history.begin(phase: "during", at: impact)
        }
        await log(
            .warning, "storage", "objects destroyed past the storage system",
            [("deleted", "\(deleted)"), ("corrupted", "\(corrupted)"), ("seen", "\(struck)")])
    }

    // MARK: Restoring

    func restoreBackup(
        into place: Action.RestorePlace, _ system: SystemUnderTest, _ workload: Workload
    ) async throws {
        guard let backup = facts.all.backup.newest else { return }
        // What is delivered later would be in the way.
        if place == .primary { try await awaitEmptyQueue(system) }
        setWaiting("the newest backup to be restored")
        let book = workload.ledger.book
        let prefix = prefix(of: place)
        let started = ContinuousClock.now
        let problems = try await restore(backup.id, to: place, below: prefix, system)
        let finished = ContinuousClock.now
        if place == .primary {
            workload.ledger.setBack(to: backup.expectations)
            workload.history.begin(phase: "after", at: finished)
        }
        let stored = try await storedObjects(in: system.primary, below: prefix)
        var restored = BackupFacts.Restored(
            backup: backup, place: place, started: started, finished: finished,
            problems: problems.count, objects: stored.count,
            before: book.expectations(), changes: book.changesSinceSnapshot)
        if place == .primary {
            restored.victimsChanged = facts.all.backup.victims?.changed(in: stored)
        }
        facts.update { [restored] in $0.backup.restored.append(restored) }
        await log(problems, met: "restoring the backup")
    }

    private func restore(
        _ id: BackupID, to place: Action.RestorePlace, below prefix: String,
        _ system: SystemUnderTest
    ) async throws -> [BackupProblem] {
        guard let backups = system.backups, let source = system.backupSource else {
            guard place == .primary else {
                throw RunnerError.notOffered("a restore to another place than the primary storage")
            }
            try await call(.restore)
            return []
        }
        // Also what was made since the backup has to go: the storage is as it was then.
        let target = RestoreTarget(
            storage: source, prefix: prefix, policy: place == .primary ? .mirror : .mustBeEmpty)
        return try await backups.restore(id, scope: .all, to: target).problems
    }

    private func prefix(of place: Action.RestorePlace) -> String {
        place == .primary ? keys.data : keys.restored
    }

    func compareBackup(_ system: SystemUnderTest, _ workload: Workload) async throws {
        guard let restored = facts.all.backup.restored.last else { return }
        setWaiting("every restored key to be compared with the ledger")
        let prefix = prefix(of: restored.place)
        let found = try await storedObjects(in: system.primary, below: prefix)
        // By the names that they had where they were backed up.
        let stored = Dictionary(
            uniqueKeysWithValues: found.map {
                (keys.data + $0.key.dropFirst(prefix.count), $0.value)
            })
        let client = workload.client
        let comparison = BackupFacts.Comparison(
            snapshot: LedgerComparison(
                restored.backup.expectations, stored: stored, keys: client.keys,
                objects: client.objects),
            before: LedgerComparison(
                restored.before, stored: stored, keys: client.keys, objects: client.objects))
        facts.update { state in
            guard let index = state.backup.restored.indices.last else { return }
            state.backup.restored[index].comparison = comparison
        }
        try await record(comparison, of: restored)
        await log(comparison.snapshot)
    }

    private func record(
        _ comparison: BackupFacts.Comparison, of restored: BackupFacts.Restored
    ) async throws {
        guard restored.place == .primary else {
            let copy = comparison.snapshot.recorded(of: .restoredCopy, clock: clock)
            return try await journal.write([.ledgerCompared(copy)])
        }
        try await journal.write([
            .ledgerCompared(comparison.snapshot.recorded(of: .restore, clock: clock)),
            .ledgerCompared(comparison.before.recorded(of: .beforeRestore, clock: clock)),
        ])
    }

    private func log(_ comparison: LedgerComparison) async {
        let findings =
            comparison.offences.map { ($0.finding.rawValue, $0.key) }
            + comparison.unexpected.map { ("unexpected", $0) }
        await log(
            findings.isEmpty ? .info : .warning, "backup",
            "restored objects compared with the ledger as of the snapshot: "
                + "\(comparison.keys.counted("key")), \(findings.count.counted("difference"))",
            Array(findings.prefix(Self.maximumNamed)))
    }
}
