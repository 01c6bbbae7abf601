public import DRTesting

/// What a run tells whoever watches it.
public enum RunProgress: Sendable {
    /// It is recorded; `id` is the id of the test.
    case recorded(id: UInt64, scenario: Scenario, target: String)
    case prerequisite(PrerequisiteChecked)
    /// The load runs; the first step follows when it has been steady for long enough.
    case steadying
    case stepBegan(Int)
    /// Several times a second while something is being waited for.
    case waiting(RunTick)
    case stepEnded(Int, ResultRecorded)
    /// Something that whoever runs it should know.
    case warning(String)
    case cleaningUp
    case ended(RunReport)
}

/// A look at a run under way.
public struct RunTick: Sendable {
    public let elapsed: Duration
    /// What is being waited for, in words.
    public let waitingFor: String
    /// When the first bin begins, since the start of the run.
    public let start: Duration
    /// Operations in bins of half a second, the last one complete.
    public let bins: [TimelineBin]
    /// When each fault was in force, in time since the start. Several may be at once.
    public let faults: [Range<Duration>]
}

/// How a run ended.
public struct RunReport: Sendable {
    /// The id of the test: the position of its first event.
    public let id: UInt64
    public let run: TestRun
    public let metrics: [MetricRecorded]
    /// The size of the log that was signed at the end, and why there is no copy outside, if so.
    public let checkpointSize: UInt64?
    public let checkpointProblem: String?

    public var finished: RunFinished { run.finished ?? RunFinished() }
}

/// Why a run is to stop before its end.
public enum StopReason: Sendable, Equatable {
    case cancelled(by: String)
    case signal(Int32)
    case timedOut
    case aborted(String)
}
