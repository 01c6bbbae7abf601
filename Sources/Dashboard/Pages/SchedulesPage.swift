internal import DRTesting

/// Which scenario is run when.
struct SchedulesPage {
    let shell: Shell
    let canOperate: Bool
    let hasSchedules: Bool
    let schedules: [Schedule]
    let choices: [HistoryPage.Option]

    struct Schedule {
        let id: String
        let name: String
        let scenario: String
        let words: String
        let cron: String
        let zone: String
        let next: String?
        let distance: String
        let state: String
        let last: String
        let runs: String
        let failures: String
        let failureTone: String
        /// `true` or `false`: what the button makes of it.
        let toggled: String
        let toggle: String
    }

    /// - Parameter next: when a schedule is next due; `nil`: it is not.
    init(
        _ rows: [Row], scenarios: [Row], now: UInt64, next: (Row) -> UInt64?, _ shell: Shell,
        _ viewer: Viewer
    ) {
        self.shell = shell
        canOperate = viewer.canOperate
        let names = Dictionary(
            scenarios.map { ($0.id("id") ?? 0, $0.text("scenario_name")) },
            uniquingKeysWith: { first, _ in first })
        schedules = rows.map { row in
            let scenario = names[row.id("scenario_id") ?? 0] ?? "a scenario that is gone"
            return Schedule(row, scenario: scenario, next: next(row), now: now)
        }
        hasSchedules = !schedules.isEmpty
        choices = scenarios.map { row in
            HistoryPage.Option(
                value: String(row.id("id") ?? 0), text: row.text("scenario_name"),
                isSelected: false)
        }
    }
}

extension SchedulesPage.Schedule {
    fileprivate init(_ row: Row, scenario: String, next: UInt64?, now: UInt64) {
        let isEnabled = row.flag("enabled") ?? false
        id = String(row.id("id") ?? 0)
        name = row.text("schedule_name")
        self.scenario = scenario
        cron = row.text("cron_expression")
        words = CronWords.words(cron)
        zone = row.words("time_zone") ?? "UTC"
        self.next = isEnabled ? next.map { Words.moment($0) } : nil
        distance = next.map { Words.ahead($0, now: now) } ?? ""
        state = isEnabled ? "never" : "disabled"
        last = row.time("last_run").map { Words.moment($0) } ?? "never"
        runs = String(row.id("run_count") ?? 0)
        let failed = row.id("failure_count") ?? 0
        failures = String(failed)
        failureTone = failed > 0 ? "bad" : ""
        toggled = isEnabled ? "false" : "true"
        toggle = isEnabled ? "Disable" : "Enable"
    }
}
