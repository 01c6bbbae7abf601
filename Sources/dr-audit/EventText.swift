import DRTesting
import EventLog
import Projections

/// An event in one line, for people.
enum EventText {
    static func line(_ event: RecordedEvent) -> String {
        let record = event.record
        let position = String(event.position)
        let padding = String(repeating: " ", count: max(7 - position.count, 0))
        return "\(padding)\(position)  \(RFC3339.text(record.clock))  \(description(of: record))"
    }

    private static func description(of record: Record) -> String {
        if let id = record.createdLogID { return "log_created  log \(id)" }
        if record.isClockBehindLog {
            let gap = Duration.microseconds(
                Int64(clamping: record.recorded) - Int64(clamping: record.clock))
            return "clock_behind_log  the clock had gone back by \(gap.words)"
        }
        if let event = try? TestEvent(number: record.number, payload: record.payload) {
            return "\(event.name)  \(summary(of: event).printable())"
        }
        if let name = EventJSON.name(ofEvent: record.number), let summary = logSummary(of: record) {
            return "\(name)  \(summary.printable())"
        }
        let size = record.payload.count.counted("byte")
        return "event \(record.number)  \(size) that this program does not understand"
    }

    private static func summary(of event: TestEvent) -> String {
        switch event {
        case .runRequested(let event):
            "\(event.scenarioName) on \(event.targetName) (\(event.environment)), by "
                + "\(event.executedBy), seed \(event.seed), \(event.purpose)"
        case .runStarted(let event): "process \(event.process), slot \(event.slot)"
        case .prerequisiteChecked(let event): "\(event.verdict): \(event.name): \(event.observed)"
        case .stepStarted(let event): "\(event.index + 1) \(event.name)"
        case .resultRecorded(let event): summary(of: event)
        case .logRecorded(let event): "\(event.level) \(event.component): \(event.message)"
        case .metricRecorded(let event): summary(of: event)
        case .markRecorded(let event): "\(event.mark) at \(seconds(event.offsetUs))"
        case .faultPlanned(let event):
            "\(event.faultID): \(event.kind) before \(event.endpoint), lease \(event.leaseMs) ms"
        case .faultEffective(let event): "\(event.faultID) at \(seconds(event.offsetUs))"
        case .faultEnded(let event):
            "\(event.faultID) \(event.reason) at \(seconds(event.offsetUs))"
        case .timelineRecorded(let event):
            "\(event.bins.count.counted("bin")) of \(event.binUs / 1000) ms"
        case .noticeReceived(let event):
            "\(event.kind), \(event.incident), at \(seconds(event.offsetUs))"
        case .operationsKept(let event): "the last \(event.operations.count.counted("operation"))"
        case .ledgerCompared(let event): summary(of: event)
        case .phaseSummarized(let event):
            "\(event.phase) the fault: \(event.served) served, \(event.deferred) deferred, "
                + "\(event.refused) refused, \(event.failed + event.indeterminate) failed"
        case .cancelRequested(let event): "by \(event.by): \(event.reason)"
        case .cleanupFinished(let event):
            event.isComplete ? "everything was put back" : "not everything could be put back"
        case .runFinished(let event): summary(of: event)
        case .componentChanged(let event):
            "\(event.component) \(event.from) → \(event.to) at \(seconds(event.offsetUs))"
        case .externalChangePlanned(let event): "\(event.changeID): \(event.description)"
        case .externalChangeUndone(let event):
            "\(event.changeID) \(event.isDone ? "undone" : "not undone") by \(event.by): "
                + event.detail
        default: rowSummary(of: event)
        }
    }

    private static func summary(of event: ResultRecorded) -> String {
        let complaint = event.errorMessage.isEmpty ? "" : ": \(event.errorMessage)"
        let seen = event.observations.map { "\($0.name) \($0.expected): \($0.value)" }
        let evidence = seen.isEmpty ? "" : " [\(seen.joined(separator: "; "))]"
        return "\(event.verdict): \(event.testName)\(complaint)\(evidence)"
    }

    private static func summary(of event: MetricRecorded) -> String {
        let value = event.value.map { "\(ObservedValue.number($0)) \(event.unit)" } ?? "unknown"
        let limit = event.threshold.map { ", at most \(ObservedValue.number($0))" } ?? ""
        return "\(event.name) \(value)\(limit)"
    }

    private static func summary(of event: LedgerCompared) -> String {
        (event.subject.isEmpty ? "" : "\(event.subject): ")
            + "\(event.keys.counted("key")) of "
            + "\(event.acknowledged.counted("acknowledged write")): "
            + "\(event.intact) intact, "
            + "\(event.lost) lost, \(event.stale) stale, \(event.corrupt) corrupt, "
            + "\(event.resurrected) resurrected, \(event.unexpected) unexpected"
    }

    private static func summary(of event: RunFinished) -> String {
        let rto = event.rtoActualMs.map { "RTO \($0) ms" } ?? "RTO unknown"
        let rpo = event.rpoActualMs.map { "RPO \($0) ms" } ?? "RPO unknown"
        let isSaid = event.verdict == .none || "\(event.verdict)" == "\(event.status)"
        let verdict = isSaid ? "" : "\(event.verdict), "
        return "\(event.sentence) (\(verdict)\(rto), \(rpo))"
    }

    private static func seconds(_ offset: UInt64) -> String {
        let milliseconds = offset / 1000
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest) s"
    }
}
