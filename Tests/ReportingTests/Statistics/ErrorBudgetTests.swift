import Testing

@testable import Reporting

struct ErrorBudgetTests {
    @Test func theExampleAgreesWithTheVectors() throws {
        let example = try StatisticsVectors.read().errorBudgetExample
        let budget = try #require(
            ErrorBudget(
                objective: example.objective, runs: example.runs, failures: example.failures))
        #expect(StatisticsVectors.agree(budget.allowedFailures, example.allowedFailures))
        #expect(StatisticsVectors.agree(budget.consumed, example.consumed))
        #expect(StatisticsVectors.agree(budget.remaining, example.remaining))
    }

    @Test func moreFailuresThanAllowedLeaveLessThanNothing() throws {
        let budget = try #require(ErrorBudget(objective: 0.5, runs: 4, failures: 3))
        #expect(budget.allowedFailures == 2)
        #expect(budget.consumed == 1.5)
        #expect(budget.remaining == -0.5)
    }

    @Test func whatAllowsNothingHasNoShare() throws {
        for (objective, runs) in [(1.0, 10), (0.95, 0)] {
            let budget = try #require(ErrorBudget(objective: objective, runs: runs, failures: 0))
            #expect(budget.allowedFailures == 0)
            #expect(budget.consumed == nil && budget.remaining == nil)
        }
    }

    @Test func whatCannotBeIsNoBudget() {
        #expect(ErrorBudget(objective: 1.1, runs: 1, failures: 0) == nil)
        #expect(ErrorBudget(objective: -0.1, runs: 1, failures: 0) == nil)
        #expect(ErrorBudget(objective: .nan, runs: 1, failures: 0) == nil)
        #expect(ErrorBudget(objective: 0.9, runs: 1, failures: 2) == nil)
        #expect(ErrorBudget(objective: 0.9, runs: -1, failures: -1) == nil)
    }
}
