public import DRTesting

/// A report that the log says was made.
public struct RecordedReport: Equatable, Sendable {
    /// One of `Reports.types`.
    public let type: String
    /// Of a compliance report.
    public let framework: Framework?
    public let periodStart: UInt64
    public let periodEnd: UInt64
    /// The head that it shows.
    public let position: UInt64
    /// When that it was made was recorded.
    public let recordedAt: UInt64

    public init(
        type: String, framework: Framework? = nil, periodStart: UInt64, periodEnd: UInt64,
        position: UInt64, recordedAt: UInt64
    ) {
        (self.type, self.framework) = (type, framework)
        (self.periodStart, self.periodEnd) = (periodStart, periodEnd)
        (self.position, self.recordedAt) = (position, recordedAt)
    }

    /// - Parameter time: when it was recorded.
    public init(_ report: ReportGenerated, at time: UInt64) {
        self.init(
            type: report.reportType, framework: Framework(rawValue: report.framework),
            periodStart: report.periodStart, periodEnd: report.periodEnd,
            position: report.position, recordedAt: time)
    }

    /// Whether it is of this subject, and of that whole: made when the period was over.
    ///
    /// - Parameter head: the last event of the period that reports count.
    func isWhole(_ subject: ReportSubject, head: UInt64) -> Bool {
        switch subject {
        case .period(let period): isWhole(period, subject.type, nil, head)
        case .compliance(let framework, let period): isWhole(period, subject.type, framework, head)
        case .incident: false
        }
    }

    private func isWhole(
        _ period: Period, _ type: String, _ framework: Framework?, _ head: UInt64
    ) -> Bool {
        self.type == type && self.framework == framework
            && (periodStart, periodEnd) == (period.start, period.end)
            && recordedAt >= period.end && position >= head
    }
}
