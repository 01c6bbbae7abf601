internal import LMDB
internal import Merkle
internal import Wire

/// Checks the requests of one group and encodes their events.
///
/// A request that is refused adds nothing, and the others go on without it. Every request sees what
/// those before it add, in this group and in the one that is being written meanwhile.
struct GroupPlanner {
    private let log: LogFile
    private let now: UInt64
    /// The group before, which may not be in the log yet.
    private let previous: GroupPlan?
    private(set) var plan: GroupPlan
    /// The plan without the log's own note, until an event follows that.
    private var withoutNote: GroupPlan?
    private var writer = WireWriter()

    /// Plans on top of what a transaction shows.
    init(
        log: LogFile, head: LogHead, edge: TreeEdge, streamCount: UInt64, endsHeldBack: Bool,
        now: UInt64
    ) {
        (self.log, self.now, previous) = (log, now, nil)
        plan = GroupPlan(base: head, head: head, streamCount: streamCount, edge: edge)
        plan.endsHeldBack = endsHeldBack
    }

    /// Plans on top of a group that is being written.
    init(log: LogFile, after previous: GroupPlan, now: UInt64) {
        (self.log, self.now, self.previous) = (log, now, previous)
        plan = GroupPlan(
            base: previous.head, head: previous.head, streamCount: previous.streamCount,
            edge: previous.edge)
        plan.endsHeldBack = previous.endsHeldBack
    }

    /// Decides on a request.
    ///
    /// - Throws: `EventLogError(.damaged)` or `LMDBError` if the whole group has to be given up;
    ///   `Undecided`.
    mutating func add(
        _ request: AppendRequest, in transaction: borrowing some Transaction & ~Copyable
    ) throws {
        plan.requests.append(request)
        do {
            plan.kept.append((request, try append(request, in: transaction)))
        } catch let refusal as EventLogError where refusal.code != .damaged {
            plan.refused.append(.init(request: request, error: refusal))
        }
    }

    /// The plan, with the hashes of its records.
    consuming func finished() -> GroupPlan {
        if var bare = withoutNote {
            // Refusals and retries add nothing that would have to be explained.
            (bare.requests, bare.kept, bare.refused) = (plan.requests, plan.kept, plan.refused)
            return bare
        }
        plan.records = writer.bytes
        plan.chunks = plan.edge.append(plan.leaves)
        return plan
    }

    private mutating func append(
        _ request: AppendRequest, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> AppendReceipt {
        let stream = try stream(request.stream, in: transaction)
        let revision = stream?.revision ?? 0
        if let earlier = try earlierReceipt(of: request, stream: stream, in: transaction) {
            return earlier
        }
        try checkExpectation(of: request, revision: revision)
        try checkOnce(request, in: transaction)
        return try encode(
            request, stream: stream?.number ?? plan.streamCount + 1, revision: revision)
    }

    private func stream(
        _ name: String, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> StreamHead? {
        try plan.streams[name] ?? previous?.streams[name] ?? log.stream(name, in: transaction)
    }

    // MARK: Refusals

    private func checkExpectation(
        of request: AppendRequest, revision: UInt64
    ) throws(EventLogError) {
        let isMet =
            switch request.expected {
            case .any: true
            case .noStream: revision == 0
            case .exactly(let expected): revision == expected
            }
        if !isMet {
            throw EventLogError(
                .wrongRevision(actual: revision),
                "\(request.stream) has \(revision) events, not as expected")
        }
    }

    private func checkOnce(
        _ request: AppendRequest, in transaction: borrowing some Transaction & ~Copyable
    ) throws {
        var ids: Set<EventID> = []
        for event in request.events where event.isOnce {
            if !ids.insert(event.id).inserted {
                throw EventLogError(
                    .idTaken(position: plan.head.position + UInt64(ids.count)),
                    "id \(event.id) stands twice in one append, but must be unique")
            }
            if let position = try position(ofOnce: event.id, in: transaction) {
                throw EventLogError(
                    .idTaken(position: position),
                    "id \(event.id) is at position \(position) already")
            }
        }
    }

    private func position(
        ofOnce id: EventID, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> UInt64? {
        if let position = plan.onceIDs[id] ?? previous?.onceIDs[id] { return position }
        return try transaction.value(for: .bytes(id.bytes), in: log.once)
            .map { UInt64(bigEndianBytes: $0) }
    }

    // MARK: Retries

    /// It may be the retry of an append that is being written: only a log that has it can tell.
    struct Undecided: Error {}

    /// The first receipt, if this append is a retry of one that is there.
    private func earlierReceipt(
        of request: AppendRequest, stream: StreamHead?,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> AppendReceipt? {
        let expected: UInt64
        switch request.expected {
        case .any: return nil
        case .noStream: expected = 0
        case .exactly(let revision): expected = revision
        }
        guard let stream, expected < stream.revision else { return nil }
        if previous?.streams[request.stream] != nil { throw Undecided() }
        var positions: [UInt64] = []
        for (offset, event) in request.events.enumerated() {
            let revision = expected + UInt64(offset) + 1
            guard revision <= stream.revision else { break }
            let found = try eventID(ofRevision: revision, in: stream, transaction)
            if let found, found.id == event.id { positions.append(found.position) }
        }
        guard let first = positions.first else { return nil }
        // One append stands together: ids found in several places are several appends.
        let isWhole =
            positions.count == request.events.count
            && positions.enumerated().allSatisfy { first + UInt64($0) == $1 }
        guard isWhole else {
            throw EventLogError(
                .partlyAppended,
                "only \(positions.count) of the \(request.events.count) events are in "
                    + "\(request.stream): the append is not the retry of one append")
        }
        return AppendReceipt(
            firstPosition: first, firstRevision: expected + 1, count: positions.count)
    }

    private func eventID(
        ofRevision revision: UInt64, in stream: StreamHead,
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws -> (position: UInt64, id: EventID)? {
        let planned = plan.appends.first {
            $0.stream == stream.number && $0.revisions.contains(revision)
        }
        if let planned {
            let position = planned.firstPosition + revision - planned.firstRevision
            return (position, try plannedID(at: position))
        }
        let position = try log.position(
            ofRevision: revision, inStream: stream.number, in: transaction)
        return try position.map { ($0, try log.record(at: $0, in: transaction).id) }
    }

    private func plannedID(at position: UInt64) throws -> EventID {
        let index = Int(position - plan.base.position) - 1
        let start = index == 0 ? 0 : plan.ends[index - 1]
        let record = writer.bytes.span.bytes.extracting(start + 1..<plan.ends[index])
        return try LogFile.decode(record, at: position).id
    }

    // MARK: Encoding

    private mutating func encode(
        _ request: AppendRequest, stream: UInt64, revision: UInt64
    ) throws(EventLogError) -> AppendReceipt {
        let time = max(now, plan.head.recorded)
        let start = writer.bytes.count
        var ends: [Int] = []
        ends.reserveCapacity(request.events.count)
        for (offset, event) in request.events.enumerated() {
            let record = Record(
                event: event, recorded: time, clock: now, stream: stream,
                revision: revision + UInt64(offset) + 1, streamName: request.stream,
                following: UInt64(request.events.count - offset - 1))
            let before = writer.bytes.count
            writer.append(0)
            record.write(to: &writer)
            let size = writer.bytes.count - before - 1
            if size > Record.maximumSize {
                writer.removeLast(writer.bytes.count - start)
                throw EventLogError(
                    .tooLarge, "an event has \(size) bytes; the most is \(Record.maximumSize)")
            }
            ends.append(writer.bytes.count)
        }
        return keep(request, stream: stream, revision: revision, ends: ends, recorded: time)
    }

    private mutating func keep(
        _ request: AppendRequest, stream: UInt64, revision: UInt64, ends: [Int], recorded: UInt64
    ) -> AppendReceipt {
        let receipt = AppendReceipt(
            firstPosition: plan.head.position + 1, firstRevision: revision + 1, count: ends.count)
        withoutNote = nil
        plan.ends += ends
        plan.head = LogHead(position: receipt.lastPosition, recorded: recorded)
        plan.endsHeldBack = Record.isHeldBack(recorded, clock: now)
        plan.streamCount = max(plan.streamCount, stream)
        plan.appends.append(
            AppendRow(
                stream: stream, firstRevision: receipt.firstRevision,
                firstPosition: receipt.firstPosition, count: UInt64(receipt.count)))
        plan.streams[request.stream] = StreamHead(
            number: stream, revision: receipt.lastRevision, position: receipt.lastPosition)
        for (offset, event) in request.events.enumerated() where event.isOnce {
            plan.onceIDs[event.id] = receipt.firstPosition + UInt64(offset)
        }
        return receipt
    }
}

extension LogFile {
    /// A planner for what comes after `head`, with all that it has to know read from the log.
    func planner(
        at head: LogHead, now: UInt64, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> GroupPlanner {
        try GroupPlanner(
            log: self, head: head,
            edge: TreeEdge(ofSize: head.position, of: self, in: transaction),
            streamCount: UInt64(transaction.count(of: streams)),
            endsHeldBack: record(at: head.position, in: transaction).isHeldBack, now: now)
    }
}

extension GroupPlanner {
    /// Adds one of the log's own events to its own stream.
    mutating func add(
        _ event: NewEvent, in transaction: borrowing some Transaction & ~Copyable
    ) throws {
        let request = AppendRequest(
            events: [event], stream: LogEvent.streamName, expected: .any, deadline: .now,
            finish: { _ in })
        _ = try append(request, in: transaction)
    }

    /// Before the first event whose time is held back by more than a second, says so.
    mutating func noteClockBehindLog(
        _ clock: UInt64, in transaction: borrowing some Transaction & ~Copyable
    ) throws {
        let head = plan.head
        guard head.position > 0, !plan.endsHeldBack, Record.isHeldBack(head.recorded, clock: clock)
        else { return }
        var generator = SystemRandomNumberGenerator()
        let event = NewEvent(
            id: EventID(time: clock, using: &generator), number: LogEvent.clockBehindLog,
            payload: LogEvent.clockBehindLog(clock: clock, recorded: head.recorded))
        let before = plan
        try add(event, in: transaction)
        withoutNote = before
    }
}
