/// Backs up one bucket, checks what was kept, and restores it. The seam at which a whole backup
/// system is put in; `BucketBackup` is the one.
///
/// Backups of one destination may be made at once, and be verified and restored meanwhile. What is
/// removed is removed for good, so `removeExpired` is called when nothing else is under way there:
/// the caller sees to it, also across processes.
///
/// Every call throws `BackupError`. Cancelled calls end soon; what was only half done is named on
/// each.
public protocol BackingUp: Sendable {
    /// Finished backups, oldest first.
    func backups() async throws -> [BackupReference]

    func manifest(of id: BackupID) async throws -> BackupManifest

    /// Copies every object of the source, or those that changed, and then writes the manifest.
    ///
    /// When it returns, all of it is durable and the manifest has been read back. If it throws,
    /// there is no backup, only objects that `removeExpired` clears away later; only when the
    /// answer to the last write was lost may there be a finished backup all the same.
    ///
    /// Not promised: a state of the source as of one moment. An object that is written while the
    /// backup runs is in it as it was when its turn came; where that was seen, the manifest says
    /// so in `lateChanges`.
    func backUp(_ mode: BackupMode) async throws -> BackupRun

    /// Reads back what a backup holds and compares sizes and digests, and walks the chain of
    /// manifests that it builds on. Nothing is changed.
    func verify(_ id: BackupID, scope: BackupScope) async throws -> BackupVerification

    /// Writes the objects of a backup, whichever backup holds their bytes, under the prefix of the
    /// target. Bytes are compared with the manifest before they are written, and read back after.
    ///
    /// An object that fails is listed, and the others are restored. If it throws, what has been
    /// written so far stays.
    func restore(
        _ id: BackupID, scope: BackupScope, to target: RestoreTarget
    ) async throws -> BackupRestoration

    /// Removes the backups that are not to be kept, and objects that no finished backup holds.
    ///
    /// If a single manifest cannot be read, nothing is removed: it might refer to anything.
    func removeExpired(_ retention: Retention) async throws -> BackupRemoval
}

public enum BackupMode: Equatable, Sendable {
    case full
    /// Only what changed since an earlier backup, `nil` for the newest.
    case incremental(since: BackupID?)
}

/// Where a backup is restored to.
public struct RestoreTarget: Sendable {
    /// What happens to objects that are there already, below the prefix.
    public enum Policy: Sendable {
        /// There must be none, else nothing is done.
        case mustBeEmpty
        /// They are replaced if the backup has them, and stay if not.
        case overwrite
        /// They are replaced if the backup has them. The others are deleted, once everything has
        /// been restored without a problem: what is deleted stays deleted.
        case mirror
    }

    public let storage: any ObjectStorage
    /// Stands in the place of the source's prefix.
    public let prefix: String
    public let policy: Policy

    public init(storage: any ObjectStorage, prefix: String, policy: Policy = .mustBeEmpty) {
        (self.storage, self.prefix, self.policy) = (storage, prefix, policy)
    }

    func key(of entry: BackupManifest.Entry, from source: BackupManifest.Source) -> String {
        let name = entry.key.utf8.dropFirst(source.prefix.utf8.count)
        return prefix + String(decoding: name, as: UTF8.self)
    }
}

/// A finished backup.
public struct BackupRun: Sendable {
    public let reference: BackupReference
    public let manifest: BackupManifest
    /// When the listing of the source began: the snapshot point.
    public let snapshot: ContinuousClock.Instant
    /// When it had ended. What was written meanwhile may be in the backup or not, and so may what
    /// was written to the keys of `lateChanges` until they were copied; nothing else that is
    /// younger than the snapshot point is.
    public let listed: ContinuousClock.Instant
    /// When the manifest had been read back.
    public let finished: ContinuousClock.Instant
    public let copiedObjects: Int
    public let copiedBytes: Int

    public init(
        reference: BackupReference, manifest: BackupManifest, snapshot: ContinuousClock.Instant,
        listed: ContinuousClock.Instant, finished: ContinuousClock.Instant, copiedObjects: Int,
        copiedBytes: Int
    ) {
        (self.reference, self.manifest) = (reference, manifest)
        (self.snapshot, self.listed, self.finished) = (snapshot, listed, finished)
        (self.copiedObjects, self.copiedBytes) = (copiedObjects, copiedBytes)
    }
}

/// What was found of a backup.
public struct BackupVerification: Sendable {
    public let backup: BackupID
    /// The manifests that were read, newest first.
    public let chain: [BackupID]
    /// Objects that were read back, the wrong ones included. None is no proof of anything.
    public let checkedObjects: Int
    public let started: ContinuousClock.Instant
    public let finished: ContinuousClock.Instant
    /// Every one, not only the first.
    public let problems: [BackupProblem]

    public init(
        backup: BackupID, chain: [BackupID], checkedObjects: Int,
        started: ContinuousClock.Instant, finished: ContinuousClock.Instant,
        problems: [BackupProblem]
    ) {
        (self.backup, self.chain, self.checkedObjects) = (backup, chain, checkedObjects)
        (self.started, self.finished, self.problems) = (started, finished, problems)
    }

    public var isClean: Bool { problems.isEmpty }
}

/// What was restored of a backup.
public struct BackupRestoration: Sendable {
    public let backup: BackupID
    /// Objects that were to be restored.
    public let selectedObjects: Int
    /// Objects whose bytes were read back from the target as they must be.
    public let restoredObjects: Int
    public let restoredBytes: Int
    /// Objects of the target that the backup does not have.
    public let deletedObjects: Int
    public let started: ContinuousClock.Instant
    public let finished: ContinuousClock.Instant
    /// Every one, not only the first.
    public let problems: [BackupProblem]

    public init(
        backup: BackupID, selectedObjects: Int, restoredObjects: Int, restoredBytes: Int,
        deletedObjects: Int, started: ContinuousClock.Instant, finished: ContinuousClock.Instant,
        problems: [BackupProblem]
    ) {
        (self.backup, self.selectedObjects) = (backup, selectedObjects)
        (self.restoredObjects, self.restoredBytes) = (restoredObjects, restoredBytes)
        self.deletedObjects = deletedObjects
        (self.started, self.finished, self.problems) = (started, finished, problems)
    }

    public var isComplete: Bool { problems.isEmpty }
}

/// What was removed from a destination.
public struct BackupRemoval: Equatable, Sendable {
    /// Newest first, as they were removed.
    public let removed: [BackupID]
    /// Objects that belonged to backups that were never finished, or not removed to the end.
    public let strayObjects: Int

    public init(removed: [BackupID], strayObjects: Int) {
        (self.removed, self.strayObjects) = (removed, strayObjects)
    }
}

/// One thing that is wrong with a backup or with what was restored of it.
public struct BackupProblem: Equatable, Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        /// A stored object is not there.
        case missing
        /// A stored object has other bytes.
        case corrupt
        case wrongSize = "wrong size"
        /// Nobody knows what a stored object holds.
        case unreadable
        /// A manifest that this backup builds on is not there or not the one it was.
        case brokenChain = "broken chain"
        case notInBackup = "not in the backup"
        /// The target did not take an object.
        case notWritten = "not written"
        /// The target does not give back what was written.
        case notReadBack = "not read back"
        /// The target gives back other metadata or another content type.
        case attributesDiffer = "attributes differ"
        /// The target still has an object that the backup does not have.
        case notDeleted = "not deleted"
    }

    public let kind: Kind
    /// Where the bytes or the manifest should be.
    public let backup: BackupID
    /// In the source, or in the target if it could not be deleted there; `nil` for a manifest.
    public let key: String?
    public let detail: String

    public init(_ kind: Kind, backup: BackupID, key: String? = nil, detail: String) {
        (self.kind, self.backup, self.key, self.detail) = (kind, backup, key, detail)
    }

    public var description: String {
        "\(kind.rawValue): \(key ?? "backup \(backup)"): \(detail)"
    }
}
