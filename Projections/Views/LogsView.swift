internal import DRTesting
public import EventLog
internal import Wire

/// `test_logs`: what happened in a run, in words.
public enum LogsView: ReadModel {
    public static let name = "test_logs"
    public static let version: UInt8 = 3

    private static let events: [TestEvent] = [
        .runRequested(.init()), .prerequisiteChecked(.init()), .stepStarted(.init()),
        .resultRecorded(.init()), .faultEffective(.init()), .faultEnded(.init()),
        .cancelRequested(.init()), .cleanupFinished(.init()), .runFinished(.init()),
        .logRecorded(.init()),
    ]
    private static let numbers = Set(events.map(\.number))

    public static func reads(_ number: Int) -> Bool { numbers.contains(number) }

    /// A row before it has an id.
    struct Entry {
        var time: UInt64
        var type: String
        var component: String
        var message: String
        var level = "info"
        var metadata: [NamedValue] = []
    }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        guard let test = try rows.test(of: record), let entry = entry(for: record) else { return }
        try rows.add(to: test, record) { id, row in
            row.member("id", id)
            row.member("test_id", test)
            row.member("timestamp", time: entry.time)
            row.member("event_type", entry.type)
            row.member("component", entry.component)
            row.member("message", entry.message)
            row.member("level", entry.level)
            row.object("metadata", entry.metadata)
        }
    }

    public static func apply(_ retention: RetentionApplied, to rows: inout RowTable) throws {
        try rows.dropRows(recordedBefore: retention.logCutOff)
    }

    static func entry(for record: TestRecord) -> Entry? {
        let time = record.time
        switch record.event {
        case .runRequested(let event):
            return Entry(
                time: time, type: "start", component: "runner",
                message: "\(event.scenarioName) on \(event.targetName), by \(event.executedBy)")
        case .prerequisiteChecked(let event):
            return Entry(
                time: time, type: event.verdict == .passed ? "success" : "error",
                component: "prerequisites", message: "\(event.name): \(event.observed)",
                level: event.verdict == .passed ? "info" : "error")
        case .stepStarted(let event):
            return Entry(
                time: time, type: "step", component: event.component,
                message: "step \(event.index + 1): \(event.name)")
        case .resultRecorded(let event): return entry(for: event, time: time)
        case .faultEffective(let event):
            return Entry(
                time: event.time, type: "info", component: "fault_proxy",
                message: "fault \(event.faultID) is effective")
        case .faultEnded(let event):
            return Entry(
                time: event.time, type: "info", component: "fault_proxy",
                message: "fault \(event.faultID) has ended: \(event.reason)")
        case .cancelRequested(let event):
            return Entry(
                time: time, type: "warning", component: "runner",
                message: "\(event.by) asked to cancel: \(event.reason)", level: "warn")
        case .cleanupFinished(let event): return entry(for: event, time: time)
        case .runFinished(let event): return entry(for: event)
        case .logRecorded(let event):
            return Entry(
                time: event.time, type: event.eventType, component: event.component,
                message: event.message, level: event.level, metadata: event.metadata)
        default: return nil
        }
    }

    private static func entry(for event: ResultRecorded, time: UInt64) -> Entry {
        let complaint = event.errorMessage.isEmpty ? "" : ": \(event.errorMessage)"
        let level =
            switch event.verdict {
            case .passed: "info"
            case .inconclusive, .none: "warn"
            case .failed: "error"
            }
        let type = level == "info" ? "success" : level == "warn" ? "warning" : "error"
        return Entry(
            time: time, type: type, component: event.component,
            message: "\(event.testName) \(event.verdict)\(complaint)", level: level)
    }

    private static func entry(for event: CleanupFinished, time: UInt64) -> Entry {
        let open = event.actions.filter { !$0.isDone }.map { "\($0.name): \($0.detail)" }
        return Entry(
            time: time, type: event.isComplete ? "success" : "error", component: "cleanup",
            message: event.isComplete ? "everything was put back" : open.joined(separator: "; "),
            level: event.isComplete ? "info" : "error")
    }

    private static func entry(for event: RunFinished) -> Entry {
        let (type, level) =
            switch event.status {
            case .completed: ("success", "info")
            // Called off, which is not the fault of anything.
            case .cancelled: ("warning", "warn")
            default: ("error", "error")
            }
        return Entry(
            time: event.time, type: type, component: "runner", message: event.sentence,
            level: level)
    }
}
