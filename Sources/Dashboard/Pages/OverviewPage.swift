internal import DRTesting
internal import Projections

/// What the overview is made from.
struct OverviewFacts: Sendable {
    /// How many days back it looks.
    var period: UInt64 = 30
    /// Microseconds since 1970.
    var now: UInt64 = 0
    /// The newest drills first.
    var drills: [Row] = []
    /// The newest tests of any purpose first.
    var tests: [Row] = []
    /// Those under way, with their results so far.
    var running: [(test: Row, results: [Row])] = []
    var scenarios: [Row] = []
    var buckets: [StatisticsBucket] = []
    var findings: [Row] = []
    var cadences: [Row] = []
    /// Names, and when they are next due.
    var due: [(name: String, time: UInt64)] = []

    var days: ClosedRange<String> { StatisticsSummary.days(period, upTo: now) }
}

/// How well the system recovers, what runs now, and what is late.
struct OverviewPage {
    let shell: Shell
    let canOperate: Bool
    let headline: String
    let sentence: String
    let periods: [Period]
    let hasRunning: Bool
    let running: [Running]
    let figures: [Figure]
    let trend: String?
    let trendNote: String
    let scenarios: [Scenario]
    let hasTests: Bool
    let tests: [TestLine]
    let testsNote = "No test was run yet."
    let hasOverdue: Bool
    let overdue: [Overdue]
    let overdueNote: String
    let hasUpcoming: Bool
    let upcoming: [Upcoming]

    struct Period {
        let days: String
        let isCurrent: Bool
    }

    struct Running {
        let id: String
        let scenario: String
        let target: String
        let environment: String
        let by: String
        let bar: String
        let step: String
        /// Milliseconds since 1970, for the script.
        let since: String
        let started: String
    }

    struct Overdue {
        let scenario: String
        let target: String
        let words: String
    }

    struct Upcoming {
        let name: String
        let when: String
        let distance: String
    }

    static let accepted: [UInt64] = [7, 30, 90]

    init(_ facts: OverviewFacts, _ shell: Shell, _ viewer: Viewer) {
        self.shell = shell
        canOperate = viewer.canOperate
        let summary = StatisticsSummary(facts.buckets, days: facts.days)
        let late = Self.late(facts)
        (headline, sentence) = Self.headline(facts, summary.overall, late: late.count)
        periods = Self.accepted.map { Period(days: "\($0)", isCurrent: $0 == facts.period) }
        running = facts.running.map { Running($0.test, $0.results, now: facts.now) }
        hasRunning = !running.isEmpty
        figures = Self.figures(facts, summary.overall, late: late.count)
        trend = TrendChart(days: Self.trendDays(facts)).svg
        trendNote = "\(facts.days.lowerBound) to \(facts.days.upperBound), UTC"
        scenarios = facts.scenarios.map { Scenario($0, facts.drills, now: facts.now) }
        tests = facts.tests.prefix(8).map { TestLine($0) }
        hasTests = !tests.isEmpty
        overdue = late
        hasOverdue = !late.isEmpty
        overdueNote =
            facts.cadences.isEmpty
            ? "No cadence says yet how often a scenario has to succeed."
            : "Every scenario succeeded as often as its cadence asks."
        upcoming = facts.due.sorted { $0.time < $1.time }.prefix(5).map {
            Upcoming(
                name: $0.name, when: Words.moment($0.time),
                distance: Words.ahead($0.time, now: facts.now))
        }
        hasUpcoming = !upcoming.isEmpty
    }

    private static func late(_ facts: OverviewFacts) -> [Overdue] {
        facts.cadences.compactMap { cadence in
            guard cadence.flag("enabled") != false, let limit = cadence.time("overdue_at"),
                limit < facts.now
            else { return nil }
            let last = cadence.time("last_success").map {
                "last succeeded \(Words.ago($0, now: facts.now))"
            }
            return Overdue(
                scenario: cadence.text("scenario"), target: cadence.text("target"),
                words: "overdue since \(Words.moment(limit)), \(last ?? "never succeeded")")
        }
    }

    private static func trendDays(_ facts: OverviewFacts) -> [TrendChart.Day] {
        var counts: [String: DrillCounts] = [:]
        for bucket in facts.buckets {
            counts[bucket.day, default: DrillCounts()].add(bucket.counts)
        }
        let day: UInt64 = 86_400_000_000
        let last = facts.now / day
        return (0..<facts.period).reversed().map { back in
            let name = Words.day((last - min(back, last)) * day)
            let count = counts[name] ?? DrillCounts()
            return TrendChart.Day(
                name: name, passed: count.verdicts.passed,
                inconclusive: count.verdicts.inconclusive, failed: count.verdicts.failed,
                recovery: count.recoveryTimes.median)
        }
    }
}

extension OverviewPage.Running {
    fileprivate init(_ test: Row, _ results: [Row], now: UInt64) {
        id = String(test.id("id") ?? 0)
        scenario = test.text("scenario")
        target = test.text("target")
        environment = test.text("environment")
        by = test.text("executed_by")
        let steps = test["test_config"].texts("steps")
        let judged = steps.map { step in
            results.last { $0.text("test_name") == step }?.words("verdict")
        }
        let done = judged.prefix { $0 != nil }.count
        var marks = judged.prefix(done).map { $0 ?? "none" }
        if done < steps.count { marks.append("running") }
        bar = Meter.steps(marks, planned: steps.count)
        step =
            done < steps.count
            ? "Step \(done + 1) of \(steps.count): \(steps[done])"
            : steps.isEmpty ? "" : "Cleaning up and judging"
        let start = test.time("start_time") ?? test.time("created_at") ?? now
        since = String(start / 1000)
        started = Words.moment(start)
    }
}
