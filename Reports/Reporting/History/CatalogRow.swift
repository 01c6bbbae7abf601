internal import DRTesting
internal import Projections

/// How reports call a row that people keep, and what they say when it changes.
protocol CatalogRow: RowDefinition {
    /// What it is a row of: `scenario`, `schedule`, `cadence` or `excuse`.
    static var table: String { get }
    var title: String { get }
    /// What matters of a new one; empty if nothing does.
    var summary: String { get }
    /// What is different now, each with its value before and after.
    func differences(from before: Self) -> [String]
}

extension CatalogRow {
    /// - Returns: nothing if both are the same.
    fileprivate func difference(_ name: String, _ before: String, _ after: String) -> [String] {
        before == after ? [] : ["\(name) \(before) → \(after)"]
    }
}

extension ScenarioDefinition: CatalogRow {
    static let table = "scenario"

    var title: String { scenarioName }

    var summary: String { "RTO \(Self.words(rtoTargetMs)), RPO \(Self.words(rpoTargetMs))" }

    func differences(from before: ScenarioDefinition) -> [String] {
        difference("name", before.scenarioName, scenarioName)
            + difference("RTO", Self.words(before.rtoTargetMs), Self.words(rtoTargetMs))
            + difference("RPO", Self.words(before.rpoTargetMs), Self.words(rpoTargetMs))
            + (before.scenarioDigest == scenarioDigest ? [] : ["another text"])
    }

    private static func words(_ limitMs: UInt64?) -> String {
        limitMs.map { ReportText.milliseconds(Double($0)) } ?? "none"
    }
}

extension ScheduleDefinition: CatalogRow {
    static let table = "schedule"

    var title: String { scheduleName }

    var summary: String { times }

    func differences(from before: ScheduleDefinition) -> [String] {
        difference("name", before.scheduleName, scheduleName)
            + difference("scenario", "\(before.scenarioID)", "\(scenarioID)")
            + difference("times", before.times, times)
            + difference("target", before.place, place)
            + (before.variables == variables ? [] : ["other variables"])
    }

    private var times: String { "\(cronExpression) \(timeZone)" }

    private var place: String {
        let names = [targetName, environment].filter { !$0.isEmpty }
        return names.isEmpty ? "none" : names.joined(separator: " in ")
    }
}

extension CadenceDefinition: CatalogRow {
    static let table = "cadence"

    var title: String { "\(scenarioName) on \(targetName)" }

    var summary: String {
        "every \(ReportText.interval(milliseconds: intervalMs)), grace "
            + "\(ReportText.interval(milliseconds: graceMs)): \(reason)"
    }

    func differences(from before: CadenceDefinition) -> [String] {
        difference("for", before.title, title)
            + difference(
                "interval", ReportText.interval(milliseconds: before.intervalMs),
                ReportText.interval(milliseconds: intervalMs))
            + difference(
                "grace", ReportText.interval(milliseconds: before.graceMs),
                ReportText.interval(milliseconds: graceMs))
            + difference("reason", before.reason, reason)
    }
}

extension ExcuseDefinition: CatalogRow {
    static let table = "excuse"

    var title: String { "\(scenarioName) on \(targetName), due \(RFC3339.text(dueTime))" }

    var summary: String { "\(reason), accepted by \(approver)" }

    func differences(from before: ExcuseDefinition) -> [String] {
        difference("for", before.title, title)
            + difference("reason", before.reason, reason)
            + difference("executor", before.executor, executor)
            + difference("accepted by", before.approver, approver)
    }
}
