import DRTesting
import EventLog
import Projections

/// Events about what is kept in rows of tables, and those of the log itself.
extension EventText {
    /// Of events that no test is about.
    static func rowSummary(of event: TestEvent) -> String {
        switch event {
        case .scenarioCreated(let row), .scenarioChanged(let row):
            "\(row.id) \(row.scenarioName), by \(row.by)"
        case .scheduleCreated(let row), .scheduleChanged(let row):
            "\(row.id) \(row.scheduleName): scenario \(row.scenarioID) at "
                + "'\(row.cronExpression)' \(row.timeZone), by \(row.by)"
        case .scheduleFired(let row):
            "\(row.scheduleID), due \(RFC3339.text(row.dueTime)): "
                + (row.problem.isEmpty ? "run \(row.runKey)" : row.problem)
        case .excuseCreated(let row), .excuseChanged(let row):
            "\(row.id) \(row.scenarioName) on \(row.targetName), due "
                + "\(RFC3339.text(row.dueTime)): \(row.reason), approved by \(row.approver)"
        case .cadenceCreated(let row), .cadenceChanged(let row):
            "\(row.id) \(row.scenarioName) on \(row.targetName) every "
                + "\(Duration.milliseconds(Int64(clamping: row.intervalMs)).words), by \(row.by)"
        case .alertRaised(let row):
            "\(row.severity) \(row.alertType), \(row.serviceName): \(row.message)"
        case .alertAcknowledged(let row): "\(row.id), by \(row.by)"
        case .deliverySucceeded(let row):
            "\(row.position) to \(row.channel), \(row.destination), attempt \(row.attempt)"
        case .deliveryFailed(let row):
            "\(row.position) to \(row.channel), \(row.destination), attempt \(row.attempt): "
                + row.problem
        case .reportGenerated(let row):
            "\(row.id) \(row.reportName): \(row.passedTests) of "
                + "\(row.totalTests.counted("test")) passed, by \(row.generatedBy)"
        case .tokenRevoked(let row): "\(row.tokenID), by \(row.by): \(row.reason)"
        case .accessRefused(let row):
            "\(row.subject) (\(row.role)): \(row.method) \(row.path), \(row.reason), "
                + "\(row.count.counted("time"))"
        case .refusalsSummarized(let row):
            row.refusals.map { "\($0.count) \($0.reason)" }.joined(separator: ", ")
        default: changeSummary(of: event)
        }
    }

    private static func changeSummary(of event: TestEvent) -> String {
        switch event {
        case .scenarioDisabled(let change), .scenarioEnabled(let change),
            .scenarioRemoved(let change), .scheduleDisabled(let change),
            .scheduleEnabled(let change), .scheduleRemoved(let change),
            .excuseDisabled(let change), .excuseEnabled(let change), .excuseRemoved(let change),
            .cadenceDisabled(let change), .cadenceEnabled(let change),
            .cadenceRemoved(let change):
            "\(change.id), by \(change.by)" + (change.reason.isEmpty ? "" : ": \(change.reason)")
        default:
            // Better in the words of the file than not at all.
            EventJSON.object(number: event.number, payload: event.payload)
                .map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
    }

    /// - Returns: `nil` for an event that is not the log's own, or is not understood.
    static func logSummary(of record: Record) -> String? {
        let payload = record.payload
        switch record.number {
        case KeyRotated.number:
            return (try? KeyRotated(payload: payload)).map { "by \($0.by): \($0.reason)" }
        case LogReopened.number:
            return (try? LogReopened(payload: payload)).map {
                "after \($0.size.counted("event")), epoch \($0.epoch), by \($0.by): \($0.reason)"
            }
        case RetentionApplied.number:
            return (try? RetentionApplied(payload: payload)).map {
                "logs before \(RFC3339.text($0.logCutOff)), results before "
                    + "\(RFC3339.text($0.resultCutOff)), by \($0.by)"
            }
        case ArchivedSegment.number:
            return (try? ArchivedSegment(payload: payload)).map {
                "positions \($0.first) to \($0.last) in \($0.name), by \($0.by)"
            }
        default: return nil
        }
    }
}
