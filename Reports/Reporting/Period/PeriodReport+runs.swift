internal import DRTesting
internal import Projections

// Every run, and what was not run. Nothing is dropped from a total without standing here.

extension PeriodReport.RunRow {
    /// Every run that ended in the period, then those that were under way at the head.
    static func all(_ history: History) -> [PeriodReport.RunRow] {
        (history.runs.map(\.summary) + history.underWay).map { PeriodReport.RunRow($0) }
    }

    /// One exclusion for each run that is not counted: its purpose, else what became of it.
    init(_ summary: DrillSummary) {
        let exclusion =
            switch (summary.isDrill, summary.result) {
            case (_, .underWay): DrillResult.underWay.rawValue
            case (false, _): summary.purposeWord
            case (true, .cancelled): DrillResult.cancelled.rawValue
            case (true, .passed), (true, .failed), (true, .inconclusive): ""
            }
        self.init(summary: summary, isCounted: exclusion.isEmpty, exclusion: exclusion)
    }
}

extension DrillSummary {
    /// `drill`, `proof`, `chaos`, or `other purpose`: reports know no other.
    var purposeWord: String {
        ["drill", "proof", "chaos"].contains(purpose) ? purpose : "other purpose"
    }
}

extension PeriodReport.NotRun {
    /// Drills that were due and not made, that came to no proper end, that could not be started,
    /// and runs that are no drills: in the order of their times.
    static func all(_ book: DrillBook) -> [PeriodReport.NotRun] {
        var rows = missed(book) + notStarted(book)
        rows += book.history.runs.compactMap { PeriodReport.NotRun($0.summary) }
        rows += book.history.underWay.map { PeriodReport.NotRun(underWay: $0) }
        return rows.sorted {
            ($0.time, $0.position ?? 0, $0.kind, $0.subject)
                < ($1.time, $1.position ?? 0, $1.kind, $1.subject)
        }
    }

    private static func missed(_ book: DrillBook) -> [PeriodReport.NotRun] {
        let cadences = book.history.catalog.cadences
        let excuses = book.history.catalog.excuses
        return book.due.due.compactMap { due in
            let cadence = cadences.first { $0.definition.id == due.cadenceID }
            let excuse = excuses.first { $0.definition.id == due.excuseID }
            switch due.outcome {
            case .onTime, .late: return nil
            case .overdue:
                return PeriodReport.NotRun(
                    kind: "overdue", subject: due.subject, time: due.countedAt,
                    reason: "due \(ReportText.day(due.dueTime)), and none succeeded in time",
                    test: nil, position: cadence?.position)
            case .excused:
                let approver = excuse?.definition.approver.printable() ?? ""
                return PeriodReport.NotRun(
                    kind: "excused", subject: due.subject, time: due.countedAt,
                    reason: "\(excuse?.definition.reason.printable() ?? ""), accepted by "
                        + approver,
                    test: nil, position: excuse?.position)
            }
        }
    }

    /// - Returns: `nil` for a drill that came to its end.
    private init?(_ run: DrillSummary) {
        guard let end = run.end else { return nil }
        let kind: String
        let reason: String
        switch (run.isDrill, end.status, end.ending) {
        case (false, _, _):
            (kind, reason) = (run.purposeWord, "it is no drill, and in no figure")
        case (true, .cancelled, _):
            (kind, reason) = ("cancelled", "it is not judged")
        case (true, _, .aborted):
            (kind, reason) = ("aborted", "it is judged as \(end.verdict)")
        case (true, _, .lost):
            (kind, reason) = ("lost", "its runner died; it is judged as \(end.verdict)")
        default: return nil
        }
        let message = end.message.printable()
        let isTold = message.isEmpty || message == kind || !run.isDrill
        self.init(
            kind: kind, subject: run.subject, time: end.time,
            reason: isTold ? reason : "\(message); \(reason)", test: run.id,
            position: end.position)
    }

    private init(underWay run: DrillSummary) {
        self.init(
            kind: "under way", subject: run.subject, time: run.requestedAt,
            reason: run.isDrill
                ? "it had not ended; it counts in the period in which it ends"
                : "it had not ended; as \(run.purposeWord) it is in no figure",
            test: run.id, position: run.id)
    }

    /// Fires of schedules that started nothing.
    private static func notStarted(_ book: DrillBook) -> [PeriodReport.NotRun] {
        let catalog = book.history.catalog
        return catalog.fires.filter(\.fired.runKey.isEmpty).map { fire in
            let schedule = catalog.schedules.first { $0.id == fire.fired.scheduleID }
            let scenario = catalog.scenarios.first { $0.id == schedule?.scenarioID }
            let name = "schedule \(fire.scheduleName)"
            let problem = fire.fired.problem.printable()
            return PeriodReport.NotRun(
                kind: "not started",
                subject: Subject(
                    scenario: scenario?.scenarioName ?? name,
                    target: schedule?.targetName ?? ""),
                time: fire.time, reason: problem.isEmpty ? "nothing says why" : problem,
                test: nil, position: fire.position)
        }
    }
}
