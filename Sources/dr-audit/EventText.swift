import DRTesting
import EventLog
import Projections

/// An event in one line, for people.
enum EventText {
    static func line(_ event: RecordedEvent) -> String {
        let record = event.record
        let position = String(event.position)
        let padding = String(repeating: " ", count: max(7 - position.count, 0))
        let start = "\(padding)\(position)  \(RFC3339.text(record.clock))  "
        guard let known = try? TestEvent(number: record.number, payload: record.payload) else {
            return start + "event \(record.number), \(record.payload.count) bytes"
        }
        return start + "\(known.name)  \(summary(of: known).printable())"
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
        case .timelineRecorded(let event): "\(event.bins.count) bins of \(event.binUs / 1000) ms"
        case .noticeReceived(let event):
            "\(event.kind), \(event.incident), at \(seconds(event.offsetUs))"
        case .operationsKept(let event): "the last \(event.operations.count) operations"
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
        }
    }

    private static func summary(of event: ResultRecorded) -> String {
        let complaint = event.errorMessage.isEmpty ? "" : ": \(event.errorMessage)"
        let seen = event.observations.map { "\($0.name) \($0.expected): \($0.value)" }
        return "\(event.verdict): \(event.testName)\(complaint) [\(seen.joined(separator: "; "))]"
    }

    private static func summary(of event: MetricRecorded) -> String {
        let value = event.value.map { "\(ObservedValue.number($0)) \(event.unit)" } ?? "unknown"
        let limit = event.threshold.map { ", at most \(ObservedValue.number($0))" } ?? ""
        return "\(event.name) \(value)\(limit)"
    }

    private static func summary(of event: LedgerCompared) -> String {
        "\(event.keys) keys of \(event.acknowledged) acknowledged writes: \(event.intact) intact, "
            + "\(event.lost) lost, \(event.stale) stale, \(event.corrupt) corrupt, "
            + "\(event.resurrected) resurrected, \(event.unexpected) unexpected"
    }

    private static func summary(of event: RunFinished) -> String {
        let rto = event.rtoActualMs.map { "RTO \($0) ms" } ?? "RTO unknown"
        let rpo = event.rpoActualMs.map { "RPO \($0) ms" } ?? "RPO unknown"
        let complaint = event.errorMessage.isEmpty ? "" : ": \(event.errorMessage)"
        return "\(event.status), \(event.verdict), \(event.ending), \(rto), \(rpo)\(complaint)"
    }

    private static func seconds(_ offset: UInt64) -> String {
        let milliseconds = offset / 1000
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest) s"
    }
}
