internal import DRTesting

// What became of the data, and how well the service was while something was broken.

extension PeriodReport.IntegrityRow {
    /// Of all subjects that were judged in the period.
    static func all(_ book: DrillBook) -> [PeriodReport.IntegrityRow] {
        book.subjects.compactMap { subject in
            let runs = book.judged(of: subject)
            return runs.isEmpty ? nil : PeriodReport.IntegrityRow(subject, runs)
        }
    }

    private init(_ subject: Subject, _ runs: [DrillRun]) {
        let ledgers = runs.compactMap(\.measures.finalLedger)
        func sum(_ count: (DrillMeasures.Ledger) -> UInt64) -> UInt64 {
            ledgers.reduce(UInt64(0)) { $0.addingClamped(count($1)) }
        }
        self.init(
            subject: subject, drills: runs.count, expected: sum { $0.keys },
            intact: sum { $0.intact }, missing: sum { $0.lost },
            differing: sum { $0.stale.addingClamped($0.corrupt) },
            resurrected: sum { $0.resurrected }, unexpected: sum { $0.unexpected },
            unchecked: sum { $0.indeterminate }, notCompared: runs.count - ledgers.count,
            tests: runs.map(\.summary.id))
    }
}

extension PeriodReport.IntegrityRow {
    /// Whether anything was compared.
    var isCompared: Bool { notCompared < drills }

    /// A count of keys: `nil` if nothing was compared, for which all of them are 0.
    func known(_ count: UInt64) -> UInt64? { isCompared ? count : nil }
}

extension DrillMeasures.Ledger {
    /// What is stored must be as it was acknowledged. What a takeover or a restore cannot have, as
    /// it is younger than what they started from, is a loss that the objective for the recovery
    /// point allows or does not.
    var isAboutIntegrity: Bool { subject != "takeover" && subject != "before restore" }

    /// Keys that are not as they were acknowledged, as long as there are numbers for them.
    var damagedKeys: UInt64 {
        [lost, stale, corrupt, resurrected].reduce(UInt64(0)) { $0.addingClamped($1) }
    }
}

extension DrillMeasures {
    /// Comparisons that found keys which are not as they were acknowledged, and should be.
    var damagedLedgers: [Ledger] { ledgers.filter { $0.isAboutIntegrity && $0.damagedKeys > 0 } }
}

extension PeriodReport.DegradationRow {
    /// Of the drills of the period that were judged and had a phase in which something was broken,
    /// in the order of their ends.
    static func all(_ book: DrillBook) -> [PeriodReport.DegradationRow] {
        book.judged.flatMap { run -> [PeriodReport.DegradationRow] in
            let phases = run.measures.phases
            guard phases.contains(where: { $0.phase == "during" }) else { return [] }
            return phases.map { PeriodReport.DegradationRow(run, $0) }
        }
    }

    private init(_ run: DrillRun, _ phase: PhaseSummarized) {
        let failed = phase.failed.addingClamped(phase.indeterminate)
        let good = Double(phase.served) + Double(phase.deferred)
        let all = good + Double(phase.refused) + Double(failed)
        let isServing = phase.served > 0
        self.init(
            test: run.summary.id, subject: run.summary.subject, phase: phase.phase,
            operations: [phase.served, phase.deferred, phase.refused, failed].reduce(UInt64(0)) {
                $0.addingClamped($1)
            },
            served: phase.served, deferred: phase.deferred, refused: phase.refused,
            failed: failed, availability: all > 0 ? good / all : nil,
            p50Us: isServing ? phase.p50Us : nil, p99Us: isServing ? phase.p99Us : nil,
            breaker: phase.phase == "during" ? run.measures.breakerWords : [])
    }
}

extension DrillMeasures {
    fileprivate var breakerWords: [String] {
        breakerChanges.map { "\($0.from.printable()) → \($0.to.printable())" }
    }
}
