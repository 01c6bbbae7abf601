internal import DRTesting

extension Evidence {
    func backupAndRestore() -> Recovery? {
        facts.backup.recovery(
            firstAcknowledged: workload.ledger.book.firstAcknowledged,
            writersStopped: facts.writersStopped, last: facts.comparison)
    }
}

extension BackupFacts {
    /// - Parameters:
    ///   - firstAcknowledged: when anything was acknowledged first.
    ///   - last: what is stored at the end of the run, against the ledger.
    /// - Returns: `nil` if no backup was made.
    func recovery(
        firstAcknowledged: Instant?, writersStopped: Instant?, last: LedgerComparison?
    ) -> Recovery? {
        let restored = restored.last { $0.place == .primary }
        // The backup that service came back from, with what was found of it later.
        let backup = taken.first { $0.id == restored?.backup.id } ?? taken.first
        guard let backup else { return nil }
        let verified = backup.verification.flatMap { $0.isClean ? $0.finished : nil }
        var course = BackupAnalysis.Course()
        (course.backupStarted, course.backupVerified) = (backup.started, verified)
        (course.impact, course.writersStopped) = (impact, writersStopped)
        course.restoreVerified = restored.flatMap { $0.problems == 0 ? $0.finished : nil }

        var recovery = Recovery()
        recovery.impact = impact
        // Nobody notices that objects are gone before somebody asks for them, so nothing is known
        // of a detection.
        recovery.course = Recovery.Course(
            effective: impact, lifted: restored?.started, isOfFault: false)
        recovery.times[.backupTime] =
            MeasuredTime("backup_rto_ms", from: backup.started, to: verified).value
        recovery.marks = [
            ("backup started", backup.started), ("snapshot", backup.snapshot),
            ("backup verified", verified), ("restore started", restored?.started),
        ].compactMap { name, instant in instant.map { (name: name, instant: $0) } }
        if let restored, let comparison = restored.comparison {
            recovery.add(
                BackupAnalysis(
                    course, changes: restored.changes, snapshot: comparison.snapshot,
                    now: comparison.before, firstAcknowledged: firstAcknowledged),
                of: restored, course, keys: comparison.snapshot.keys, last: last)
        }
        return recovery
    }
}

extension Recovery {
    fileprivate mutating func add(
        _ analysis: BackupAnalysis, of restored: BackupFacts.Restored,
        _ course: BackupAnalysis.Course, keys: Int, last: LedgerComparison?
    ) {
        self.restored = course.restoreVerified
        // It was whole again at some moment while it was being restored.
        resolution = restored.finished - restored.started
        metrics = [("restore_duration_ms", restored.finished - restored.started)]
        // What went wrong afterwards withdraws it, and so does that nobody knows.
        if let last, last.offences.isEmpty { recoveryTime = analysis.restoreTime.value }
        times[.restoreTime] = recoveryTime
        if recoveryTime != nil { verified = course.restoreVerified }
        // After few changes little can be lost.
        if analysis.isTelling { recoveryPoint = analysis.recoveryPoint }
        results = [Self.exactness(deviations: analysis.deviations, keys: keys)]
    }

    /// What a backup should have had has no age: one loss is too many, whatever the objective.
    private static func exactness(deviations: Int, keys: Int) -> ResultRecorded {
        var result = ResultRecorded()
        (result.component, result.testName) = ("backup", "Nothing from before the backup is lost")
        result.expectedResult = "the restored storage is exactly as it was at the snapshot"
        result.actualResult =
            "\(deviations.counted("difference")) in \(keys.counted("key")) compared"
        result.verdict = deviations > 0 ? .failed : keys > 0 ? .passed : .inconclusive
        if result.verdict == .failed { result.errorMessage = result.actualResult }
        if result.verdict == .inconclusive { result.errorMessage = "nothing could be compared" }
        return result
    }
}
