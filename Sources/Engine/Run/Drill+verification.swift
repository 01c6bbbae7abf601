internal import ResilientStorage

/// Backups, verified by the storage system; and the verification, by the drill.
extension Drill {
    func verifyBackup(_ system: SystemUnderTest) async throws {
        guard let backup = facts.all.backup.newest else { return }
        guard let backups = system.backups else {
            throw RunnerError.notOffered("backups whose form a drill can read")
        }
        let place = try system.demandedBackup
        setWaiting("the newest backup to be verified")
        place.reads.begin(of: SystemUnderTest.Agent.backup)
        let found: BackupVerification
        do {
            found = try await backups.verify(backup.id, scope: .all)
        } catch {
            _ = place.reads.end()
            throw error
        }
        let finished = ContinuousClock.now
        let read = place.reads.end()
        let chain = try await storedChain(system)
        setWaiting("damage to one object of the newest backup to be found")
        let control = DamageControl(
            backups: backups, client: place.direct, bucket: place.bucket)
        let isDamageFound = try await findsDamage(to: backup.id, chain, found.problems, control)
        setWaiting("every object of the newest backup to be read past the storage system")
        let stored = try await storedObjects(in: place, below: keys.backups + "objects/")
        guard let newest = chain.newest, let mismatches = chain.mismatches(with: stored) else {
            throw RunnerError(.internal, "the newest manifest in the backup storage is damaged")
        }
        var verification = BackupFacts.Verification(
            finished: finished, problems: found.problems.count, checked: found.checkedObjects,
            mismatches: mismatches)
        let count = chain.objects(among: read)
        (verification.read, verification.unread) = (count, newest.entries.count - count)
        verification.isDamageFound = isDamageFound
        facts.update { [verification] state in
            guard let index = state.backup.taken.indices.last else { return }
            state.backup.taken[index].verification = verification
        }
        await log(found.problems, met: "verifying the backup")
    }

    /// - Returns: `nil` if there is nothing that could be damaged.
    private func findsDamage(
        to id: BackupID, _ chain: BackupChain, _ known: [BackupProblem], _ control: DamageControl
    ) async throws -> Bool? {
        // What is missing or damaged already cannot be damaged.
        let bad = Set(known.compactMap(\.key))
        let whole = (chain.newest?.entries ?? []).filter { !bad.contains($0.key) }
        var generator = SeededGenerator(seed: request.seed)
        guard let entry = whole.randomElement(using: &generator) else { return nil }
        return try await control.finds(
            damageTo: entry, at: keys.backups + entry.storedKey, of: id, beside: known)
    }
}
