internal import DRTesting

/// What one cadence asks for, as moments. A pure value.
///
/// A drill is due an interval after the last success, or after the cadence was made if there was
/// none, and anew after each interval until one succeeds. Of the drills that were due before the
/// cadence was made, only the last is asked for. A cadence that is disabled or removed asks for
/// nothing from then on; what it had asked for until then stays asked for.
struct CadenceCourse {
    let cadence: HistoryCatalog.Cadence
    let intervalUs: UInt64
    let graceUs: UInt64
    /// Drills that passed, up to the moment of judgement, in the order of their ends: all of the
    /// period, and of those before it at least the last.
    let successes: [Success]
    private let excuses: [HistoryCatalog.Excuse]

    struct Success: Equatable {
        let time: UInt64
        let test: UInt64
    }

    /// The drills that are asked for from one success, or the making of the cadence, to the next:
    /// the first of them, and one after each interval.
    struct Stretch {
        let firstDue: UInt64
        /// What ends it; `nil`: nothing has yet.
        let success: Success?
    }

    /// - Parameters:
    ///   - excuses: of all subjects.
    ///   - successes: of the subject of the cadence.
    init(
        _ cadence: HistoryCatalog.Cadence, excuses: [HistoryCatalog.Excuse], successes: [Success]
    ) {
        let definition = cadence.definition
        self.cadence = cadence
        self.successes = successes
        intervalUs = definition.intervalMs.multipliedClamped(by: 1000)
        graceUs = definition.graceMs.multipliedClamped(by: 1000)
        self.excuses = excuses.filter { excuse in
            excuse.isEnabled && excuse.definition.scenarioName == definition.scenarioName
                && excuse.definition.targetName == definition.targetName
        }
    }

    var subject: Subject { cadence.subject }

    /// Whether it asks for anything now.
    private var isAsking: Bool { cadence.isEnabled && intervalUs > 0 }

    /// From this moment on it asks for nothing.
    var end: UInt64 { cadence.endedAt ?? .max }

    /// When the grace of a drill is over, or the cadence was made if that was later: afterwards it
    /// is overdue.
    func graceEnd(of due: UInt64) -> UInt64 {
        max(due.addingClamped(graceUs), cadence.createdAt)
    }

    /// All stretches that do not end before a moment.
    func stretches(from moment: UInt64) -> [Stretch] {
        guard isAsking || (cadence.endedAt != nil && intervalUs > 0) else { return [] }
        let later = successes.filter { $0.time > cadence.createdAt && $0.time <= end }
        let earlier = successes.last { $0.time <= cadence.createdAt }
        let starts = [firstDue(after: earlier)] + later.map { $0.time.addingClamped(intervalUs) }
        var ends: [Success?] = later
        ends.append(nil)
        return zip(starts, ends).compactMap { due, success in
            if let success, success.time < moment { return nil }
            return Stretch(firstDue: due, success: success)
        }
    }

    /// - Parameter success: the last one before the cadence was made.
    private func firstDue(after success: Success?) -> UInt64 {
        let created = cadence.createdAt
        guard let success else { return created.addingClamped(intervalUs) }
        let due = success.time.addingClamped(intervalUs)
        if due >= created { return due }
        let intervals = (created - success.time - 1) / intervalUs
        return success.time + intervals * intervalUs
    }

    // MARK: Excuses

    /// The excuse that is for the drill that was due then. Which drill an excuse names is decided
    /// where alerts about overdue drills are.
    func excuse(for due: UInt64) -> HistoryCatalog.Excuse? {
        let (moment, isNever) = due.addingClamped(graceUs).addingReportingOverflow(1)
        if isNever { return nil }
        return excuses.first { excuse in
            OverdueDrills.overdue(
                [standing(due: due)], excuses: [excuse.drill], at: moment
            ).isEmpty
        }
    }

    // MARK: How it stands

    func standing(at moment: UInt64) -> DueStanding {
        let last = successes.last
        let due = (last?.time ?? cadence.createdAt).addingClamped(intervalUs)
        return DueStanding(
            cadenceID: cadence.definition.id, subject: subject,
            intervalMs: cadence.definition.intervalMs, graceMs: cadence.definition.graceMs,
            reason: cadence.definition.reason, isEnabled: cadence.isEnabled,
            lastSuccess: last?.time, lastSuccessTest: last?.test, dueTime: due,
            overdueSince: overdueSince(due, at: moment))
    }

    /// When the grace of the first drill ended that is not excused; `nil` unless the last one is
    /// overdue.
    private func overdueSince(_ firstDue: UInt64, at moment: UInt64) -> UInt64? {
        guard isAsking else { return nil }
        let overdue = OverdueDrills.overdue(
            [standing(due: firstDue)], excuses: excuses.map(\.drill), at: moment)
        guard let last = overdue.first?.dueTime else { return nil }
        var due = firstDue
        // Both are due moments: what is added to the earlier one leads to the later one.
        while due < last, excuse(for: due) != nil { due += intervalUs }
        return graceEnd(of: due)
    }

    private func standing(due: UInt64) -> CadenceStanding {
        CadenceStanding(
            id: cadence.definition.id, scenario: cadence.definition.scenarioName,
            target: cadence.definition.targetName, intervalMs: cadence.definition.intervalMs,
            graceMs: cadence.definition.graceMs, dueTime: due, lastSuccess: successes.last?.time)
    }
}

extension HistoryCatalog.Cadence {
    /// What it asks drills of.
    var subject: Subject {
        Subject(scenario: definition.scenarioName, target: definition.targetName)
    }
}

extension HistoryCatalog.Excuse {
    fileprivate var drill: ExcusedDrill {
        ExcusedDrill(
            scenario: definition.scenarioName, target: definition.targetName,
            dueTime: definition.dueTime)
    }
}
