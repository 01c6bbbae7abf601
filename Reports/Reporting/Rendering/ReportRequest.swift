public import EventLog

/// Which report is wanted, and as of when.
public struct ReportRequest: Sendable {
    public var subject: ReportSubject
    /// What a period report is called, if not for its period. Compliance reports have no other
    /// name.
    public var name: String?
    /// The head to show; `nil`: the last event of the period that is no report.
    public var asOf: UInt64?
    /// `nil`: as the log shows.
    public var judgement: HistoryRequest.Judgement?
    /// Of the program that makes it.
    public var toolVersion: String

    public init(
        _ subject: ReportSubject, name: String? = nil, asOf: UInt64? = nil, toolVersion: String
    ) {
        (self.subject, self.name, self.asOf) = (subject, name, asOf)
        self.toolVersion = toolVersion
    }

    /// Reads what the report is made from, and checks it against the tree and its checkpoint.
    /// Blocks, and changes nothing.
    ///
    /// - Throws: `EventLogError`: `.damaged` if the log is not intact; `.archived` if events of the
    ///   period have left it; `HistoryError` if there is nothing to report on.
    public func history(_ reader: EventReader) throws -> (history: History, seal: SealStatus) {
        var request = HistoryRequest(
            period: period, toolVersion: toolVersion, command: subject.command(name: name))
        (request.asOf, request.judgement) = (asOf, judgement)
        if case .incident(let test) = subject { request.incident = test }
        return try HistoryReader(reader).read(request)
    }

    /// The report. Blocks, and changes nothing.
    ///
    /// - Throws: as `history(_:)`.
    public func report(
        _ reader: EventReader
    ) throws -> (report: any RenderableReport, seal: SealStatus) {
        let (history, seal) = try history(reader)
        return switch subject {
        case .period, .incident: (PeriodReport(history, name: name), seal)
        case .compliance(let framework, _):
            (ComplianceReport(history, framework: framework), seal)
        }
    }

    /// That of an incident follows from its test.
    private var period: Period {
        switch subject {
        case .period(let period), .compliance(_, let period): period
        case .incident: Period(.incident, containing: 0)
        }
    }
}
