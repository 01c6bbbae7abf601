internal import DRTesting

/// Each drill that a cadence asks for is counted once, at one moment, and so in one period:
///
/// - A success settles what was asked for when it came and was not overdue yet: of a success that
///   came before anything was due, or when it was, that is the next drill, on time; of a later one,
///   the drills that were due and whose grace was not over, late. They count when it came.
/// - A drill whose grace ended before a success came was overdue, and counts when its grace ended:
///   as excused if an excuse names it, else as overdue. The last one before a success is late
///   instead, if that success came in the same period.
///
/// A success in a later period changes nothing about a period before it. A drill that is due and
/// whose grace is not over counts in the period in which one of these happens.
extension DueAccount {
    /// At most so many drills of one cadence are listed: more than a year of hourly ones. They are
    /// counted all, so that an account that is cut does not reconcile.
    static let mostPerCadence = 10_000

    /// - Parameters:
    ///   - cadences: also those that were disabled or removed, which asked until then. Of each only
    ///     the last definition is known: it counts as if it had always been that.
    ///   - drills: in the order of their ends.
    ///   - judgedAt: what comes later is not known.
    init(
        cadences: [HistoryCatalog.Cadence], excuses: [HistoryCatalog.Excuse],
        drills: [DrillSummary], period: Period, at judgedAt: UInt64
    ) {
        let window = Window(from: period.start, until: min(period.end, judgedAt))
        let successes = Self.successes(
            drills, of: cadences, since: window.from, before: period.end, upTo: judgedAt)
        let courses = cadences.map { cadence in
            CadenceCourse(
                cadence, excuses: excuses, successes: successes[cadence.subject] ?? [])
        }
        let due = courses.flatMap { $0.due(in: window) }
        let scheduled = courses.reduce(UInt64(0)) { $0.addingClamped($1.scheduled(in: window)) }
        let standings = courses.filter { !$0.cadence.isRemoved }.map {
            $0.standing(at: judgedAt)
        }
        self.init(
            due: due.sorted { left, right in
                (left.countedAt, left.cadenceID, left.dueTime)
                    < (right.countedAt, right.cadenceID, right.dueTime)
            },
            standings: standings.sorted { ($0.subject, $0.cadenceID) < ($1.subject, $1.cadenceID) },
            scheduled: Int(clamping: scheduled))
    }

    /// What passed from a moment on, and the last that passed before it: what came earlier changes
    /// nothing. Drills are gone through from the end, and no further than needed: there may be very
    /// many, and a report makes an account of each of many weeks.
    private static func successes(
        _ drills: [DrillSummary], of cadences: [HistoryCatalog.Cadence], since moment: UInt64,
        before end: UInt64, upTo judgedAt: UInt64
    ) -> [Subject: [CadenceCourse.Success]] {
        var wanted = Set(cadences.map(\.subject))
        var successes: [Subject: [CadenceCourse.Success]] = [:]
        for drill in drills.reversed() where drill.isPassed && drill.isDrill {
            let (time, subject) = (drill.endTime, drill.subject)
            if time >= end || time > judgedAt { continue }
            if wanted.isEmpty { break }
            guard wanted.contains(subject) else { continue }
            successes[subject, default: []].append(.init(time: time, test: drill.id))
            if time < moment { wanted.remove(subject) }
        }
        return successes.mapValues { $0.reversed() }
    }

    /// What is counted: from a moment, up to but not with another. A success that came at the very
    /// end of it is known, and counts too.
    struct Window {
        let from: UInt64
        let until: UInt64
    }
}

// MARK: - One after another

extension CadenceCourse {
    fileprivate func due(in window: DueAccount.Window) -> [DueDrill] {
        let window = asked(in: window)
        var due: [DueDrill] = []
        for stretch in stretches(from: window.from) where due.count < DueAccount.mostPerCadence {
            due += self.due(of: stretch, in: window).prefix(DueAccount.mostPerCadence - due.count)
        }
        return due
    }

    /// The part of a window in which it asked for drills.
    fileprivate func asked(in window: DueAccount.Window) -> DueAccount.Window {
        DueAccount.Window(from: window.from, until: min(window.until, end))
    }

    private func due(of stretch: Stretch, in window: DueAccount.Window) -> [DueDrill] {
        var due: [DueDrill] = []
        let last = lastDue(of: stretch, in: window)
        var moment = firstRelevantDue(of: stretch, in: window)
        while let last, moment <= last, due.count < DueAccount.mostPerCadence {
            if let drill = drill(due: moment, isLast: moment == last, stretch, in: window) {
                due.append(drill)
            }
            let (next, isNever) = moment.addingReportingOverflow(intervalUs)
            if isNever { break }
            moment = next
        }
        return due
    }

    /// The first whose grace does not end before the window.
    private func firstRelevantDue(of stretch: Stretch, in window: DueAccount.Window) -> UInt64 {
        let first = stretch.firstDue
        if graceEnd(of: first) >= window.from { return first }
        let missing = window.from - first.addingClamped(graceUs)
        let intervals = (missing - 1) / intervalUs + 1
        return first.addingClamped(intervals.multipliedClamped(by: intervalUs))
    }

    /// The last that was due before the success, or whose grace ended in the window; `nil` if there
    /// is none.
    private func lastDue(of stretch: Stretch, in window: DueAccount.Window) -> UInt64? {
        let first = stretch.firstDue
        if let success = stretch.success {
            if success.time <= first { return first }
            return first + (success.time - first - 1) / intervalUs * intervalUs
        }
        let end = first.addingClamped(graceUs)
        if max(end, cadence.createdAt) >= window.until { return nil }
        return first + (window.until - end - 1) / intervalUs * intervalUs
    }

    /// - Parameter isLast: no later one was due when the success came.
    /// - Returns: `nil` if it counts in another period.
    private func drill(
        due: UInt64, isLast: Bool, _ stretch: Stretch, in window: DueAccount.Window
    ) -> DueDrill? {
        let overdueAt = graceEnd(of: due)
        if let success = stretch.success, success.time <= overdueAt {
            return made(due, success.time <= due ? .onTime : .late, success)
        }
        guard window.from <= overdueAt, overdueAt < window.until else { return nil }
        if let success = stretch.success, isLast { return made(due, .late, success) }
        let excuse = self.excuse(for: due)
        return DueDrill(
            cadenceID: cadence.definition.id, subject: subject, dueTime: due,
            outcome: excuse == nil ? .overdue : .excused, test: nil, countedAt: overdueAt,
            excuseID: excuse?.definition.id)
    }

    private func made(
        _ due: UInt64, _ outcome: DueDrill.Outcome, _ success: Success
    ) -> DueDrill {
        DueDrill(
            cadenceID: cadence.definition.id, subject: subject, dueTime: due, outcome: outcome,
            test: success.test, countedAt: success.time, excuseID: nil)
    }
}

// MARK: - Counted for itself

extension CadenceCourse {
    /// How many drills count in a window: from the moments alone, without looking at any of them.
    fileprivate func scheduled(in window: DueAccount.Window) -> UInt64 {
        let window = asked(in: window)
        return stretches(from: window.from).reduce(UInt64(0)) { sum, stretch in
            let end = min(stretch.success?.time ?? .max, window.until)
            let overdue = wentOverdue(stretch, before: end)
                .subtractingClamped(wentOverdue(stretch, before: window.from))
            return sum.addingClamped(overdue).addingClamped(settled(stretch))
        }
    }

    /// By the success that ends a stretch.
    private func settled(_ stretch: Stretch) -> UInt64 {
        guard let success = stretch.success else { return 0 }
        if success.time <= stretch.firstDue { return 1 }
        return moments(from: stretch.firstDue, before: success.time)
            .subtractingClamped(wentOverdue(stretch, before: success.time))
    }

    private func wentOverdue(_ stretch: Stretch, before moment: UInt64) -> UInt64 {
        if moment <= cadence.createdAt { return 0 }
        return moments(from: stretch.firstDue.addingClamped(graceUs), before: moment)
    }

    /// How many there are, an interval apart.
    private func moments(from first: UInt64, before moment: UInt64) -> UInt64 {
        moment > first ? (moment - first - 1) / intervalUs + 1 : 0
    }
}
