internal import DRTesting
internal import Projections

/// What a report is about.
public enum ReportSubject: Equatable, Sendable {
    case period(Period)
    /// One test in depth.
    case incident(test: UInt64)
    case compliance(Framework, Period)

    /// As the table of reports has it: one of `Reports.types`.
    public var type: String {
        switch self {
        case .period(let period): period.kind.rawValue
        case .incident: "incident"
        case .compliance: "compliance"
        }
    }

    /// The command that makes the report again, without its head, its formats and its folder.
    ///
    /// - Parameter name: the name that somebody gave it. Compliance reports show none.
    public func command(name: String?) -> String {
        let named = name.map { " --name \(Self.quoted($0))" } ?? ""
        return switch self {
        case .period(let period): "dr-weekly-report \(period.options)\(named)"
        case .incident(let test): "dr-weekly-report --type incident --test \(test)\(named)"
        case .compliance(let framework, let period):
            "dr-compliance-report --framework \(framework.rawValue) \(period.complianceOptions)"
        }
    }

    /// As a shell takes it for one word.
    private static func quoted(_ text: String) -> String {
        "'\(text.printable().replacing("'", with: "'\\''"))'"
    }
}

extension Period {
    /// Those of `dr-weekly-report` that mean this period.
    fileprivate var options: String {
        switch kind {
        case .daily where isNamed: "--day \(name)"
        case .weekly where isNamed: "--week \(name)"
        case .monthly where isNamed: "--month \(name)"
        case .daily, .weekly, .monthly: "--type \(kind.rawValue) \(ends)"
        case .custom, .incident: ends
        }
    }

    fileprivate var complianceOptions: String { isNamed ? "--period \(name)" : ends }

    /// Not by its ends.
    private var isNamed: Bool { !name.contains(" ") }

    private var ends: String {
        let parts = name.split(separator: " to ")
        return parts.count == 2
            ? "--from \(parts[0]) --to \(parts[1])"
            : "--from \(RFC3339.text(start)) --to \(RFC3339.text(end))"
    }
}
