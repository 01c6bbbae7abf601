import DRTesting

/// A scenario of somebody's own with its schedule and its cadence. It fails once, which is said in
/// an alert, and passes when it is run again.
///
/// Times and positions are as in `History`.
enum CatalogHistory {
    static let failing = ScriptedDrill("k1")
    static let passing = ScriptedDrill("k2")
    static let lastPosition: UInt64 = 18

    static let events: [ScriptedEvent] = [
        ScriptedEvent("scenarios", .scenarioCreated(scenario)),
        ScriptedEvent("schedules", .scheduleCreated(schedule)),
        ScriptedEvent("cadences", .cadenceCreated(cadence)),
        ScriptedEvent("schedules", .scheduleFired(fired)),
        failing.requested,
        failing.started,
        failing.result("storage", .failed),
        failing.ended(.failed, message: "nothing came back", at: History.time(9, 0)),
        ScriptedEvent("alerts", .alertRaised(alert)),
        ScriptedEvent("alerts", .alertAcknowledged(AlertAcknowledged(id: 1, by: "ops"))),
        ScriptedEvent("excuses", .excuseCreated(excuse)),
        ScriptedEvent("scenarios", .scenarioDisabled(RowChange(id: 7, by: "sre"))),
        passing.requested,
        passing.result("storage", .passed),
        passing.ended(.passed, rto: 1200, rpo: 0, at: History.time(16, 500)),
        ScriptedEvent("reports", .reportGenerated(report)),
        ScriptedEvent("schedules", .scheduleDisabled(RowChange(id: 1, by: "sre"))),
    ]

    static var scenario: ScenarioDefinition {
        var row = ScenarioDefinition()
        (row.id, row.scenarioName, row.testType) = (7, "Own drill", "custom")
        (row.description, row.by) = ("Waits, and looks.", "sre")
        (row.testSteps, row.expectedOutcomes) = (["Wait", "Look"], ["nothing is lost"])
        row.rpoTargetMs = 60_000
        row.prerequisites = [NamedValue("backup", "available")]
        row.cleanupSteps = ["lift faults"]
        (row.scenarioText, row.scenarioDigest) = ("name: Own drill\n", [0xab])
        return row
    }

    static var schedule: ScheduleDefinition {
        var row = ScheduleDefinition()
        (row.id, row.scenarioID, row.scheduleName) = (1, 7, "every morning")
        (row.cronExpression, row.timeZone, row.by) = ("30 8 * * *", "UTC", "sre")
        return row
    }

    static var cadence: CadenceDefinition {
        var row = CadenceDefinition()
        (row.id, row.scenarioName, row.targetName) = (1, "Own drill", "staging R2")
        (row.intervalMs, row.graceMs) = (7 * 86_400_000, 86_400_000)
        (row.reason, row.by) = ("DORA Art. 24", "sre")
        return row
    }

    static var fired: ScheduleFired {
        var event = ScheduleFired()
        (event.scheduleID, event.dueTime, event.runKey) = (1, TestClock.start, "k1")
        return event
    }

    static var alert: AlertRaised {
        var event = AlertRaised()
        (event.id, event.alertType, event.severity) = (1, "dr_test_failed", "high")
        (event.serviceName, event.message) = ("dr_testing", "Own drill failed")
        event.details = [NamedValue("failure_reason", "nothing came back")]
        event.testID = 6
        return event
    }

    static var excuse: ExcuseDefinition {
        var row = ExcuseDefinition()
        (row.id, row.scenarioName, row.targetName) = (1, "Own drill", "staging R2")
        (row.dueTime, row.reason) = (TestClock.start, "change freeze")
        (row.executor, row.approver, row.by) = ("nightly", "head of operations", "sre")
        return row
    }

    static var report: ReportGenerated {
        var event = ReportGenerated()
        (event.id, event.reportName, event.reportType) = (1, "Week 48", "weekly")
        // From the midnight before.
        event.periodStart = TestClock.start - 30_600_000_000
        event.periodEnd = event.periodStart + 7 * 86_400_000_000
        (event.totalTests, event.passedTests, event.failedTests) = (2, 1, 1)
        (event.avgRtoMs, event.avgRpoMs, event.successRate) = (1200, 0, 50)
        event.testSummary = "One of two passed."
        event.recommendations = ["Run it again."]
        event.generatedBy = "nightly"
        event.files = [
            ReportFile(name: "2026-W48.html", format: "html", digest: [0, 255], size: 4096)
        ]
        event.position = 16
        return event
    }
}
