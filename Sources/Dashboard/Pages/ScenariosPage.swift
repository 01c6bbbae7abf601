internal import DRTesting
internal import Projections

/// What can be run, and how it went last.
struct ScenariosPage {
    let shell: Shell
    let canOperate: Bool
    let scenarios: [Scenario]
    /// The environment that was drilled last.
    let environment: String
    let environments: [String]
    let targets: [String]

    struct Scenario {
        let id: String
        let name: String
        let type: String
        let description: String
        let objectives: [String]
        let stepsWord: String
        let steps: [String]
        let hasOutcomes: Bool
        let outcomes: [String]
        let test: String?
        let verdict: String
        let style: String
        let ago: String
        let canRun: Bool
        let isDisabled: Bool
    }

    /// - Parameter drills: the newest first.
    init(_ rows: [Row], drills: [Row], now: UInt64, _ shell: Shell, _ viewer: Viewer) {
        self.shell = shell
        canOperate = viewer.canOperate
        scenarios = rows.map { Scenario($0, drills, now: now, canOperate: viewer.canOperate) }
        environment = drills.first?.words("environment") ?? "test"
        environments = Set(drills.compactMap { $0.words("environment") }).sorted()
        targets = Set(drills.compactMap { $0.words("target") }).sorted()
    }
}

extension ScenariosPage.Scenario {
    fileprivate init(_ row: Row, _ drills: [Row], now: UInt64, canOperate: Bool) {
        let name = row.text("scenario_name")
        let last = drills.first { $0.text("scenario") == name }
        let isEnabled = row.flag("enabled") ?? true
        id = String(row.id("id") ?? 0)
        self.name = name
        type = Words.type(row.text("test_type"))
        description = row.text("description")
        objectives = Self.objectives(row)
        steps = row.texts("test_steps")
        stepsWord = steps.count.counted("step")
        outcomes = row.texts("expected_outcomes")
        hasOutcomes = !outcomes.isEmpty
        test = last?.id("id").map { String($0) }
        (verdict, style) = last.map { TestLine.verdict(of: $0) } ?? ("", "")
        let time = last.flatMap { $0.time("end_time") ?? $0.time("created_at") }
        ago = time.map { Words.ago($0, now: now) } ?? ""
        canRun = canOperate && isEnabled
        isDisabled = !isEnabled
    }

    private static func objectives(_ row: Row) -> [String] {
        let found = [("RTO", "rto_target_ms"), ("RPO", "rpo_target_ms")].compactMap { label, name in
            row.number(name).map { "\(label) at most \(Words.span($0))" }
        }
        return found.isEmpty ? ["No recovery objective"] : found
    }
}
