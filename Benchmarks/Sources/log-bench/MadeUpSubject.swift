import DRTesting

/// What made-up drills are of: each scenario on each of three targets.
struct MadeUpSubject {
    struct Target {
        let name: String
        let kind: String
        let environment: String
    }

    private static let targets = [
        Target(name: "staging", kind: "builtin", environment: "staging"),
        Target(name: "prod-r2", kind: "http", environment: "production"),
        Target(name: "embedded", kind: "embedded", environment: "test"),
    ]

    static let all = targets.flatMap { target in
        SeededRun.scenarios.indices.map { MadeUpSubject(scenario: $0, target: target) }
    }

    /// The index of the scenario.
    let scenario: Int
    let target: Target

    var scenarioName: String { SeededRun.scenarios[scenario].1 }
    var testType: String { SeededRun.scenarios[scenario].0 }
    var scenarioDigest: [UInt8] { [UInt8](repeating: UInt8(scenario + 1), count: 32) }

    /// About as long as those of the program.
    static let scenarioText = (1...48).map { line in
        "  - step \(line): wait until breaker.state equals open, within 30 s, or the drill fails\n"
    }.joined()
}

// MARK: - The rows that people keep of it

extension MadeUpSubject {
    /// Nobody asks for drills on what a program brings along.
    private static let asked = all.enumerated().filter { $0.element.target.kind != "embedded" }

    static var scenarioRows: [TestEvent] {
        SeededRun.scenarios.indices.map { index in
            let subject = MadeUpSubject(scenario: index, target: targets[0])
            var row = ScenarioDefinition()
            (row.id, row.scenarioName) = (UInt64(index + 1), subject.scenarioName)
            (row.testType, row.testSteps) = (subject.testType, SeededRun.steps)
            (row.rtoTargetMs, row.rpoTargetMs) = (MadeUpDrill.rtoTargetMs, 60_000)
            (row.scenarioText, row.scenarioDigest) = (scenarioText, subject.scenarioDigest)
            row.by = "dr-testing"
            return .scenarioCreated(row)
        }
    }

    static var cadenceRows: [TestEvent] {
        asked.map { index, subject in
            var row = CadenceDefinition()
            (row.id, row.scenarioName) = (UInt64(index + 1), subject.scenarioName)
            (row.targetName, row.by) = (subject.target.name, "ops")
            (row.intervalMs, row.graceMs) = (7 * 86_400_000, 86_400_000)
            row.reason = "the recovery plan, section 4"
            return .cadenceCreated(row)
        }
    }

    static var scheduleRows: [TestEvent] {
        asked.map { index, subject in
            var row = ScheduleDefinition()
            (row.id, row.scenarioID) = (UInt64(index + 1), UInt64(subject.scenario + 1))
            row.scheduleName = "\(subject.testType) on \(subject.target.name)"
            (row.cronExpression, row.timeZone, row.by) = ("@daily", "UTC", "ops")
            (row.targetName, row.environment) = (subject.target.name, subject.target.environment)
            return .scheduleCreated(row)
        }
    }
}
