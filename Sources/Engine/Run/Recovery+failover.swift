internal import DRTesting
internal import FaultProxy
internal import ResilientStorage

extension Evidence {
    /// The RTO is that of the failover, and the RPO what the secondary lacked when it took over.
    func failoverAndFailback() -> Recovery? {
        let course = facts.failoverAnalysis(workload.history, until: end, stableFor: stableFor)
        guard let analysis = course else { return nil }
        var recovery = Recovery()
        recovery.hasForgotten = !analysis.isComplete
        let marks = analysis.marks
        (recovery.impact, recovery.restored) = (marks.impact, marks.restored)
        recovery.resolution = analysis.resolution
        // What the secondary lacked then is judged by the RPO.
        recovery.recoveryTime = analysis.failoverTime.value
        recovery.times[.failoverTime] = analysis.failoverTime.value
        // Whatever the primary lacks after the failback, it was not reconciled.
        if facts.comparison?.offences.isEmpty == true {
            recovery.times[.failbackTime] = analysis.failbackTime.value
        }
        recovery.verified = verified(
            restored: marks.failbackDone, since: facts.fault?.ending?.ended)
        recovery.recoveryPoint = recoveryPointAtTakeover(marks)
        let failback = [
            ("failback started", marks.failbackStarted), ("failback done", marks.failbackDone),
        ]
        recovery.marks = failback.compactMap { mark in mark.1.map { (name: mark.0, instant: $0) } }
        recovery.results = [lossAfterFailback].compactMap(\.self)
        return recovery
    }

    /// - Returns: `nil` if a takeover was not compared: what was missing then is not known.
    private func recoveryPointAtTakeover(_ marks: RecoveryMarks) -> Duration? {
        let takeovers = facts.failover.takeovers
        guard !takeovers.isEmpty, takeovers.count == facts.siteHistory.reigns.count else {
            return nil
        }
        return LossAnalysis.recoveryPoint(
            losses: takeovers.flatMap(\.offences).map(\.acknowledged), marks: marks,
            firstAcknowledged: workload.ledger.book.firstAcknowledged)
    }

    /// What may be lost when the secondary takes over, may not be when it gives back.
    private var lossAfterFailback: ResultRecorded? {
        guard facts.siteHistory.returned != nil, let comparison = facts.comparison,
            !comparison.offences.isEmpty
        else { return nil }
        var result = ResultRecorded()
        (result.component, result.testName) = ("failover", "Nothing lost by the failback")
        result.expectedResult = "no acknowledged write missing"
        result.actualResult = "\(comparison.offences.count.counted("key")) damaged"
        result.verdict = .failed
        result.errorMessage =
            "after the failback \(comparison.offences.count.counted("key")) of "
            + "\(comparison.keys) did not hold what was acknowledged"
        return result
    }
}
