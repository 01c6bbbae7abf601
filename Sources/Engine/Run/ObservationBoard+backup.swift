internal import DRTesting
internal import S3

/// What shows whether backups hold what they should, and what came back of it.
extension ObservationBoard {
    func backup(_ name: String, _ facts: RunFacts.State) async -> Observation {
        let newest = facts.backup.newest
        let verification = newest?.verification
        switch name {
        case "storage.objects":
            let place = system.primary
            let prefix = place.objectKey(system.keys.data)
            return Self.number(
                (try? await place.direct.listAll(place.bucket, prefix: prefix))?.count)
        case "destroyed.objects": return Self.number(facts.backup.destroyed)
        case "ledger.writes_since_backup": return changes(since: newest, \.creations)
        case "ledger.overwrites_since_backup": return changes(since: newest, \.overwrites)
        case "ledger.deletes_since_backup": return changes(since: newest, \.deletions)
        case "backup.objects": return Self.number(newest?.objects)
        case "backup.chain_length": return Self.number(newest?.chainLength)
        case "backup.verified_problems":
            return Observation(
                verification.map { .number(Double($0.problems)) }, samples: verification?.checked)
        case "backup.stored_digest_mismatches": return Self.number(verification?.mismatches)
        case "backup.objects_read": return Self.number(verification?.read)
        case "backup.objects_unread": return Self.number(verification?.unread)
        case "backup.damage_found":
            return Observation(verification.flatMap(\.isDamageFound).map { .flag($0) })
        default: return restore(name, facts.backup.restored.last)
        }
    }

    private func changes(
        since backup: BackupFacts.Taken?, _ count: KeyPath<LedgerBook.Changes, Int>
    ) -> Observation {
        Self.number(backup.map { _ in workload.ledger.book.changesSinceSnapshot[keyPath: count] })
    }

    private func restore(_ name: String, _ restored: BackupFacts.Restored?) -> Observation {
        let snapshot = restored?.comparison?.snapshot
        switch name {
        case "restore.reported_problems": return Self.number(restored?.problems)
        case "restore.objects": return Self.number(restored?.objects)
        case "restore.victims_changed": return Self.number(restored?.victimsChanged)
        case "restore.compared": return Self.number(snapshot?.keys)
        case "restore.missing": return Self.number(snapshot?.count(of: .lost))
        case "restore.corrupt":
            return Self.number(snapshot.map { $0.count(of: .corrupt) + $0.count(of: .stale) })
        case "restore.resurrected": return Self.number(snapshot?.count(of: .resurrected))
        case "restore.unexpected": return Self.number(snapshot?.unexpected.count)
        case "restore.empty_target_equals":
            guard let restored, restored.place == .empty else { return Observation(nil) }
            return Observation(restored.comparison.map { .flag($0.isExact) })
        default: return Observation(nil)
        }
    }
}
