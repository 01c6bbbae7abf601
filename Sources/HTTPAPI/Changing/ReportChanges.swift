internal import DRTesting
internal import EventLog
internal import HTTPTypes
internal import Reporting
internal import Service

/// Makes reports.
struct ReportChanges: Sendable {
    private let maker: ReportMaker
    private let reading: ReadingService
    private let clock: LogClock

    init(_ parts: APIParts, _ reading: ReadingService) {
        maker = ReportMaker(
            store: parts.store, catalog: parts.catalog, toolVersion: parts.settings.toolVersion)
        (self.reading, clock) = (reading, parts.clock)
    }

    func generate(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        var fields = try JSONFields(request.body)
        let name = fields.text("report_name")
        let period = try ReportPeriod.read(from: &fields, now: clock.now())
        let report = try await maker.make(
            ReportOrder(period: period, name: name, by: request.caller.subject))
        guard let row = try await reading.row(report.id, of: .reports) else {
            throw APIError.notFound("report \(report.id)")
        }
        return Answer.data(
            row, message: "report \(report.id) was generated", status: .created,
            headers: [.location: "/api/testing/reports/\(report.id)"])
    }
}

/// What a report is to be about.
enum ReportPeriod {
    private static let second: UInt64 = 1_000_000
    private static let day: UInt64 = 86_400 * second

    /// A day, week or month without a start and an end is the one that it is now.
    ///
    /// - Parameter fields: of which all others have been asked for.
    static func read(
        from fields: inout JSONFields, now: UInt64
    ) throws(APIError) -> Period {
        let kind =
            fields.choice("report_type", of: Period.Kind.allCases.map(\.rawValue))
            .flatMap { Period.Kind(rawValue: $0) } ?? .custom
        let (start, end) = (fields.time("period_start"), fields.time("period_end"))
        fields.require(["report_type"])
        let isGiven = fields.has("period_start") || fields.has("period_end")
        if isGiven || [.custom, .incident].contains(kind) {
            fields.require(["period_start", "period_end"])
        }
        try fields.finish()
        guard let start, let end else { return Period(kind, containing: now) }
        if let period = Period(kind, from: start, to: Self.end(end)) { return period }
        throw .invalidFields([
            APIError.Detail(
                field: "period_end", message: "is not after period_start",
                accepted: ["a later date or time"])
        ])
    }

    /// Who says 23:59:59 means the end of the day: no drill falls between two periods.
    private static func end(_ time: UInt64) -> UInt64 {
        time % day >= day - second ? time - time % day + day : time
    }
}
