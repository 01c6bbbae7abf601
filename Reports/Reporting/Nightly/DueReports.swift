/// Which reports are wanted without anybody asking for them.
public struct ReportSchedule: Equatable, Sendable {
    /// Of `daily`, `weekly` and `monthly`: each when its period is over, so a week on Monday and a
    /// month on the first.
    public var kinds: [Period.Kind]
    /// A compliance report of each, when a quarter is over.
    public var frameworks: [Framework]
    /// What was missed is made up for if its period ended no longer ago than this, in microseconds.
    public var catchUpUs: UInt64

    public init(kinds: [Period.Kind], frameworks: [Framework], catchUpUs: UInt64) {
        (self.kinds, self.frameworks, self.catchUpUs) = (kinds, frameworks, catchUpUs)
    }
}

/// The part of history that a log still holds.
public struct HeldHistory: Equatable, Sendable {
    /// When its first event was recorded, in microseconds since 1970.
    public let start: UInt64
    /// Whether that is the first event of all, and not what an archive has left.
    public let isWhole: Bool

    public init(start: UInt64, isWhole: Bool) { (self.start, self.isWhole) = (start, isWhole) }

    /// Whether a report of the period can tell all that was ever recorded in it, and there was a
    /// log in it.
    func covers(_ period: Period) -> Bool {
        isWhole ? period.end > start : period.start >= start
    }
}

/// Which reports are due at a moment. A pure decision.
///
/// A report is due when its period is over and no report of the whole of it is recorded. Of each
/// kind the newest period that is over is always looked at; earlier ones from the first that was
/// reported on, so that what a machine that was off has missed is made up for, and a new
/// installation does not begin with a year of reports.
public enum DueReports {
    /// - Parameters:
    ///   - recorded: the reports that the log has.
    ///   - now: microseconds since 1970.
    ///   - head: the position of the last event that reports of a period count.
    /// - Returns: the reports in the order of the ends of their periods.
    public static func due(
        _ schedule: ReportSchedule, recorded: [RecordedReport], in log: HeldHistory,
        at now: UInt64, head: (Period) throws -> UInt64
    ) rethrows -> [ReportSubject] {
        let decision = Decision(
            recorded: recorded, log: log, now: now, oldest: now - min(now, schedule.catchUpUs))
        var due: [ReportSubject] = []
        for kind in schedule.kinds {
            due += try decision.missing(
                { .period($0) }, by: { Period(kind, containing: $0) }, head: head)
        }
        for framework in schedule.frameworks {
            due += try decision.missing(
                { .compliance(framework, $0) }, by: { Period.quarter(containing: $0) }, head: head)
        }
        // What ends together stays in the order of the schedule.
        return due.enumerated().sorted {
            ($0.element.end, $0.offset) < ($1.element.end, $1.offset)
        }.map(\.element)
    }

    private struct Decision {
        let recorded: [RecordedReport]
        let log: HeldHistory
        let now: UInt64
        /// Periods that ended before this are not made up for.
        let oldest: UInt64

        /// - Parameters:
        ///   - subject: what a report of a period is about.
        ///   - calendar: the period that a moment lies in.
        func missing(
            _ subject: (Period) -> ReportSubject, by calendar: (UInt64) -> Period,
            head: (Period) throws -> UInt64
        ) rethrows -> [ReportSubject] {
            var missing: [ReportSubject] = []
            let first = firstReported(subject, by: calendar)
            var later = calendar(now)
            while later.start > 0 {
                let period = calendar(later.start - 1)
                let isNewest = later.contains(now)
                if !log.covers(period) { break }
                if !isNewest && period.end < max(first ?? .max, oldest) { break }
                let (wanted, last) = (subject(period), try head(period))
                if !recorded.contains(where: { $0.isWhole(wanted, head: last) }) {
                    missing.append(wanted)
                }
                later = period
            }
            return missing
        }

        /// The end of the first period of the calendar that was ever reported on.
        private func firstReported(
            _ subject: (Period) -> ReportSubject, by calendar: (UInt64) -> Period
        ) -> UInt64? {
            recorded.filter { report in
                report.isWhole(subject(calendar(report.periodStart)), head: 0)
            }.map(\.periodEnd).min()
        }
    }
}

extension ReportSubject {
    /// Of its period.
    fileprivate var end: UInt64 {
        switch self {
        case .period(let period), .compliance(_, let period): period.end
        case .incident: 0
        }
    }
}
