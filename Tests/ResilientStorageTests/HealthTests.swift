import ResilientStorage
import Testing

struct HealthTests {
    private let start = ContinuousClock.now

    /// Results, one a second (`s` or `f`), and after which of them the state changed to what.
    @Test(
        arguments: [
            ("", []), ("s", []), ("ssss", []),
            ("f", ["1 degraded"]),
            ("ff", ["1 degraded"]),
            ("fff", ["1 degraded", "3 unhealthy"]),
            ("ffffff", ["1 degraded", "3 unhealthy"]),
            ("sfs", ["2 degraded"]),
            ("fss", ["1 degraded"]),
            ("fsss", ["1 degraded", "4 healthy"]),
            ("fssfsss", ["1 degraded", "7 healthy"]),
            ("ffsff", ["1 degraded"]),
            ("ffsfff", ["1 degraded", "6 unhealthy"]),
            ("fffss", ["1 degraded", "3 unhealthy"]),
            ("fffssf", ["1 degraded", "3 unhealthy"]),
            ("fffsss", ["1 degraded", "3 unhealthy", "6 healthy"]),
            ("fffssfsss", ["1 degraded", "3 unhealthy", "9 healthy"]),
            ("fffsssf", ["1 degraded", "3 unhealthy", "6 healthy", "7 degraded"]),
        ] as [(String, [String])])
    func theStateFollowsTheResultsInARow(results: String, expected: [String]) {
        var health = Health()
        let changes = observe(results, &health)
        #expect(changes == expected)
    }

    @Test func theThresholdsAreConfigurable() {
        var configuration = Health.Configuration()
        (configuration.unhealthyThreshold, configuration.healthyThreshold) = (1, 1)
        var health = Health(configuration)
        let changes = observe("fsf", &health)
        #expect(changes == ["1 unhealthy", "2 healthy", "3 unhealthy"])
    }

    @Test func aTransitionSaysFromWhatToWhatAndWhen() throws {
        var health = Health()
        let instant = start + .milliseconds(1234)
        let result = health.observe(success: false, at: instant)
        let transition = try #require(result)
        #expect(transition.from == .healthy)
        #expect(transition.to == .degraded)
        #expect(transition.instant == instant)
    }

    @Test func theLastSampleIsThatOfTheLastCallWhateverItsResult() {
        var health = Health()
        #expect(health.lastSample == nil)
        for (second, success) in [true, false, false, true].enumerated() {
            let instant = start + .seconds(second)
            _ = health.observe(success: success, at: instant)
            #expect(health.lastSample == instant)
        }
    }

    private func observe(_ results: String, _ health: inout Health) -> [String] {
        var changes: [String] = []
        for (index, result) in results.enumerated() {
            let before = health.state
            let instant = start + .seconds(index + 1)
            guard let transition = health.observe(success: result == "s", at: instant) else {
                #expect(health.state == before)
                continue
            }
            #expect(transition.from == before && transition.to == health.state)
            #expect(transition.instant == instant)
            changes.append("\(index + 1) \(transition.to.rawValue)")
        }
        return changes
    }
}
