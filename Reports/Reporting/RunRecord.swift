public import DRTesting
internal import EventLog
public import Projections

/// A run as the log tells it.
public struct RunRecord: Sendable {
    /// The position of its first event.
    public let id: UInt64
    /// When it was asked for, by the clock.
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
    /// Where the comparisons stand in the log, in their order.
    public private(set) var comparisonPositions: [UInt64] = []
    /// Where the checks stand in the log, in the order of `run.results`.
    public private(set) var resultPositions: [UInt64] = []
    public private(set) var notices: [NoticeReceived] = []
    public private(set) var changes: [ComponentChanged] = []
    public private(set) var cleanup: CleanupFinished?
    /// Whether something outside the storage system was changed, or may have been.
    public private(set) var hasOutsideChanges = false
    private var faultCourse = FaultCourse()

    init(first record: TestRecord) {
        (id, requestedAt) = (record.position, record.time)
        apply(record)
    }

    /// Adds an event of its stream.
    mutating func apply(_ record: TestRecord) {
        run.apply(record.event)
        faultCourse.apply(record.event, start: run.started?.time ?? requestedAt)
        switch record.event {
        case .resultRecorded: resultPositions.append(record.position)
        case .externalChangePlanned: hasOutsideChanges = true
        case .metricRecorded(let event): metrics.append(event)
        case .markRecorded(let event): marks.append(event)
        case .timelineRecorded(let event):
            bins += event.bins
            binUs = event.binUs
        case .phaseSummarized(let event): phases.append(event)
        case .ledgerCompared(let event):
            comparisons.append(event)
            comparisonPositions.append(record.position)
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
