/// What people must know of, until they say that they do.
///
/// Alerts stand in the streams of the runs that they are about, and in one of their own. Folded are
/// all of the log, in its order: their ids count from 1 without gaps, and no event says them.
public struct Alerts: Equatable, Sendable {
    public enum Command: Equatable, Sendable {
        case raise(AlertRaised)
        case acknowledge(AlertAcknowledged)
    }

    public enum Refusal: Error, Equatable, Sendable {
        case unknownID(UInt64)
        case anonymous
        /// More than a record of the log holds.
        case tooLarge
        /// A field that must be given.
        case empty(String)
        case unknownSeverity(String)
    }

    public struct Row: Equatable, Sendable {
        public let raised: AlertRaised
        public fileprivate(set) var acknowledged: AlertAcknowledged?
    }

    /// Of alerts that are about no run, and of who has seen which.
    public static let stream = "alerts"
    /// What there are alerts of.
    public static let types = [
        "dr_test_failed", "dr_test_inconclusive", "dr_objective_missed", "dr_cleanup_failed",
        "dr_overdue", "dr_integrity",
    ]
    /// From the least to the worst.
    public static let severities = ["low", "medium", "high", "critical"]

    /// In the order of their ids.
    public private(set) var rows: [Row] = []

    public init() {}

    public subscript(id: UInt64) -> Row? {
        id > 0 && id <= UInt64(rows.count) ? rows[Int(id) - 1] : nil
    }

    public mutating func apply(_ event: TestEvent) {
        switch event {
        case .alertRaised(let raised): rows.append(Row(raised: raised))
        case .alertAcknowledged(let acknowledged) where self[acknowledged.id] != nil:
            let index = Int(acknowledged.id) - 1
            rows[index].acknowledged = rows[index].acknowledged ?? acknowledged
        default: break
        }
    }

    public static func decide(
        _ command: Command, in alerts: Alerts
    ) throws(Refusal) -> [TestEvent] {
        switch command {
        case .raise(let alert):
            if alerts.has(alert) { return [] }
            try check(alert)
            var raised = alert
            raised.id = 0
            return [.alertRaised(raised)]
        case .acknowledge(let acknowledged):
            let row = alerts[acknowledged.id]
            return try decide(
                acknowledged, isThere: row != nil, isSeen: row?.acknowledged != nil)
        }
    }

    /// For whoever knows the alert's row, and not all alerts of the log.
    ///
    /// - Parameters:
    ///   - isThere: whether there is an alert with that id.
    ///   - isSeen: whether somebody has acknowledged it.
    public static func decide(
        _ acknowledged: AlertAcknowledged, isThere: Bool, isSeen: Bool
    ) throws(Refusal) -> [TestEvent] {
        if acknowledged.by.isBlank { throw .anonymous }
        if !acknowledged.fitsRecord { throw .tooLarge }
        if !isThere { throw .unknownID(acknowledged.id) }
        // The first who has seen it counts.
        return isSeen ? [] : [.alertAcknowledged(acknowledged)]
    }

    /// Whether the same was raised before. What is about no test can happen again, once people
    /// know of the last time.
    private func has(_ alert: AlertRaised) -> Bool {
        rows.contains { row in
            var same = alert
            same.id = row.raised.id
            return same == row.raised && (alert.testID != 0 || row.acknowledged == nil)
        }
    }

    private static func check(_ alert: AlertRaised) throws(Refusal) {
        if alert.alertType.isBlank { throw .empty("alert_type") }
        if alert.serviceName.isBlank { throw .empty("service_name") }
        if alert.message.isBlank { throw .empty("message") }
        if !severities.contains(alert.severity) { throw .unknownSeverity(alert.severity) }
        if !alert.fitsRecord { throw .tooLarge }
    }
}

extension Alerts.Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownID(let id): "there is no alert \(id)"
        case .anonymous: "nobody is named who wants it"
        case .tooLarge: tooLargeForRecord
        case .empty(let field): "\(field) is empty"
        case .unknownSeverity(let name):
            "the severity '\(name)' is not known; accepted: "
                + Alerts.severities.joined(separator: ", ")
        }
    }
}
