internal import DRTesting
internal import Reporting
internal import Service

/// What a report is to be about, as a request says it.
struct ReportFields {
    private static let second: UInt64 = 1_000_000
    private static let day: UInt64 = 86_400 * second

    /// What a request may ask for.
    static let formats = ReportFormat.allCases.map(\.rawValue)

    private let subject: ReportSubject
    private let name: String?
    private let chosen: [ReportFormat]?

    /// A day, week or month without a period is the one that it is now, and a compliance report is
    /// about the quarter that it is now.
    init(_ body: [UInt8], now: UInt64) throws(APIError) {
        var fields = try JSONFields(body)
        let type = fields.choice("report_type", of: Reports.types) ?? ""
        name = fields.text("report_name")
        chosen = fields.choices("formats", of: Self.formats)?.compactMap {
            ReportFormat(rawValue: $0)
        }
        let test = fields.id("test_id")
        let framework = fields.choice("framework", of: Framework.allCases.map(\.rawValue))
            .flatMap { Framework(rawValue: $0) }
        let period = Self.period(type, from: &fields)
        fields.require(["report_type"])
        Self.refuse(["test_id"], unless: type == "incident", in: &fields)
        Self.refuse(["framework"], unless: type == "compliance", in: &fields)
        switch type {
        case "incident": fields.require(["test_id"])
        case "compliance": fields.require(["framework"])
        case "custom" where !Self.names.contains(where: { fields.has($0) }):
            fields.require(["period_start", "period_end"])
        default: break
        }
        try fields.finish()
        let kind = Period.Kind(rawValue: type) ?? .custom
        if let test {
            subject = .incident(test: test)
        } else if let framework {
            subject = .compliance(framework, period ?? .quarter(containing: now))
        } else {
            subject = .period(period ?? Period(kind, containing: now))
        }
    }

    func order(by: String) -> ReportOrder {
        ReportOrder(
            subject: subject, formats: chosen ?? ReportOrder.usualFormats, name: name, by: by)
    }

    // MARK: The period

    private static let names = ["period", "period_start", "period_end"]

    /// By its name, or by its ends. What is wrong with it is noted in the fields.
    private static func period(_ type: String, from fields: inout JSONFields) -> Period? {
        let name = fields.text("period")
        let (start, end) = (fields.time("period_start"), fields.end("period_end"))
        if type == "incident" {
            refuse(names, unless: false, in: &fields)
            return nil
        }
        if let name {
            refuse(["period_start", "period_end"], unless: false, in: &fields)
            return named(name, type, in: &fields)
        }
        guard fields.has("period_start") || fields.has("period_end") else { return nil }
        fields.require(["period_start", "period_end"])
        guard let start, let end else { return nil }
        let kind = Period.Kind(rawValue: type) ?? .custom
        if let period = Period(kind, from: start, to: dayEnd(end)) { return period }
        fields.refuse(
            "period_end", "is not after period_start", accepted: ["a later date or time"])
        return nil
    }

    private static func named(
        _ name: String, _ type: String, in fields: inout JSONFields
    ) -> Period? {
        let period = Period(name)
        if let period, type == "compliance" || period.kind.rawValue == type { return period }
        let message = period.map { "is \($0.kind.rawValue)" } ?? "is no period"
        fields.refuse(
            "period", message,
            accepted: ["2026-11-23", "2026-W48", "2026-11", "2026-Q4", "2026"])
        return nil
    }

    private static func refuse(
        _ names: [String], unless isMeant: Bool, in fields: inout JSONFields
    ) {
        if isMeant { return }
        for name in names where fields.has(name) {
            fields.refuse(name, "does not belong to such a report")
        }
    }

    /// Who says 23:59:59 means the end of the day: no drill falls between two periods.
    private static func dayEnd(_ time: UInt64) -> UInt64 {
        time % day >= day - second ? time - time % day + day : time
    }
}
