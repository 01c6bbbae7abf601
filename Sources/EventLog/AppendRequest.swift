/// One call of `append` on its way to the disk.
final class AppendRequest: Sendable {
    let events: [NewEvent]
    let stream: String
    let expected: ExpectedRevision
    let deadline: ContinuousClock.Instant
    let finish: @Sendable (Result<AppendReceipt, any Error>) -> Void

    init(
        events: [NewEvent], stream: String, expected: ExpectedRevision,
        deadline: ContinuousClock.Instant,
        finish: @escaping @Sendable (Result<AppendReceipt, any Error>) -> Void
    ) {
        (self.events, self.stream, self.expected) = (events, stream, expected)
        (self.deadline, self.finish) = (deadline, finish)
        byteCount = events.reduce(0) { $0 + $1.payload.count + 64 }
    }

    /// About, as they are stored.
    let byteCount: Int
}

/// The appends that wait for the next group, first come, first served.
struct AppendQueue {
    static let maximumEvents = 4096
    static let maximumBytes = 4 << 20
    /// Callers beyond so many are told `busy` at once: something is badly stuck.
    static let maximumRequests = 65_536
    /// Fewer are planned faster than they are handed over.
    static let leastPlannedEvents = 256

    private var requests: [AppendRequest] = []
    /// Those of a group that is planned and not begun.
    private var planned: [AppendRequest] = []
    /// The writer has been told that there is work.
    private var isScheduled = false
    /// Somebody looks at the deadlines every now and then.
    private var isWatched = false

    var isEmpty: Bool { requests.isEmpty && planned.isEmpty }
    var isFull: Bool { requests.count >= Self.maximumRequests }

    /// - Returns: whether the writer has to be woken, and whether the deadlines have to be watched.
    mutating func add(_ request: AppendRequest) -> (writer: Bool, watch: Bool) {
        requests.append(request)
        defer { (isScheduled, isWatched) = (true, true) }
        return (!isScheduled, !isWatched)
    }

    /// What the next commit writes: the group that was planned, or a new one of at most 4,096
    /// events or 4 MB, but at least one request.
    mutating func takeGroup() -> [AppendRequest] {
        defer { planned = [] }
        return planned.isEmpty ? removeGroup() : planned
    }

    /// A group to plan while another one is written, if that is worth it: a small one had better
    /// wait for those that come until then. Its requests can still be withdrawn.
    mutating func planGroup() -> [AppendRequest]? {
        let events = requests.prefix(Self.leastPlannedEvents)
            .reduce(0) { $0 + $1.events.count }
        guard planned.isEmpty, events >= Self.leastPlannedEvents else { return nil }
        planned = removeGroup()
        return planned
    }

    private mutating func removeGroup() -> [AppendRequest] {
        var (events, bytes) = (0, 0)
        let group = requests.prefix { request in
            events += request.events.count
            bytes += request.byteCount
            return events == request.events.count
                || events <= Self.maximumEvents && bytes <= Self.maximumBytes
        }
        requests.removeFirst(group.count)
        return Array(group)
    }

    /// Removes the requests whose deadline has passed.
    mutating func takeExpired(at now: ContinuousClock.Instant) -> [AppendRequest] {
        let expired = (planned + requests).filter { $0.deadline <= now }
        if !expired.isEmpty {
            planned.removeAll { $0.deadline <= now }
            requests.removeAll { $0.deadline <= now }
        }
        return expired
    }

    /// - Returns: whether the deadlines are to be looked at again.
    mutating func continuesWatch() -> Bool {
        isWatched = !isEmpty
        return isWatched
    }

    /// - Returns: whether the writer is to go on; otherwise it rests until woken.
    mutating func continues() -> Bool {
        isScheduled = !isEmpty
        return isScheduled
    }
}
