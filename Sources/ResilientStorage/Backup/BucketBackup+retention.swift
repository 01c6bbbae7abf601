internal import FoundationEssentials

extension BucketBackup {
    public func removeExpired(_ retention: Retention) async throws -> BackupRemoval {
        let references = try await vault.references()
        var backups: [Retention.Backup] = []
        for reference in references {
            backups.append(Retention.Backup(try await vault.manifest(reference)))
        }
        let now = components.now()
        let expired = retention.decide(backups, now: now)
        for id in expired {
            for reference in references where reference.id == id { try await remove(reference) }
        }
        let kept = Set(references.map(\.id)).subtracting(expired)
        return BackupRemoval(
            removed: expired, strayObjects: try await removeStrayObjects(besides: kept, at: now))
    }

    /// The manifest goes first. A crash after it leaves objects that nobody refers to, which the
    /// next removal clears away; the other way round it would leave a backup that looks finished
    /// and cannot be restored.
    private func remove(_ reference: BackupReference) async throws {
        do {
            try await vault.removeManifest(reference)
        } catch {
            throw BackupError.because(
                error, .destinationUnavailable, "backup \(reference.id) could not be removed")
        }
        try await remove(try await storedObjects(of: reference.id).map(\.key))
    }

    /// Objects of backups that were interrupted, or whose removal was. Those of a backup that is
    /// only beginning have no manifest either, and are told by their age.
    private func removeStrayObjects(besides kept: Set<BackupID>, at now: Date) async throws -> Int {
        let seconds = Double(configuration.strayAge.components.seconds)
        let latest = BackupTime(now.addingTimeInterval(-seconds))
        let stray = try await storedObjects().filter {
            !kept.contains($0.holder) && $0.holder.time < latest
        }
        try await remove(stray.map(\.key))
        return stray.count
    }

    private func storedObjects(
        of id: BackupID? = nil
    ) async throws -> [(key: String, holder: BackupID)] {
        do {
            return try await vault.storedObjects(of: id)
        } catch {
            throw BackupError.because(
                error, .destinationUnavailable, "\(vault.storage.name) could not be listed")
        }
    }

    private func remove(_ keys: [String]) async throws {
        do {
            _ = try await keys.mapConcurrently(limit: configuration.concurrency) {
                try await vault.storage.remove($0)
            }
        } catch {
            throw BackupError.because(
                error, .destinationUnavailable, "objects of a backup could not be removed")
        }
    }
}
