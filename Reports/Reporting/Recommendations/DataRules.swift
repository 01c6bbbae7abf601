internal import DRTesting

/// R05 to R07, and R16: what became of the data.
enum DataRules {
    static func all(_ book: DrillBook) -> [Recommendation] {
        book.subjects.flatMap { subject -> [Recommendation] in
            let runs = book.judged(of: subject)
            return [
                lossExceeded(subject, runs), damaged(subject, runs), unchecked(subject, runs),
                lagging(subject, runs),
            ].compactMap { $0 }
        }
    }

    /// R05
    private static func lossExceeded(_ subject: Subject, _ runs: [DrillRun]) -> Recommendation? {
        let missed = runs.filter(\.missesRecoveryPoint)
        if missed.isEmpty { return nil }
        let worst = missed.compactMap(\.summary.end?.rpoMs).max().map {
            " (up to \(ReportText.milliseconds(Double($0))))"
        }
        return Recommendation(
            .lossExceeded, .high,
            "\(subject.words) lost more than its recovery point objective allows in "
                + "\(missed.count.counted("drill"))\(worst ?? ""): back up or replicate more "
                + "often.",
            evidence: missed.map(\.summary.id))
    }

    /// R06
    private static func damaged(_ subject: Subject, _ runs: [DrillRun]) -> Recommendation? {
        let ledgers = runs.flatMap(\.measures.damagedLedgers)
        if ledgers.isEmpty { return nil }
        let keys = ledgers.reduce(UInt64(0)) { $0.addingClamped($1.damagedKeys) }
        return Recommendation(
            .dataDamaged, .critical,
            "\(subject.words) left \(keys.counted("key")) missing or not as acknowledged: keep "
                + "what is stored as it is, restore from another copy, and find the cause before "
                + "the next drill.",
            evidence: ledgers.map(\.position))
    }

    /// R07, of drills that passed without a comparison, and of writes of which nobody knows whether
    /// they were applied.
    private static func unchecked(_ subject: Subject, _ runs: [DrillRun]) -> Recommendation? {
        let uncompared = runs.filter { $0.summary.isPassed && $0.measures.finalLedger == nil }
        let doubtful = runs.compactMap(\.measures.finalLedger).filter { $0.indeterminate > 0 }
        if uncompared.isEmpty && doubtful.isEmpty { return nil }
        let writes = doubtful.reduce(UInt64(0)) { $0.addingClamped($1.indeterminate) }
        let facts = [
            uncompared.isEmpty
                ? nil : "\(uncompared.count.counted("drill")) passed without comparing the data",
            doubtful.isEmpty ? nil : "\(writes.counted("write")) had an unknown outcome",
        ].compactMap { $0 }.joined(separator: ", and ")
        return Recommendation(
            .dataUnchecked, .low, "\(subject.words): \(facts). Extend the verification.",
            evidence: uncompared.map(\.summary.id) + doubtful.map(\.position))
    }

    /// R16, of drills in which the secondary lacked something at the takeover, and more was lost
    /// than the objective allows.
    private static func lagging(_ subject: Subject, _ runs: [DrillRun]) -> Recommendation? {
        let lagging = runs.filter { run in
            run.missesRecoveryPoint
                && run.measures.ledgers.contains { $0.subject == "takeover" && $0.damagedKeys > 0 }
        }
        if lagging.isEmpty { return nil }
        let ledgers = lagging.flatMap(\.measures.ledgers).filter {
            $0.subject == "takeover" && $0.damagedKeys > 0
        }
        return Recommendation(
            .replicationLags, .high,
            "\(subject.words): at the takeover the secondary was further behind than the recovery "
                + "point objective allows. Mend the replication first.",
            evidence: ledgers.map(\.position))
    }
}

extension DrillRun {
    fileprivate var missesRecoveryPoint: Bool {
        let isJudgedMissed = measures.objectives.contains {
            $0.isRecoveryPoint && $0.verdict == .failed
        }
        guard let lost = summary.end?.rpoMs, let limit = summary.rpoTargetMs else {
            return isJudgedMissed
        }
        return isJudgedMissed || lost > limit
    }
}
