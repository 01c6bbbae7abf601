public import S3

/// Why a call failed, as far as trying again is concerned.
public enum FailureClass: String, CaseIterable, Sendable {
    /// The storage asks for less: 503, 429 or `SlowDown`.
    case throttled
    /// Any other answer of 500 and above.
    case serverFault = "server fault"
    /// No connection was made, or it broke before the answer was complete.
    case connection
    /// No answer in time, or one that says nothing. Whether the call took effect is unknown: it
    /// may be made again only because a put and a delete of the same do no harm twice.
    case timeOut = "time-out"

    /// - Returns: `nil` for a failure that no repetition mends: that of the request, or of its
    ///   caller.
    public init?(_ error: S3Error) {
        switch error.code {
        case .cancelled: return nil
        case .slowDown, .serviceUnavailable: self = .throttled
        case .connectFailed, .connectionLost: self = .connection
        case .timedOut, .badResponse: self = .timeOut
        case _ where error.status == 429 || error.status == 503: self = .throttled
        case .internalError: self = .serverFault
        default:
            guard let status = error.status, status >= 500 else { return nil }
            self = .serverFault
        }
    }
}
