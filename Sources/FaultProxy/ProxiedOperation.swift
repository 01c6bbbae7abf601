/// One request that reached the proxy, and what became of it.
///
/// A status and no fault: it passed as if there were no proxy. No status and a fault: that kept it
/// from being answered in full by the storage. Both: the answer came and was lost, late, slow or
/// corrupt. Neither: the proxy would not forward it, the storage could not be reached, broke off,
/// or the client had gone before it answered.
///
/// What a client sends is cut to sane lengths, and of its metadata only so much is kept.
public struct ProxiedOperation: Sendable {
    /// Counted over all requests, from 1.
    public let sequence: Int
    public let method: String
    public let bucket: String
    /// Percent-encoded, as sent. Empty for requests about the bucket.
    public let key: String
    /// Who sent it: the value of the `User-Agent` header.
    public let agent: String
    /// The values of the headers named `x-amz-meta-…`, without that prefix.
    public let metadata: [String: String]
    public let received: ContinuousClock.Instant
    /// What it asks of the storage.
    public internal(set) var s3Operation = S3Operation.other
    /// The same for all requests of one call: the value of `amz-sdk-invocation-id`, if sent.
    public internal(set) var invocation: String?
    /// What struck it; `nil` if nothing did.
    public internal(set) var fault: Fault.Kind?
    /// What the storage answered, once its answer had passed whole; `nil` if it was not asked, or
    /// that did not come to pass. What the proxy answers by itself is not the storage's.
    public internal(set) var status: Int?
    /// When the storage's answer had passed, the proxy had answered by itself, or the connection
    /// was gone; `nil` until then.
    public internal(set) var finished: ContinuousClock.Instant?
}

/// What the proxy has seen.
public struct ProxyCounts: Equatable, Sendable {
    public var connections = 0
    public var requests = 0
    /// Handed to the storage.
    public var forwarded = 0
    /// Whole answers of the storage, those included whose client was then reset by a fault.
    public var answered = 0
    /// Struck by a fault.
    public var faulted = 0
    public var requestsByMethod: [String: Int] = [:]

    public init() {}
}
