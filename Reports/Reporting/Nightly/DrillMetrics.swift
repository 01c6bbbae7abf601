internal import DRTesting

/// How drills stand, for monitoring: a pure value of the log and a moment.
///
/// Unlike a report it is judged by the clock: a log in which nothing happens any more is overdue
/// too. The text is that of node_exporter's folder of text files.
public struct DrillMetrics: Sendable {
    private let drills: [DrillSummary]
    private let standings: [DueStanding]
    private let findings: [FindingRecord]
    private let reports: [RecordedReport]
    private let entries: UInt64
    private let now: UInt64

    /// - Parameters:
    ///   - history: up to the end of the log.
    ///   - reports: that are recorded.
    ///   - entries: how many events the log has.
    ///   - now: microseconds since 1970.
    public init(_ history: History, reports: [RecordedReport], entries: UInt64, at now: UInt64) {
        drills = (history.earlier + history.drills.map(\.summary)).filter(\.isDrill)
        let catalog = history.catalog
        standings =
            DueAccount(
                cadences: catalog.cadences, excuses: catalog.excuses, drills: drills,
                period: history.period, at: now
            ).standings.filter(\.isEnabled)
        findings = FindingLedger(drills).all.filter(\.isOpen)
        (self.reports, self.entries, self.now) = (reports, entries, now)
    }

    /// What is said of a log that is not intact: that, and nothing which was read from it.
    public static var notIntact: [UInt8] {
        var text = MetricsText()
        text.add(checkFamily, [], 0)
        return text.bytes
    }

    public var bytes: [UInt8] {
        var text = MetricsText()
        text.add(Self.checkFamily, [], 1)
        text.add(.gauge("log_entries", "Events in the log."), [], Double(entries))
        addRuns(to: &text)
        addLatest(to: &text)
        addStandings(to: &text)
        addFindings(to: &text)
        addReports(to: &text)
        return text.bytes
    }

    private static let checkFamily = MetricsText.Family.gauge(
        "log_intact",
        "1 if the events read agreed with the tree and its signed checkpoint, 0 if not.")

    private func addRuns(to text: inout MetricsText) {
        let family = MetricsText.Family.counter(
            "drills_total", "Drills that ended and that the log still holds, by outcome.")
        for subject in subjects {
            let ended = drills.filter { $0.subject == subject }.map(\.result)
            for result in DrillResult.allCases where result != .underWay {
                let count = ended.count { $0 == result }
                text.add(family, subject.labels + [("outcome", result.rawValue)], Double(count))
            }
        }
    }

    /// Of the newest drill of which it is known.
    private func addLatest(to text: inout MetricsText) {
        let families: [(MetricsText.Family, (DrillSummary) -> Double?)] = [
            (
                .gauge("recovery_time_seconds", "Recovery time that was measured last."),
                { $0.end?.rtoMs.map { Double($0) / 1000 } }
            ),
            (
                .gauge("recovery_time_objective_seconds", "Its objective, as it was then."),
                { drill in
                    drill.end?.rtoMs == nil ? nil : drill.rtoTargetMs.map { Double($0) / 1000 }
                }
            ),
            (
                .gauge(
                    "last_success_timestamp_seconds", "When the last drill that passed ended."),
                { $0.isPassed ? Double($0.endTime) / 1_000_000 : nil }
            ),
        ]
        for (family, value) in families {
            for subject in subjects {
                let last = drills.last { $0.subject == subject && value($0) != nil }
                if let last, let number = value(last) { text.add(family, subject.labels, number) }
            }
        }
    }

    private func addStandings(to text: inout MetricsText) {
        let family = MetricsText.Family.gauge(
            "overdue_seconds",
            "For how long a drill that a cadence asks for has been overdue; 0: it is not.")
        let bySubject = Dictionary(grouping: standings) { $0.subject }
        for (subject, standings) in bySubject.sorted(by: { $0.key < $1.key }) {
            let since = standings.compactMap(\.overdueSince).min()
            let length = since.map { now.subtractingClamped($0) } ?? 0
            text.add(family, subject.labels, Double(length) / 1_000_000)
        }
    }

    private func addFindings(to text: inout MetricsText) {
        let family = MetricsText.Family.gauge(
            "open_findings", "Findings that no later drill has closed, by verdict.")
        for verdict in [Verdict.failed, .inconclusive] {
            let count = findings.count { $0.verdict == verdict }
            text.add(family, [("verdict", "\(verdict)")], Double(count))
        }
    }

    private func addReports(to text: inout MetricsText) {
        let family = MetricsText.Family.gauge(
            "report_timestamp_seconds", "When a report of a type was recorded last.")
        let ofPeriods = Dictionary(grouping: reports) { $0.type }
        for (type, made) in ofPeriods.sorted(by: { $0.key < $1.key }) {
            let byFramework = Dictionary(grouping: made) { $0.framework?.rawValue ?? "" }
            for (framework, made) in byFramework.sorted(by: { $0.key < $1.key }) {
                let last = made.map(\.recordedAt).max() ?? 0
                text.add(
                    family, [("type", type), ("framework", framework)],
                    Double(last) / 1_000_000)
            }
        }
    }

    private var subjects: [Subject] { Set(drills.map(\.subject)).sorted() }
}

extension Subject {
    fileprivate var labels: [(name: String, value: String)] {
        [("scenario", scenario), ("target", target)]
    }
}
