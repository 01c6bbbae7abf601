import ResilientStorage
import Testing

/// Health from operations and from checks, which are counted apart.
struct HealthSourceTests {
    private let start = ContinuousClock.now

    /// Samples, one a second: `s` and `f` of operations, `S` and `F` of checks. Operations are
    /// remembered for 10 s.
    @Test(
        arguments: [
            ("SSS", []),
            ("FFF", ["1 degraded", "3 unhealthy"]),
            ("FFFSSS", ["1 degraded", "3 unhealthy", "6 healthy"]),
            // Neither adds to the failures in a row of the other.
            ("fFfF", ["1 degraded"]),
            ("fFfFf", ["1 degraded", "5 unhealthy"]),
            // A check that succeeds takes nothing back.
            ("fSfSf", ["1 degraded", "5 unhealthy"]),
            ("fffSSSSSS", ["1 degraded", "3 unhealthy"]),
            // Nor does an operation, of what checks saw.
            ("FFFssssss", ["1 degraded", "3 unhealthy"]),
            ("FFFsssSSS", ["1 degraded", "3 unhealthy", "9 healthy"]),
            // The worse of the two counts.
            ("fffFFFsss", ["1 degraded", "3 unhealthy"]),
            ("fffFsss", ["1 degraded", "3 unhealthy", "7 degraded"]),
            // After ten seconds without an operation the checks speak for both.
            ("fffSSSSSSSSSS", ["1 degraded", "3 unhealthy", "13 healthy"]),
            ("fSSSSSSSSSS", ["1 degraded", "11 healthy"]),
            // But only if they are sure themselves.
            ("fffSSSSSSSFSS", ["1 degraded", "3 unhealthy"]),
            ("fffSSSSSSSFSSS", ["1 degraded", "3 unhealthy", "14 healthy"]),
        ] as [(String, [String])])
    func theStateIsTheWorseOfTheTwo(samples: String, expected: [String]) {
        var health = Health()
        var changes: [String] = []
        for (index, sample) in samples.enumerated() {
            let transition = health.observe(
                success: sample.lowercased() == "s",
                from: sample.isUppercase ? .check : .operation, at: start + .seconds(index + 1))
            if let transition { changes.append("\(index + 1) \(transition.to.rawValue)") }
        }
        #expect(changes == expected)
    }

    @Test func itSaysHowLongItTookToBeFoundUnhealthy() throws {
        var health = Health()
        var times: [Duration?] = []
        // The first failure is forgiven by the success after it.
        for (second, success) in [false, true, false, false, false].enumerated() {
            let transition = health.observe(success: success, at: start + .seconds(second))
            if let transition { times.append(transition.detectionTime) }
        }
        #expect(times == [nil, .seconds(2)])
    }

    @Test func theTimeIsThatOfTheSourceThatFoundIt() {
        var health = Health()
        _ = health.observe(success: false, from: .operation, at: start)
        var last: Health.Transition?
        for second in 5...7 {
            last = health.observe(success: false, from: .check, at: start + .seconds(second))
        }
        #expect(last?.to == .unhealthy)
        #expect(last?.detectionTime == .seconds(2))
    }
}
