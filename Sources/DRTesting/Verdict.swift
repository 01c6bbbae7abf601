/// How a check ended. The worst of several wins: failed, then inconclusive, then passed.
public enum Verdict: UInt64, Comparable, Sendable, CaseIterable, CustomStringConvertible {
    /// It was observed as expected.
    case passed = 1
    /// It was not observed either way, or the check itself broke. Never a pass.
    case inconclusive = 2
    /// It was observed to be otherwise.
    case failed = 3
    /// Not judged, as in a run that was cancelled. The value of a field that is not there.
    case none = 0

    public static func < (left: Verdict, right: Verdict) -> Bool { left.rawValue < right.rawValue }

    /// `true`, `false`, or `nil` if neither was observed.
    public var passed: Bool? {
        switch self {
        case .passed: true
        case .failed: false
        case .inconclusive, .none: nil
        }
    }

    public var description: String {
        switch self {
        case .passed: "passed"
        case .inconclusive: "inconclusive"
        case .failed: "failed"
        case .none: "none"
        }
    }
}

/// Where a run is in its life.
public enum RunStatus: UInt64, Sendable, CustomStringConvertible {
    case pending = 0
    case running = 1
    /// Finished, and every check passed.
    case completed = 2
    /// Finished, and some check failed or was inconclusive.
    case failed = 3
    case cancelled = 4

    public var description: String {
        switch self {
        case .pending: "pending"
        case .running: "running"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }
}

/// Why a run came to its end.
public enum RunEnding: UInt64, Sendable, CustomStringConvertible {
    /// All steps were taken, or a prerequisite was not met.
    case finished = 0
    case cancelled = 1
    case timedOut = 2
    /// An `abort_when` expectation came true.
    case aborted = 3
    /// The runner died; whoever found that closed the run.
    case lost = 4

    public var description: String {
        switch self {
        case .finished: "finished"
        case .cancelled: "cancelled"
        case .timedOut: "timed out"
        case .aborted: "aborted"
        case .lost: "runner lost"
        }
    }
}
