public import Wire

/// Everything that is recorded about tests, and its field number in `Record`.
public enum TestEvent: Equatable, Sendable {
    case runRequested(RunRequested)
    case runStarted(RunStarted)
    case prerequisiteChecked(PrerequisiteChecked)
    case stepStarted(StepStarted)
    case resultRecorded(ResultRecorded)
    case logRecorded(LogRecorded)
    case metricRecorded(MetricRecorded)
    case markRecorded(MarkRecorded)
    case faultPlanned(FaultPlanned)
    case faultEffective(FaultEffective)
    case faultEnded(FaultEnded)
    case timelineRecorded(TimelineRecorded)
    case noticeReceived(NoticeReceived)
    case operationsKept(OperationsKept)
    case ledgerCompared(LedgerCompared)
    case phaseSummarized(PhaseSummarized)
    case cancelRequested(CancelRequested)
    case cleanupFinished(CleanupFinished)
    case runFinished(RunFinished)
    case componentChanged(ComponentChanged)
    case externalChangePlanned(ExternalChangePlanned)
    case externalChangeUndone(ExternalChangeUndone)

    /// - Returns: `nil` for an event of a newer program, which readers pass over.
    /// - Throws: if the bytes are not such an event.
    public init?(number: Int, payload: [UInt8]) throws(WireError) {
        let reader = WireReader(payload)
        switch number {
        case 20: self = .runRequested(try RunRequested(from: reader))
        case 21: self = .runStarted(try RunStarted(from: reader))
        case 22: self = .prerequisiteChecked(try PrerequisiteChecked(from: reader))
        case 23: self = .stepStarted(try StepStarted(from: reader))
        case 24: self = .resultRecorded(try ResultRecorded(from: reader))
        case 25: self = .logRecorded(try LogRecorded(from: reader))
        case 26: self = .metricRecorded(try MetricRecorded(from: reader))
        case 27: self = .markRecorded(try MarkRecorded(from: reader))
        case 28: self = .faultPlanned(try FaultPlanned(from: reader))
        case 29: self = .faultEffective(try FaultEffective(from: reader))
        case 30: self = .faultEnded(try FaultEnded(from: reader))
        case 31: self = .timelineRecorded(try TimelineRecorded(from: reader))
        case 32: self = .noticeReceived(try NoticeReceived(from: reader))
        case 33: self = .operationsKept(try OperationsKept(from: reader))
        case 34: self = .ledgerCompared(try LedgerCompared(from: reader))
        case 35: self = .phaseSummarized(try PhaseSummarized(from: reader))
        case 36: self = .cancelRequested(try CancelRequested(from: reader))
        case 37: self = .cleanupFinished(try CleanupFinished(from: reader))
        case 38: self = .runFinished(try RunFinished(from: reader))
        case 39: self = .componentChanged(try ComponentChanged(from: reader))
        case 40: self = .externalChangePlanned(try ExternalChangePlanned(from: reader))
        case 41: self = .externalChangeUndone(try ExternalChangeUndone(from: reader))
        default: return nil
        }
    }

    /// The field number in `Record`.
    public var number: Int { described.number }

    /// The name of the field in `events.proto`.
    public var name: String { described.name }

    public var message: any WireMessage { described.message }

    private var described: (number: Int, name: String, message: any WireMessage) {
        switch self {
        case .runRequested(let event): (20, "run_requested", event)
        case .runStarted(let event): (21, "run_started", event)
        case .prerequisiteChecked(let event): (22, "prerequisite_checked", event)
        case .stepStarted(let event): (23, "step_started", event)
        case .resultRecorded(let event): (24, "result_recorded", event)
        case .logRecorded(let event): (25, "log_recorded", event)
        case .metricRecorded(let event): (26, "metric_recorded", event)
        case .markRecorded(let event): (27, "mark_recorded", event)
        case .faultPlanned(let event): (28, "fault_planned", event)
        case .faultEffective(let event): (29, "fault_effective", event)
        case .faultEnded(let event): (30, "fault_ended", event)
        case .timelineRecorded(let event): (31, "timeline_recorded", event)
        case .noticeReceived(let event): (32, "notice_received", event)
        case .operationsKept(let event): (33, "operations_kept", event)
        case .ledgerCompared(let event): (34, "ledger_compared", event)
        case .phaseSummarized(let event): (35, "phase_summarized", event)
        case .cancelRequested(let event): (36, "cancel_requested", event)
        case .cleanupFinished(let event): (37, "cleanup_finished", event)
        case .runFinished(let event): (38, "run_finished", event)
        case .componentChanged(let event): (39, "component_changed", event)
        case .externalChangePlanned(let event): (40, "external_change_planned", event)
        case .externalChangeUndone(let event): (41, "external_change_undone", event)
        }
    }

    public var payload: [UInt8] { message.encoded }
}
