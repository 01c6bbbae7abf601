/// How long backup and restore took, and what they lost. A pure value.
struct BackupAnalysis: Equatable, Sendable {
    struct Course: Equatable, Sendable {
        var backupStarted: ContinuousClock.Instant?
        var backupVerified: ContinuousClock.Instant?
        /// The first object was destroyed.
        var impact: ContinuousClock.Instant?
        var restoreVerified: ContinuousClock.Instant?
        var writersStopped: ContinuousClock.Instant?
    }

    /// With fewer changes since the snapshot nothing is known about what a restore loses.
    static let minimumChanges = LedgerBook.Changes(creations: 20, overwrites: 5, deletions: 5)

    let backupTime: MeasuredTime
    /// From the impact on; unknown if the restored objects are not those of the snapshot.
    let restoreTime: MeasuredTime
    /// From the oldest change that is missing to the impact.
    let recoveryPoint: Duration?
    /// Keys that are not as they were at the snapshot, and objects that nobody wrote: the backup
    /// should have had everything up to there, so one is too many.
    let deviations: Int
    /// Enough was changed between the snapshot and the impact.
    let isTelling: Bool

    /// - Parameters:
    ///   - changes: acknowledged from the snapshot to the impact.
    ///   - snapshot: what is stored after the restore, against the ledger as of the snapshot.
    ///   - now: the same against the ledger as it was at last.
    ///   - firstAcknowledged: when anything was acknowledged first.
    init(
        _ course: Course, changes: LedgerBook.Changes, snapshot: LedgerComparison,
        now: LedgerComparison, firstAcknowledged: ContinuousClock.Instant?
    ) {
        deviations = snapshot.offences.count + snapshot.unexpected.count
        let least = Self.minimumChanges
        isTelling =
            changes.creations >= least.creations && changes.overwrites >= least.overwrites
            && changes.deletions >= least.deletions
        backupTime = MeasuredTime(
            "backup_rto_ms", from: course.backupStarted, to: course.backupVerified)
        restoreTime = MeasuredTime(
            "restore_rto_ms", from: course.impact,
            to: deviations == 0 ? course.restoreVerified : nil)
        var marks = RecoveryMarks(impact: course.impact, restored: course.restoreVerified)
        if let stopped = course.writersStopped, let impact = course.impact, stopped > impact {
            // Writers that rest while objects are destroyed do not make the loss any shorter.
            marks.writersStopped = stopped
        }
        recoveryPoint = LossAnalysis.recoveryPoint(
            losses: now.offences.map { $0.oldestChange ?? $0.acknowledged }, marks: marks,
            firstAcknowledged: firstAcknowledged)
    }
}
