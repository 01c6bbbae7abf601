internal import DRTesting
internal import Projections

/// A table as the API lists it: which rows can be chosen, and in what order they come.
public struct ReadingTable: Sendable {
    /// As the router has it.
    public let path: String
    /// What one row is, for people: `schedule`.
    public let noun: String
    /// By which parameters rows are chosen.
    public let filters: [ReadingFilter]
    /// How many rows a page has if nothing is said.
    public let defaultLimit: Int
    let view: any ReadModel.Type
    /// What `from` and `to` are about; `nil`: rows are not chosen by time.
    let timeColumn: String?
    let isNewestFirst: Bool

    /// More rows are on no page.
    public static let maximumLimit = 1000

    /// Whether `from` and `to` are accepted.
    public var hasTimes: Bool { timeColumn != nil }

    /// The names of all parameters that it accepts.
    public var parameters: [String] {
        filters.map(\.name) + (hasTimes ? ["from", "to"] : []) + ["limit", "cursor"]
    }
}

/// A parameter by which rows are chosen. Given more than once, any of its values will do.
public struct ReadingFilter: Sendable {
    public enum Kind: Equatable, Sendable {
        case text
        case oneOf([String])
        /// `true` or `false`.
        case flag
        /// `true` or `false`: whether anything stands in the column.
        case presence
    }

    public let name: String
    public let kind: Kind
    /// What is wanted if nothing is said; empty: any.
    public let standard: [String]
    let column: String

    init(_ name: String, _ kind: Kind, of column: String? = nil, standard: [String] = []) {
        (self.name, self.kind, self.standard) = (name, kind, standard)
        self.column = column ?? name
    }
}

// MARK: - The tables

extension ReadingTable {
    public static let all = [
        history, scenarios, schedules, reports, findings, alerts, excuses, cadences,
    ]

    /// Drills alone, if no other purpose is asked for.
    public static let history = ReadingTable(
        path: "/api/testing/history", noun: "test",
        filters: [
            ReadingFilter(
                "status", .oneOf(["pending", "running", "completed", "failed", "cancelled"])),
            ReadingFilter("verdict", verdicts),
            ReadingFilter("type", .text, of: "test_type"),
            ReadingFilter("scenario", .text),
            ReadingFilter("environment", .text),
            ReadingFilter("target", .text),
            ReadingFilter("executed_by", .text),
            ReadingFilter("purpose", .oneOf(["drill", "proof", "chaos"]), standard: ["drill"]),
        ],
        defaultLimit: 50, view: TestsView.self, timeColumn: "created_at", isNewestFirst: true)

    public static let scenarios = ReadingTable(
        path: "/api/testing/scenarios", noun: "scenario",
        filters: [ReadingFilter("type", .text, of: "test_type"), ReadingFilter("enabled", .flag)],
        defaultLimit: 100, view: ScenariosView.self, timeColumn: nil, isNewestFirst: false)

    public static let schedules = ReadingTable(
        path: "/api/testing/schedules", noun: "schedule",
        filters: [ReadingFilter("enabled", .flag)],
        defaultLimit: 100, view: SchedulesView.self, timeColumn: nil, isNewestFirst: false)

    public static let reports = ReadingTable(
        path: "/api/testing/reports", noun: "report",
        filters: [ReadingFilter("type", .oneOf(Reports.types), of: "report_type")],
        defaultLimit: 20, view: ReportsView.self, timeColumn: "generated_at", isNewestFirst: true)

    public static let findings = ReadingTable(
        path: "/api/testing/findings", noun: "finding",
        filters: [
            ReadingFilter("status", .oneOf(["open", "closed"])),
            ReadingFilter("verdict", .oneOf(["inconclusive", "failed"])),
            ReadingFilter("type", .text, of: "test_type"),
            ReadingFilter("scenario", .text),
            ReadingFilter("environment", .text),
            ReadingFilter("target", .text),
        ],
        defaultLimit: 50, view: FindingsView.self, timeColumn: "opened_at", isNewestFirst: true)

    public static let alerts = ReadingTable(
        path: "/api/testing/alerts", noun: "alert",
        filters: [
            ReadingFilter("type", .text, of: "alert_type"),
            ReadingFilter("severity", .oneOf(Alerts.severities)),
            ReadingFilter("acknowledged", .presence, of: "acknowledged_at"),
        ],
        defaultLimit: 50, view: AlertsView.self, timeColumn: "created_at", isNewestFirst: true)

    public static let excuses = ReadingTable(
        path: "/api/testing/excuses", noun: "excuse",
        filters: [
            ReadingFilter("scenario", .text), ReadingFilter("target", .text),
            ReadingFilter("enabled", .flag),
        ],
        defaultLimit: 100, view: ExcusesView.self, timeColumn: "due_at", isNewestFirst: true)

    public static let cadences = ReadingTable(
        path: "/api/testing/cadences", noun: "cadence",
        filters: [
            ReadingFilter("scenario", .text), ReadingFilter("target", .text),
            ReadingFilter("enabled", .flag),
        ],
        defaultLimit: 100, view: CadencesView.self, timeColumn: nil, isNewestFirst: false)

    private static let verdicts = ReadingFilter.Kind.oneOf(["passed", "inconclusive", "failed"])
}

/// What belongs to one test: lists in the order of what happened, and whole if no `limit` is given.
public enum TestPart: String, CaseIterable, Sendable {
    case results, logs, metrics

    public var table: ReadingTable {
        switch self {
        case .results: Self.resultTable
        case .logs: Self.logTable
        case .metrics: Self.metricTable
        }
    }

    private static let resultTable = ReadingTable(
        path: "/api/testing/tests/{id}/results", noun: "result",
        filters: [
            ReadingFilter("component", .text),
            ReadingFilter("verdict", .oneOf(["passed", "inconclusive", "failed"])),
        ],
        defaultLimit: ReadingTable.maximumLimit, view: ResultsView.self, timeColumn: nil,
        isNewestFirst: false)

    private static let logTable = ReadingTable(
        path: "/api/testing/tests/{id}/logs", noun: "log",
        filters: [
            ReadingFilter("level", .oneOf(["debug", "info", "warn", "error", "fatal"])),
            ReadingFilter(
                "type",
                .oneOf(["start", "step", "warning", "error", "success", "info", "metric"]),
                of: "event_type"),
            ReadingFilter("component", .text),
        ],
        defaultLimit: ReadingTable.maximumLimit, view: LogsView.self, timeColumn: nil,
        isNewestFirst: false)

    private static let metricTable = ReadingTable(
        path: "/api/testing/tests/{id}/metrics", noun: "metric",
        filters: [
            ReadingFilter("type", .text, of: "metric_type"),
            ReadingFilter("name", .text, of: "metric_name"),
        ],
        defaultLimit: ReadingTable.maximumLimit, view: MetricsView.self, timeColumn: nil,
        isNewestFirst: false)
}
