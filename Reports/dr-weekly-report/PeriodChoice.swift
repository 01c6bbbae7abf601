import ArgumentParser
import Reporting

/// What a report is to be about: a period, or one test.
struct PeriodChoice: ParsableArguments {
    @Option(help: "An ISO week, as 2026-W48.")
    var week: String?

    @Option(help: "A month, as 2026-11.")
    var month: String?

    @Option(help: "A day, as 2026-11-23.")
    var day: String?

    @Option(help: "The first day, as 2026-11-16, or a time. Needs --to.")
    var from: String?

    @Option(help: "The last day, which is in the period, or the time at which it ends.")
    var to: String?

    @Option(
        help: ArgumentHelp(
            "What it is called. Alone, daily, weekly and monthly are the period that it is now. "
                + "(default: weekly)", valueName: "type"))
    var type: Kind?

    @Option(help: ArgumentHelp("The test that an incident is about.", valueName: "id"))
    var test: UInt64?

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case daily, weekly, monthly, custom, incident

        fileprivate var ofPeriod: Period.Kind {
            switch self {
            case .daily: .daily
            case .weekly: .weekly
            case .monthly: .monthly
            case .custom: .custom
            case .incident: .incident
            }
        }
    }

    func validate() throws { _ = try subject(now: 0) }

    /// - Parameter now: microseconds since 1970.
    func subject(now: UInt64) throws -> ReportSubject {
        if (from == nil) != (to == nil) { throw ValidationError("--from and --to go together.") }
        let named = try [
            named("week", week, .weekly, "2026-W48") { Period(week: $0) },
            named("month", month, .monthly, "2026-11") { Period(month: $0) },
            named("day", day, .daily, "2026-11-23") { Period(day: $0) },
            between(), incident(),
        ].compactMap { $0 }
        if named.count > 1 {
            throw ValidationError("Give one of --week, --month, --day, --test, or --from and --to.")
        }
        if let subject = named.first { return subject }
        switch type ?? .weekly {
        case .custom: throw ValidationError("--type custom needs --from and --to.")
        case .incident: throw ValidationError("--type incident needs --test.")
        case let kind: return .period(Period(kind.ofPeriod, containing: now))
        }
    }

    private func named(
        _ noun: String, _ text: String?, _ kind: Kind, _ example: String,
        _ period: (String) -> Period?
    ) throws -> ReportSubject? {
        guard let text else { return nil }
        if let type, type != kind {
            throw ValidationError("--\(noun) is \(kind.rawValue), not \(type.rawValue).")
        }
        guard let period = period(text) else {
            throw ValidationError(
                "--\(noun): '\(text)' is not a \(noun); accepted: one like \(example)")
        }
        return .period(period)
    }

    private func between() throws -> ReportSubject? {
        guard let from, let to else { return nil }
        if type == .incident { throw ValidationError("--type incident needs --test.") }
        guard let period = Period(from: from, to: to, as: (type ?? .custom).ofPeriod) else {
            throw ValidationError(
                "--from '\(from)' --to '\(to)': accepted: two dates like 2026-11-16, or times like "
                    + "2026-11-16T08:00:00Z, in their order")
        }
        return .period(period)
    }

    private func incident() throws -> ReportSubject? {
        guard let test else { return nil }
        if let type, type != .incident {
            throw ValidationError("--test is an incident, not \(type.rawValue).")
        }
        return .incident(test: test)
    }
}
