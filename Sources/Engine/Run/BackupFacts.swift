internal import DRTesting
internal import ResilientStorage

/// What a run has learned of backups.
struct BackupFacts: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// A finished backup.
    struct Taken: Sendable {
        let id: BackupID
        let started: Instant
        let snapshot: Instant
        /// What the ledger held at the snapshot point.
        let expectations: LedgerExpectations
        /// Of what it refers to, found in the backup storage; `nil`: it has a form of its own.
        let objects: Int?
        /// Manifests from it back to a full backup; 0 if they do not lead there, `nil` as above.
        let chainLength: Int?
        var verification: Verification?
    }

    struct Verification: Sendable {
        let finished: Instant
        /// Found by the storage system.
        let problems: Int
        /// Objects that the storage system says it has read back.
        let checked: Int
        /// Found by reading past the storage system.
        let mismatches: Int
        /// Objects of the backup that the storage system was seen to read, and those that it was
        /// not.
        var read: Int?
        var unread: Int?
        /// The storage system reported damage that the drill had done, and nothing else; `nil`: no
        /// damage was done.
        var isDamageFound: Bool?

        var isClean: Bool { problems == 0 && mismatches == 0 }
    }

    struct Restored: Sendable {
        let backup: Taken
        let place: Action.RestorePlace
        let started: Instant
        let finished: Instant
        /// Met by the storage system.
        let problems: Int
        /// Found where it was restored to.
        let objects: Int
        /// Destroyed objects that are not as they were left; `nil`: it was restored beside them, or
        /// nothing was destroyed.
        var victimsChanged: Int?
        /// What the ledger held right before, and how much of that was younger than the backup.
        let before: LedgerExpectations
        let changes: LedgerBook.Changes
        var comparison: Comparison?
    }

    /// What is stored after a restore, against the ledger.
    struct Comparison: Sendable {
        /// As of the snapshot.
        let snapshot: LedgerComparison
        /// As it was right before the restore.
        let before: LedgerComparison

        var isExact: Bool {
            snapshot.keys > 0 && snapshot.offences.isEmpty && snapshot.unexpected.isEmpty
        }
    }

    /// In the order in which they were made.
    var taken: [Taken] = []
    var restored: [Restored] = []
    /// The first object was about to be destroyed.
    var impact: Instant?
    /// Objects that were seen to be gone or altered.
    var destroyed: Int?
    /// `nil`: nothing was destroyed.
    var victims: Victims?

    var newest: Taken? { taken.last }
}
