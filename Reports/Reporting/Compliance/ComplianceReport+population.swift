internal import DRTesting

extension ComplianceReport.PopulationRow {
    /// Counted or not as in the reports of a period.
    init(_ run: DrillRun) {
        let row = PeriodReport.RunRow(run.summary)
        self.init(
            summary: run.summary, isCounted: row.isCounted, exclusion: row.exclusion,
            endLeaf: run.endLeaf)
    }
}

extension ComplianceReport.Reconciliation {
    /// The left side of each identity and its right side come from different events, or are counted
    /// in different ways: what is missing on one of them shows.
    ///
    /// - Parameter population: all runs that ended in the period.
    init(
        _ population: [ComplianceReport.PopulationRow], due: DueAccount, in history: History
    ) {
        var excluded: [String: Int] = [:]
        for row in population where !row.isCounted { excluded[row.exclusion, default: 0] += 1 }
        let fires = history.catalog.fires
        self.init(
            scheduled: due.scheduled, onTime: due.count(.onTime), late: due.count(.late),
            overdue: due.count(.overdue), excused: due.count(.excused),
            runsInLog: history.origin.counts.runs, runsCounted: population.count { $0.isCounted },
            excluded: excluded.sorted { $0.key < $1.key }.map {
                Excluded(reason: $0.key, count: $0.value)
            },
            fires: fires.count, firesStarted: Self.started(fires, in: history),
            firesRefused: fires.count { $0.fired.runKey.isEmpty })
    }

    /// How many fires have a run in the log, whenever it ended.
    private static func started(_ fires: [HistoryCatalog.Fire], in history: History) -> Int {
        let asked = Set(fires.map(\.fired.runKey).filter { !$0.isEmpty })
        var known: Set<String> = []
        for run in history.runs where asked.contains(run.summary.runKey) {
            known.insert(run.summary.runKey)
        }
        for run in [history.underWay, history.earlier].joined() where asked.contains(run.runKey) {
            known.insert(run.runKey)
        }
        return fires.count { known.contains($0.fired.runKey) }
    }
}

extension ComplianceReport.EvidenceItem {
    /// More would be read by nobody: the population lists them all, with the same digests.
    static let limit = 10_000

    /// - Parameter runs: the drills that count, in the order of their ends.
    /// - Returns: one for each, at most `limit`.
    static func all(of runs: [DrillRun]) -> [ComplianceReport.EvidenceItem] {
        runs.prefix(limit).enumerated().compactMap { index, run in
            guard let end = run.summary.end else { return nil }
            return ComplianceReport.EvidenceItem(
                id: "E" + padded(index + 1), test: run.summary.id, subject: run.summary.subject,
                firstPosition: run.summary.id, lastPosition: end.position,
                collectedAt: end.time, collectedBy: run.summary.executedBy, digest: run.endLeaf,
                proof: EvidenceBundle.path(ofProof: end.position))
        }
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }
}

extension ComplianceReport.ObjectiveRow {
    /// Of each scenario and target the objectives of its drills, in the order of their titles.
    ///
    /// - Parameter runs: the drills that count, in the order of their ends.
    static func all(of runs: [DrillRun]) -> [ComplianceReport.ObjectiveRow] {
        var objectives: [Subject: [String: [DrillMeasures.Objective]]] = [:]
        for run in runs {
            for objective in run.measures.objectives {
                objectives[run.summary.subject, default: [:]][objective.title, default: []]
                    .append(objective)
            }
        }
        return objectives.sorted { $0.key < $1.key }.flatMap { subject, titles in
            titles.sorted { $0.key < $1.key }.map { title, objectives in
                ComplianceReport.ObjectiveRow(subject, title, objectives)
            }
        }
    }

    /// - Parameter objectives: of one title, in the order of the ends of their drills.
    private init(_ subject: Subject, _ title: String, _ objectives: [DrillMeasures.Objective]) {
        var limits: [Double] = []
        for limit in objectives.compactMap(\.limitMs) where limit != limits.last {
            limits.append(limit)
        }
        let current = limits.popLast()
        let measured = objectives.compactMap(\.measuredMs)
        let met = objectives.count { $0.verdict == .passed }
        let missed = objectives.count { $0.verdict == .failed }
        self.init(
            subject: subject, title: title, limitMs: current, drills: objectives.count, met: met,
            missed: missed, unknown: objectives.count - met - missed, worstMs: measured.max(),
            medianMs: OrderStatistics.median(measured), earlierLimitsMs: limits)
    }
}
