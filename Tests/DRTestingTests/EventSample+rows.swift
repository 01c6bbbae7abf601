import DRTesting

private let digest = [UInt8](repeating: 0xab, count: 32)

extension ScenarioDefinition {
    static var full: ScenarioDefinition {
        var row = ScenarioDefinition()
        (row.id, row.scenarioName) = (7, "Partition – \"split brain\" 💥")
        (row.testType, row.description) = ("failover_mechanism", "two sites\nand no line")
        row.testSteps = ["Cut the line", "", "Mend it"]
        row.expectedOutcomes = ["nothing is lost"]
        (row.rtoTargetMs, row.rpoTargetMs) = (180_000, 0)
        row.prerequisites = [NamedValue("network_monitoring", "true"), NamedValue()]
        row.cleanupSteps = ["restore primary"]
        (row.scenarioText, row.scenarioDigest) = ("name: a\nsteps:\n\t- b\0", digest)
        row.by = "ops"
        return row
    }
}

extension ScheduleDefinition {
    static var full: ScheduleDefinition {
        var row = ScheduleDefinition()
        (row.id, row.scenarioID, row.scheduleName) = (2, 3, "Daily circuit breaker")
        (row.cronExpression, row.timeZone, row.by) = ("0 3 * * *", "UTC", "ops")
        (row.catchUp, row.targetName, row.environment) = ("skip", "staging-r2", "staging")
        row.variables = [NamedValue("objects", "50"), NamedValue("kind", "hang – 💥")]
        return row
    }
}

extension ScheduleFired {
    static var full: ScheduleFired {
        var event = ScheduleFired()
        (event.scheduleID, event.dueTime) = (2, sampleTime)
        event.runKey = "019a5c00-0000-7000-8000-000000000001"
        event.problem = "testing is switched off"
        return event
    }
}

extension ExcuseDefinition {
    static var full: ExcuseDefinition {
        var row = ExcuseDefinition()
        (row.id, row.scenarioName, row.targetName) = (1, "Backup and Restore", "staging")
        (row.dueTime, row.reason) = (sampleTime, "the data centre moved")
        (row.executor, row.approver, row.by) = ("sre", "chief", "ops")
        return row
    }
}

extension CadenceDefinition {
    static var full: CadenceDefinition {
        var row = CadenceDefinition()
        (row.id, row.scenarioName, row.targetName) = (1, "Failover Mechanism", "staging")
        (row.intervalMs, row.graceMs) = (7 * 86_400_000, 86_400_000)
        (row.reason, row.by) = ("DORA, article 11", "ops")
        return row
    }
}

extension RowChange {
    static var full: RowChange { RowChange(id: 300, by: "ops", reason: "it is over") }
}

extension AlertRaised {
    static var full: AlertRaised {
        var event = AlertRaised()
        (event.id, event.alertType, event.severity) = (1, "dr_test_failed", "high")
        event.serviceName = "dr_testing"
        event.message = "Disaster recovery test failed: \u{1b}[31mComplete R2 Outage"
        event.details = [NamedValue("failure_reason", "it did not open"), NamedValue()]
        event.testID = 123
        return event
    }
}

extension AlertAcknowledged {
    static var full: AlertAcknowledged { AlertAcknowledged(id: 1, by: "sre") }
}

extension DeliveryAttempted {
    static var full: DeliveryAttempted {
        var event = DeliveryAttempted()
        (event.position, event.channel, event.deliveryID) = (300, "on call", "1f-300-on call")
        (event.attempt, event.status, event.nextTime) = (2, 503, sampleTime)
        event.destination = "hooks.example.org (sha256 0123456789ab)"
        event.problem = "the receiver answered 503"
        return event
    }
}

extension ReportGenerated {
    static var full: ReportGenerated {
        var event = ReportGenerated()
        (event.id, event.reportName, event.reportType) = (4, "Week 47", "weekly")
        (event.periodStart, event.periodEnd) = (sampleTime, sampleTime + 7 * 86_400_000_000)
        (event.totalTests, event.passedTests, event.failedTests) = (25, 22, 2)
        // Known to be 0 is not the same as unknown.
        (event.avgRtoMs, event.avgRpoMs, event.successRate) = (145_000, 0, 0)
        event.testSummary = "22 of 25 passed"
        event.recommendations = ["look at the queue", ""]
        event.generatedBy = "nightly"
        event.files = [
            ReportFile(name: "week.html", format: "html", digest: digest, size: 1 << 20),
            ReportFile(),
        ]
        (event.position, event.framework) = (4711, "nist-800-53")
        return event
    }
}

extension RequestAnswered {
    static var full: RequestAnswered {
        var event = RequestAnswered()
        (event.by, event.keyDigest, event.requestDigest) = ("sre", digest, digest)
        (event.status, event.body) = (201, #"{"success":true,"data":{"id":7}}"#)
        return event
    }
}
