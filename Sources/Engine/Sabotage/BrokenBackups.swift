internal import ResilientStorage

/// A backup system of which one part is broken. Everything else is passed on.
protocol BrokenBackups: BackingUp {
    var whole: BucketBackup { get }
}

extension BrokenBackups {
    func backups() async throws -> [BackupReference] { try await whole.backups() }

    func manifest(of id: BackupID) async throws -> BackupManifest {
        try await whole.manifest(of: id)
    }

    func backUp(_ mode: BackupMode) async throws -> BackupRun { try await whole.backUp(mode) }

    func verify(_ id: BackupID, scope: BackupScope) async throws -> BackupVerification {
        try await whole.verify(id, scope: scope)
    }

    func restore(
        _ id: BackupID, scope: BackupScope, to target: RestoreTarget
    ) async throws -> BackupRestoration {
        try await whole.restore(id, scope: scope, to: target)
    }

    func removeExpired(_ retention: Retention) async throws -> BackupRemoval {
        try await whole.removeExpired(retention)
    }
}

/// Finds no backup wrong, and says that it has read all of it, without having read an object.
struct VerifiesBlindly: BrokenBackups {
    let whole: BucketBackup

    func verify(_ id: BackupID, scope: BackupScope) async throws -> BackupVerification {
        let manifest = try await whole.manifest(of: id)
        return BackupVerification(
            backup: id, chain: [id], checkedObjects: manifest.entries.count, started: .now,
            finished: .now, problems: [])
    }
}

/// Leaves out every second object, and says that there are no others.
struct RestoresHalf: BrokenBackups {
    let whole: BucketBackup

    func restore(
        _ id: BackupID, scope: BackupScope, to target: RestoreTarget
    ) async throws -> BackupRestoration {
        let keys = try await whole.manifest(of: id).entries.map(\.key)
        return try await whole.restore(
            id, scope: .keys(keys.filter { !$0.isOne(in: 2) }), to: target)
    }
}

/// Restores the oldest backup there is, whichever it is asked for.
struct RestoresTheOldest: BrokenBackups {
    let whole: BucketBackup

    func restore(
        _ id: BackupID, scope: BackupScope, to target: RestoreTarget
    ) async throws -> BackupRestoration {
        let oldest = try await whole.backups().first?.id ?? id
        return try await whole.restore(oldest, scope: scope, to: target)
    }
}

/// Brings back what earlier backups had and the restored one has not any more.
struct RestoresTheDeleted: BrokenBackups {
    let whole: BucketBackup

    func restore(
        _ id: BackupID, scope: BackupScope, to target: RestoreTarget
    ) async throws -> BackupRestoration {
        let restoration = try await whole.restore(id, scope: scope, to: target)
        let present = Set(try await whole.manifest(of: id).entries.map(\.key))
        let beside = RestoreTarget(
            storage: target.storage, prefix: target.prefix, policy: .overwrite)
        for earlier in try await whole.backups() where earlier.id < id {
            let keys = try await whole.manifest(of: earlier.id).entries.map(\.key)
            _ = try await whole.restore(
                earlier.id, scope: .keys(keys.filter { !present.contains($0) }), to: beside)
        }
        return restoration
    }
}
