internal import DRTesting
internal import ResilientStorage
internal import S3

/// Data that is worth a backup, and backups of it.
extension Drill {
    func performBackup(_ action: Action) async throws {
        guard let system, let workload else { return }
        switch action {
        case .createData(let writes, let overwrites, let deletes):
            try await make(writes, .creation, workload)
            try await make(overwrites, .overwrite, workload)
            try await make(deletes, .deletion, workload)
        case .takeBackup(let type): try await takeBackup(type, system, workload)
        case .verifyBackup: try await verifyBackup(system)
        case .destroyObjects(let deleted, let corrupted):
            try await destroy(deleted: deleted, corrupted: corrupted, system)
        case .restoreBackup(let place): try await restoreBackup(into: place, system, workload)
        default: try await compareBackup(system, workload)
        }
    }

    /// Makes changes of one kind, each when the one before it was acknowledged.
    private func make(
        _ count: Int, _ change: OperationMix.Change, _ workload: Workload
    ) async throws {
        setWaiting("\(count.counted("\(change)")) to be acknowledged")
        for _ in 0..<count {
            try Task.checkCancellation()
            let note = await workload.client.perform(
                .write(change), number: workload.client.nextNumber(), intended: .now)
            guard let note else {
                throw RunnerError(
                    .internal, "no key can be written now; give the workload more of them")
            }
            workload.history.add(note)
            guard [.served, .deferred].contains(note.sample.outcome) else {
                throw RunnerError(
                    .internal, "the \(change) of \(note.key) was not acknowledged: \(note.detail)")
            }
        }
    }

    // MARK: Backups

    private func takeBackup(
        _ type: Action.BackupType, _ system: SystemUnderTest, _ workload: Workload
    ) async throws {
        // A backup is of what the storage has, and that does not have what is queued.
        try await awaitEmptyQueue(system)
        setWaiting("the \(type.rawValue) backup to be made")
        guard let backups = system.backups else { return try await takeBackupByHook(workload) }
        workload.ledger.keepEverything()
        let started = ContinuousClock.now
        let run = try await backups.backUp(
            type == .full ? .full : .incremental(since: nil))
        let late = run.manifest.lateChanges.compactMap { change in
            workload.client.keys.number(of: change.key).map { ($0, run.finished) }
        }
        let blur = LedgerBook.Blur(
            end: run.listed, ends: Dictionary(late, uniquingKeysWith: { first, _ in first }))
        guard let expectations = workload.ledger.takeSnapshot(asOf: run.snapshot, blur: blur)
        else {
            throw RunnerError(
                .internal, "the backup says that its snapshot point is older than the backup")
        }
        let chain = try await storedChain(system)
        let place = try system.demandedBackup
        let stored = try await place.direct.listAll(place.bucket, prefix: keys.backups)
        let objects = chain.objects(among: Set(stored.map(\.key)))
        let taken = BackupFacts.Taken(
            id: run.reference.id, started: started, snapshot: run.snapshot,
            expectations: expectations, objects: objects, chainLength: chain.length)
        facts.update { $0.backup.taken.append(taken) }
        await log(
            .info, "backup", "\(type.rawValue) backup made",
            [
                ("backup", "\(taken.id)"), ("objects", "\(objects)"),
                ("copied", "\(run.copiedObjects)"),
                ("changed_meanwhile", "\(run.manifest.lateChanges.count)"),
            ])
    }

    /// Read past the storage system.
    func storedChain(_ system: SystemUnderTest) async throws -> BackupChain {
        let place = try system.demandedBackup
        let (client, bucket) = (place.direct, place.bucket)
        let listed = try await client.listAll(bucket, prefix: keys.backups + "manifests/")
        var files: [String: [UInt8]] = [:]
        for key in listed.map(\.key) { files[key] = try await client.get(key, in: bucket).body }
        return BackupChain(files, below: keys.backups)
    }

    /// - Throws: if the storage system does not deliver what it has queued.
    func awaitEmptyQueue(_ system: SystemUnderTest) async throws {
        setWaiting("the queue to be empty")
        let deadline = ContinuousClock.now + .seconds(60)
        while await system.store.selfReport.queueDepth ?? 0 > 0 {
            guard ContinuousClock.now < deadline else {
                throw RunnerError(.internal, "the queue was not empty within a minute")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    // MARK: For those who ask why

    /// So many things are named one by one in the log of a run.
    static let maximumNamed = 20

    func log(_ problems: [BackupProblem], met doing: String) async {
        for problem in problems.prefix(Self.maximumNamed) {
            await log(.warning, "backup", "\(doing): \(problem)")
        }
        let rest = problems.count - Self.maximumNamed
        if rest > 0 { await log(.warning, "backup", "\(doing): \(rest.counted("problem")) more") }
    }
}
