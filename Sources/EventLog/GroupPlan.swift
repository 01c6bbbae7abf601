internal import Dispatch
internal import LMDB
internal import Merkle
internal import Synchronization

/// What one commit adds to the log, decided and encoded before it is written.
///
/// It holds for exactly one state of the log: that with the head `base`. A log only grows, so there
/// is no other state with that head.
struct GroupPlan: Sendable {
    struct Refused: Sendable {
        let request: AppendRequest
        let error: EventLogError
    }

    let base: LogHead
    var head: LogHead
    /// The last event was recorded with the time of an earlier one.
    var endsHeldBack = false
    /// In the order in which they were decided on.
    var requests: [AppendRequest] = []
    var kept: [(request: AppendRequest, receipt: AppendReceipt)] = []
    var refused: [Refused] = []

    /// A byte 0, as it is hashed before each leaf, and a record, one after another.
    var records: [UInt8] = []
    /// Where the records end.
    var ends: [Int] = []
    var appends: [AppendRow] = []
    var streams: [String: StreamHead] = [:]
    var streamCount: UInt64
    var onceIDs: [EventID: UInt64] = [:]
    var chunks: [TreeEdge.Chunk] = []
    var edge: TreeEdge

    /// Whether it is the plan of exactly these requests: of those that it was made for, some may
    /// have been withdrawn, and others may have come in their place.
    func decides(_ requests: [AppendRequest]) -> Bool {
        self.requests.elementsEqual(requests) { $0 === $1 }
    }

    /// What the next group builds on, without what was written.
    var summary: GroupPlan {
        var summary = GroupPlan(base: head, head: head, streamCount: streamCount, edge: edge)
        summary.endsHeldBack = endsHeldBack
        return summary
    }

    /// Position and record of each event. The record is valid only inside `body`.
    func forEachRecord(_ body: (UInt64, RawSpan) throws -> Void) rethrows {
        var start = 0
        var position = base.position
        for end in ends {
            position += 1
            try body(position, records.span.bytes.extracting(start + 1..<end))
            start = end
        }
    }

    /// The leaf hashes of the records.
    var leaves: [MerkleHash] {
        var (leaves, start) = ([MerkleHash](), 0)
        leaves.reserveCapacity(ends.count)
        for end in ends {
            leaves.append(MerkleHash(hashing: records.span.bytes.extracting(start..<end)))
            start = end
        }
        return leaves
    }

    func write(to log: LogFile, in transaction: borrowing WriteTransaction) throws {
        try forEachRecord { position, record in
            try transaction.append(record, for: .integer(position), in: log.events)
        }
        for row in appends { try transaction.put(row.value, for: row.key, in: log.appends) }
        for (name, stream) in streams {
            try transaction.put(stream.stored, for: .name(name), in: log.streams)
        }
        for (id, position) in onceIDs {
            try transaction.put(position.bigEndianBytes, for: .bytes(id.bytes), in: log.once)
        }
        for chunk in chunks { try transaction.put(chunk.bytes, for: chunk.key, in: log.tiles) }
        try log.write(head, in: transaction)
    }
}

/// The group that is being written, and the plan of the one after it.
struct PlansAhead {
    /// `nil` when nothing is being written.
    var written: GroupPlan?
    var next: PlanAhead?

    mutating func take() -> PlanAhead? {
        defer { (written, next) = (nil, nil) }
        return next
    }
}

/// A plan that is being made on another thread.
final class PlanAhead: Sendable {
    private let plan = Mutex<GroupPlan?>(nil)
    private let isDone = DispatchSemaphore(value: 0)

    /// A plan that could not be made is none: the group is planned again where it is written.
    func finish(_ result: Result<GroupPlan, any Error>) {
        if case .success(let made) = result { plan.withLock { $0 = made } }
        isDone.signal()
    }

    func wait() -> GroupPlan? {
        isDone.wait()
        return plan.withLock { $0 }
    }
}
