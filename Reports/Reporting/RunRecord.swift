public import DRTesting
internal import EventLog
internal import Projections

/// A run as the log tells it.
public struct RunRecord: Sendable {
    /// The position of its first event.
    public let id: UInt64
    /// When it was asked for, by the clock: the period it belongs to.
    public let requestedAt: UInt64
    public private(set) var run = TestRun()
    public private(set) var metrics: [MetricRecorded] = []
    public private(set) var marks: [MarkRecorded] = []
    public private(set) var bins: [TimelineBin] = []
    public private(set) var binUs: UInt64 = 0
    public private(set) var phases: [PhaseSummarized] = []
    public private(set) var fault: FaultPlanned?
    public private(set) var faultStartUs: UInt64?
    public private(set) var faultEndUs: UInt64?
    public private(set) var ledger: LedgerCompared?
    public private(set) var notices: [NoticeReceived] = []
    public private(set) var changes: [ComponentChanged] = []
    public private(set) var cleanup: CleanupFinished?

    init(first record: TestRecord) {
        (id, requestedAt) = (record.position, record.time)
        apply(record.event)
    }

    mutating func apply(_ event: TestEvent) {
        run.apply(event)
        switch event {
        case .metricRecorded(let event): metrics.append(event)
        case .markRecorded(let event): marks.append(event)
        case .timelineRecorded(let event):
            bins += event.bins
            binUs = event.binUs
        case .phaseSummarized(let event): phases.append(event)
        case .faultPlanned(let event): fault = fault ?? event
        case .faultEffective(let event): faultStartUs = faultStartUs ?? event.offsetUs
        case .faultEnded(let event): faultEndUs = event.offsetUs
        case .ledgerCompared(let event): ledger = event
        case .noticeReceived(let event): notices.append(event)
        case .componentChanged(let event): changes.append(event)
        case .cleanupFinished(let event): cleanup = event
        default: break
        }
    }

    public var requested: RunRequested { run.requested ?? RunRequested() }

    public func metric(_ name: String) -> MetricRecorded? { metrics.first { $0.name == name } }

    public func mark(_ name: String) -> MarkRecorded? { marks.first { $0.mark == name } }
}
