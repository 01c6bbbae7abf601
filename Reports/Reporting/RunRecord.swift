public import DRTesting
internal import EventLog
public import Projections

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
    /// In the order in which they were made: of a site that took over or a storage that was
    /// restored, and at the end of the run.
    public private(set) var comparisons: [LedgerCompared] = []
    public private(set) var notices: [NoticeReceived] = []
    public private(set) var changes: [ComponentChanged] = []
    public private(set) var cleanup: CleanupFinished?
    private var faultCourse = FaultCourse()

    init(first record: TestRecord) {
        (id, requestedAt) = (record.position, record.time)
        apply(record.event)
    }

    mutating func apply(_ event: TestEvent) {
        run.apply(event)
        faultCourse.apply(event, start: run.started?.time ?? requestedAt)
        switch event {
        case .metricRecorded(let event): metrics.append(event)
        case .markRecorded(let event): marks.append(event)
        case .timelineRecorded(let event):
            bins += event.bins
            binUs = event.binUs
        case .phaseSummarized(let event): phases.append(event)
        case .ledgerCompared(let event): comparisons.append(event)
        case .noticeReceived(let event): notices.append(event)
        case .componentChanged(let event): changes.append(event)
        case .cleanupFinished(let event): cleanup = event
        default: break
        }
    }

    /// Not a proof, and not chaos.
    public var isDrill: Bool { requested.purpose == "drill" }

    public var requested: RunRequested { run.requested ?? RunRequested() }

    /// In the order of their plans. Several may have been in force at once.
    public var faults: [FaultWindow] { faultCourse.windows }

    public var objectives: [ObjectiveOutcome] { ObjectiveOutcome.all(of: run, metrics: metrics) }

    public func metric(_ name: String) -> MetricRecorded? { metrics.first { $0.name == name } }

    public func mark(_ name: String) -> MarkRecorded? { marks.first { $0.mark == name } }
}
