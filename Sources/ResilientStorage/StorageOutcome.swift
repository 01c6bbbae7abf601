public import S3

/// How an operation ended for the user, one of five ways, and when.
public enum StorageOutcome<Value: Sendable>: Sendable {
    /// The storage did it.
    case served(Value, at: ContinuousClock.Instant)
    /// Taken into the durable queue: acknowledged, and answered from there until the storage has
    /// it.
    case deferred(Value, at: ContinuousClock.Instant)
    /// Clearly refused: nothing was done and nothing will be.
    case refused(String, at: ContinuousClock.Instant)
    /// The storage said no.
    case failed(S3Error)
    /// Nobody knows whether it was done.
    case indeterminate(S3Error)

    public var instant: ContinuousClock.Instant {
        switch self {
        case .served(_, let instant), .deferred(_, let instant), .refused(_, let instant): instant
        case .failed(let error), .indeterminate(let error): error.finished
        }
    }

    public var value: Value? {
        switch self {
        case .served(let value, _), .deferred(let value, _): value
        default: nil
        }
    }
}
