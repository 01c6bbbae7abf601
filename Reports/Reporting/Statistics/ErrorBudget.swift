/// How many failures an objective allows, and how many of them are used up (Beyer et al., 2016).
///
/// It is of the runs of a window that whoever makes it chooses. With few runs less than one failure
/// is allowed: then the first one uses up more than all.
struct ErrorBudget: Equatable, Sendable {
    /// The share of runs that are to pass.
    let objective: Double
    let runs: Int
    let failures: Int

    /// - Returns: `nil` if the objective is no share, or the counts cannot be.
    init?(objective: Double, runs: Int, failures: Int) {
        guard objective >= 0, objective <= 1, runs >= 0, failures >= 0, failures <= runs else {
            return nil
        }
        (self.objective, self.runs, self.failures) = (objective, runs, failures)
    }

    /// (1 − objective) × runs; seldom whole.
    var allowedFailures: Double { (1 - objective) * Double(runs) }

    /// The share that is used up: above 1, more than was allowed. `nil`: nothing was allowed.
    var consumed: Double? { allowedFailures > 0 ? Double(failures) / allowedFailures : nil }

    /// 1 − consumed: below 0, more than was allowed. `nil`: nothing was allowed.
    var remaining: Double? { consumed.map { 1 - $0 } }
}
