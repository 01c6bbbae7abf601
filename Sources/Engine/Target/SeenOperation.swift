internal import FaultProxy

/// A request as a proxy saw it, whether that runs in this process or not.
struct SeenOperation: Sendable {
    let method: String
    /// Percent-encoded, as sent. Empty for requests about the bucket.
    let key: String
    /// The value of `User-Agent`.
    let agent: String
    /// The values of the headers named `x-amz-meta-…`, without that prefix.
    let metadata: [String: String]
    let invocation: String?
    let received: ContinuousClock.Instant
    let finished: ContinuousClock.Instant
    /// A fault struck it.
    let isStruck: Bool
    /// The storage answered, and its client did not get that, or not whole.
    let isAnswerLost: Bool
    /// Its client lost the connection; if the storage got it, then long after.
    let isLate: Bool
    /// Its client was given an earlier answer of the storage, which was not asked.
    let isStale: Bool
    /// What the storage answered; `nil` if it did not.
    let status: Int?

    init(_ operation: ProxiedOperation) {
        (method, key, agent) = (operation.method, operation.key, operation.agent)
        (metadata, invocation) = (operation.metadata, operation.invocation)
        received = operation.received
        finished = operation.finished ?? operation.received
        isStruck = operation.fault != nil
        isAnswerLost =
            switch operation.fault {
            case .resetAfterAnswer, .truncate, .lateDelivery: true
            default: false
            }
        if case .lateDelivery = operation.fault { isLate = true } else { isLate = false }
        if case .staleRead = operation.fault { isStale = true } else { isStale = false }
        status = operation.status
    }
}
