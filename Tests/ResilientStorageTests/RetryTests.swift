import ResilientStorage
import Testing

struct RetryTests {
    @Test(arguments: [
        (1, 50), (2, 100), (3, 200), (4, 400), (5, 800), (6, 1600), (7, 2000), (8, 2000),
        (100, 2000), (999, 2000),
    ])
    func theDelayIsARandomShareOfACeilingThatDoublesUpToItsCap(
        attempt: Int, milliseconds: Int
    ) throws {
        let ceiling = Duration.milliseconds(milliseconds)
        for random in [0, 0.25, 0.5, 0.999] {
            var retry = Retry(retrying(attempts: 1000))
            let result = retry.delay(afterAttempt: attempt, random: random)
            let delay = try #require(result)
            let expected = ceiling * random
            #expect(distance(delay, expected) <= .microseconds(1), "random \(random)")
            #expect(delay >= .zero && delay < ceiling, "random \(random)")
        }
    }

    @Test func baseAndCapAreConfigurable() throws {
        var configuration = retrying(attempts: 10)
        configuration.baseDelay = .milliseconds(8)
        configuration.maximumDelay = .milliseconds(20)
        var retry = Retry(configuration)
        let delays = (1...4).map { retry.delay(afterAttempt: $0, random: 0.5) }
        let expected: [Duration?] = [
            .milliseconds(4), .milliseconds(8), .milliseconds(10), .milliseconds(10),
        ]
        #expect(delays == expected)
    }

    @Test(
        arguments: [
            (.throttled, [250, 500, 1000, 1000]), (.serverFault, [25, 50, 100, 200]),
            (.connection, [25, 50, 100, 200]), (.timeOut, [25, 50, 100, 200]),
        ] as [(FailureClass, [Int])])
    func aStorageThatAsksForLessIsGivenMoreTime(failure: FailureClass, milliseconds: [Int]) {
        var retry = Retry(retrying(attempts: 10))
        let delays = (1...4).map { retry.delay(afterAttempt: $0, of: failure, random: 0.5) }
        #expect(delays == milliseconds.map { Duration.milliseconds($0) })
    }

    @Test func onlyWhatIsGrantedIsCounted() {
        var retry = Retry(retrying(attempts: 3, budget: 2))
        #expect(retry.count == 0)
        for attempt in [1, 3, 2, 1, 1] { _ = retry.delay(afterAttempt: attempt, random: 0) }
        #expect(retry.count == 2)
    }

    @Test(arguments: 1...5) func afterTheLastAttemptItGivesUp(attempts: Int) {
        var retry = Retry(retrying(attempts: attempts))
        let granted = (1...10).filter { retry.delay(afterAttempt: $0, random: 0) != nil }
        #expect(granted == Array(1..<attempts))
    }

    @Test func aRetryCostsOneAndGivingUpCostsNothing() {
        var retry = Retry(retrying(attempts: 3))
        let before = retry.budget
        _ = retry.delay(afterAttempt: 3, random: 0.5)
        #expect(retry.budget == before)
        _ = retry.delay(afterAttempt: 1, random: 0.5)
        #expect(retry.budget == before - 1)
    }

    @Test func withoutBudgetItGivesUpUntilCallsHaveEarnedARetry() {
        var retry = Retry(retrying(budget: 2, ratio: 0.5))
        let atFirst = (0..<3).map { _ in retry.delay(afterAttempt: 1, random: 0) }
        #expect(atFirst == [.zero, .zero, nil])
        retry.began()
        let tooEarly = retry.delay(afterAttempt: 1, random: 0)
        #expect(tooEarly == nil)
        retry.began()
        let earned = (0..<2).map { _ in retry.delay(afterAttempt: 1, random: 0) }
        #expect(earned == [.zero, nil])
    }

    @Test func noMoreIsSavedUpThanTheMaximum() {
        var retry = Retry(retrying(budget: 3, ratio: 0.5))
        for _ in 0..<100 { retry.began() }
        #expect(retry.budget == 3)
        _ = retry.delay(afterAttempt: 1, random: 0)
        for _ in 0..<100 { retry.began() }
        #expect(retry.budget == 3)
    }

    @Test func whenEveryCallFailsRetriesAddOnlyTheirRatio() {
        var retry = Retry(retrying(attempts: 3, budget: 10, ratio: 0.25))
        var retries = 0
        for _ in 0..<1000 {
            retry.began()
            for attempt in 1...3 where retry.delay(afterAttempt: attempt, random: 0.5) != nil {
                retries += 1
            }
        }
        #expect((250...260).contains(retries))
    }

    private func retrying(
        attempts: Int = 3, budget: Double = 20, ratio: Double = 0.2
    ) -> Retry.Configuration {
        var configuration = Retry.Configuration()
        configuration.maximumAttempts = attempts
        configuration.maximumBudget = budget
        configuration.budgetRatio = ratio
        return configuration
    }

    private func distance(_ left: Duration, _ right: Duration) -> Duration {
        left < right ? right - left : left - right
    }
}
