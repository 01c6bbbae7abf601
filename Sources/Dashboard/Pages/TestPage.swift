internal import DRTesting
internal import Projections
internal import Reporting

/// What the page of one test is made from.
struct TestFacts: Sendable {
    /// Of `dr_tests`.
    let test: Row
    var results: [Row] = []
    var logs: [Row] = []
    var areLogsCut = false
    var metrics: [Row] = []
    /// The test as its events tell it; `nil` if they are archived.
    var run: RunRecord?
    /// Microseconds since 1970.
    var now: UInt64 = 0
}

/// One test: its course, its results with what they rest on, its log and its metrics.
struct TestPage {
    let shell: Shell
    let id: String
    let scenario: String
    let verdict: String
    let style: String
    let purpose: String?
    let when: String
    let target: String
    let targetKind: String
    let environment: String
    let by: String
    let note: String?
    let complaint: String?
    let complaintTone: String
    let canCancel: Bool
    let hasObjectives: Bool
    let objectives: [Figure]
    let course: String?
    let load: String?
    let courseNote: String
    let hasResults: Bool
    let results: [Result]
    let resultsNote: String
    let logs: [Line]
    let logsNote: String?
    let hasMetrics: Bool
    let metrics: [Metric]
    let facts: [Fact]

    /// More lines make a page slow. All of them are in the API.
    static let maximumLogs = 2000

    init(_ facts: TestFacts, _ shell: Shell, _ viewer: Viewer) {
        let row = facts.test
        self.shell = shell
        id = String(row.id("id") ?? 0)
        scenario = row.text("scenario")
        (verdict, style) = TestLine.verdict(of: row)
        purpose = row.text("purpose") == "drill" ? nil : row.words("purpose")
        when = Self.when(row, now: facts.now)
        (target, targetKind) = (row.text("target"), row.text("target_kind"))
        (environment, by) = (row.text("environment"), row.text("executed_by"))
        note = Self.note(row)
        complaint = row.words("error_message")
        complaintTone = style == "failed" ? "bad" : "unclear"
        let isRunning = TestLine.isRunning(row)
        canCancel = isRunning && viewer.canOperate
        objectives = Self.objectives(facts)
        hasObjectives = !objectives.isEmpty
        course = facts.run.flatMap { CourseChart($0, now: facts.now).svg }
        load = facts.run?.chart
        courseNote = Self.courseNote(facts, isRunning: isRunning)
        results = Self.results(facts, isRunning: isRunning)
        hasResults = !results.isEmpty
        resultsNote = Self.resultsNote(facts.results)
        logs = facts.logs.map { Line($0) }
        logsNote =
            facts.areLogsCut
            ? "These are the first \(logs.count) lines. All of them are at "
                + "/api/testing/tests/\(id)/logs." : nil
        metrics = facts.metrics.map { Metric($0) }
        hasMetrics = !metrics.isEmpty
        self.facts = Self.facts(row)
    }

    private static func when(_ row: Row, now: UInt64) -> String {
        guard let start = row.time("start_time") else {
            return "asked for \(Words.moment(row.time("created_at"))), not begun yet"
        }
        guard let end = row.time("end_time"), end >= start else {
            return "began \(Words.moment(start)), \(Words.ago(start, now: now))"
        }
        return "\(Words.moment(start)), took \(Words.span(Double(end - start) / 1000))"
    }

    private static func note(_ row: Row) -> String? {
        switch row.text("purpose") {
        case "proof":
            let broken = row["test_config"].text("sabotage")
            return broken.isEmpty || broken == "control"
                ? "The control of a proof: nothing was broken on purpose. It is no drill."
                : "Part of a proof, and no drill: '\(broken)' was broken on purpose, so this run "
                    + "is not meant to pass."
        case "chaos": return "Chaos, and no drill: its faults were drawn by chance."
        default:
            return row.text("target_kind") == "embedded"
                ? "Storage served by the runner itself: a demonstration, no evidence for a "
                    + "compliance control." : nil
        }
    }

    private static func courseNote(_ facts: TestFacts, isRunning: Bool) -> String {
        if facts.run == nil { return "The events of this test are archived" }
        if isRunning { return "Operations and latencies are shown when the run has ended" }
        return facts.run?.chart == nil
            ? "Faults are shaded" : "Faults are shaded, over operations and latencies"
    }

    private static func resultsNote(_ results: [Row]) -> String {
        let passed = results.count { $0.text("verdict") == "passed" }
        return results.isEmpty
            ? ""
            : "\(passed) of \(results.count.counted("check")) passed. Open one to see what it "
                + "rests on."
    }

    private static func facts(_ row: Row) -> [Fact] {
        let config = row["test_config"]
        let variables = config.members("variables").map { "\($0.key) = \($0.text)" }
        let endpoints = config.rows("endpoints").map { endpoint in
            [endpoint.text("role"), endpoint.text("address"), endpoint.text("bucket")]
                .filter { !$0.isEmpty }.joined(separator: " ")
        }
        let all = [
            Fact(label: "Requested by", value: config.text("requested_by")),
            Fact(label: "Authorization", value: config.text("authorization")),
            Fact(label: "Run key", value: config.text("run_key"), isCode: true),
            Fact(label: "Scenario digest", value: config.text("scenario_digest"), isCode: true),
            Fact(label: "Target digest", value: config.text("target_digest"), isCode: true),
            Fact(label: "Variables", value: variables.joined(separator: ", ")),
            Fact(label: "Endpoints", value: endpoints.joined(separator: ", ")),
            Fact(label: "Seed", value: config.id("seed").map { String($0) } ?? ""),
            Fact(label: "Time limit", value: limit(config)),
            Fact(label: "Host", value: config.text("host")),
            Fact(label: "Version", value: config.text("tool_version")),
            Fact(label: "Events", value: positions(row)),
        ]
        return all.filter { !$0.value.isEmpty }
    }

    private static func limit(_ config: Row) -> String {
        config.number("timeout_ms").map { $0 > 0 ? Words.span($0) : "" } ?? ""
    }

    private static func positions(_ row: Row) -> String {
        guard let first = row.id("first_position"), let last = row.id("last_position") else {
            return ""
        }
        return "positions \(first) to \(last) of the log"
    }
}
