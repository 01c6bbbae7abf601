@testable import Reporting

extension HistoryFixture {
    /// What a rule says of a history.
    static func said(_ rule: String, of history: History) -> [Recommendation] {
        PeriodReport(history).recommendations.filter { $0.rule == rule }
    }

    /// As of a history whose drills ended in the period.
    static func said(_ rule: String, of runs: [DrillRun]) -> [Recommendation] {
        said(rule, of: history(runs: runs))
    }
}
