internal import LMDB
internal import Merkle
internal import Wire

/// Checks and writes the requests of one group inside one write transaction.
///
/// A request that is refused has written nothing, and the others go on without it. Every request
/// sees what those before it in the group wrote.
struct GroupWriter {
    let log: LogFile
    private let now: UInt64
    private var position: UInt64
    private var recorded: UInt64
    private var leaves: [MerkleHash] = []

    init(log: LogFile, head: LogHead, now: UInt64) {
        self.log = log
        self.now = now
        self.position = head.position
        self.recorded = head.recorded
    }

    var head: LogHead { LogHead(position: position, recorded: recorded) }
    var newLeaves: [MerkleHash] { leaves }

    /// - Throws: `EventLogError` for a refusal; `LMDBError` if the whole group has to be given up.
    mutating func append(
        _ request: AppendRequest, in transaction: borrowing WriteTransaction
    ) throws -> AppendReceipt {
        let stream = try log.stream(request.stream, in: transaction)
        let revision = stream?.revision ?? 0
        if let earlier = try earlierReceipt(of: request, stream: stream, in: transaction) {
            return earlier
        }
        try checkExpectation(of: request, revision: revision)
        var ids: Set<EventID> = []
        for event in request.events where event.isOnce {
            if !ids.insert(event.id).inserted {
                throw EventLogError(
                    .idTaken(position: position + UInt64(ids.count)),
                    "id \(event.id) stands twice in one append, but must be unique")
            }
            if let taken = try transaction.value(for: .bytes(event.id.bytes), in: log.once) {
                let position = UInt64(bigEndianBytes: taken)
                throw EventLogError(
                    .idTaken(position: position),
                    "id \(event.id) is at position \(position) already")
            }
        }
        let number = try stream?.number ?? UInt64(transaction.count(of: log.streams)) + 1
        let records = try encode(request, stream: number, revision: revision)
        return try write(records, of: request, stream: number, revision: revision, in: transaction)
    }

    /// The first receipt, if this append is a retry of one that is there.
    private func earlierReceipt(
        of request: AppendRequest, stream: StreamHead?, in transaction: borrowing WriteTransaction
    ) throws -> AppendReceipt? {
        let expected: UInt64
        switch request.expected {
        case .any: return nil
        case .noStream: expected = 0
        case .exactly(let revision): expected = revision
        }
        guard let stream, expected < stream.revision, !request.events.isEmpty else { return nil }
        var positions: [UInt64] = []
        for (offset, event) in request.events.enumerated() {
            let revision = expected + UInt64(offset) + 1
            guard revision <= stream.revision,
                let position = try log.position(
                    ofRevision: revision, inStream: stream.number, in: transaction)
            else { break }
            if try log.record(at: position, in: transaction).id == event.id {
                positions.append(position)
            }
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

    private func encode(
        _ request: AppendRequest, stream: UInt64, revision: UInt64
    ) throws(EventLogError) -> [[UInt8]] {
        let time = max(now, recorded)
        var records: [[UInt8]] = []
        for (offset, event) in request.events.enumerated() {
            let record = Record(
                event: event, recorded: time, clock: now, stream: stream,
                revision: revision + UInt64(offset) + 1, streamName: request.stream,
                following: UInt64(request.events.count - offset - 1))
            records.append(record.encoded)
            if records[offset].count > Record.maximumSize {
                throw EventLogError(
                    .tooLarge, "an event has \(records[offset].count) bytes; the most is 65536")
            }
        }
        return records
    }

    private mutating func write(
        _ records: [[UInt8]], of request: AppendRequest, stream: UInt64, revision: UInt64,
        in transaction: borrowing WriteTransaction
    ) throws -> AppendReceipt {
        let receipt = AppendReceipt(
            firstPosition: position + 1, firstRevision: revision + 1, count: records.count)
        for (offset, record) in records.enumerated() {
            position += 1
            try transaction.append(record, for: .integer(position), in: log.events)
            leaves.append(.leaf(record))
            let event = request.events[offset]
            guard event.isOnce else { continue }
            try transaction.put(position.bigEndianBytes, for: .bytes(event.id.bytes), in: log.once)
        }
        recorded = max(now, recorded)
        let row = AppendRow(
            stream: stream, firstRevision: receipt.firstRevision,
            firstPosition: receipt.firstPosition, count: UInt64(records.count))
        try transaction.put(row.value, for: row.key, in: log.appends)
        let head = StreamHead(
            number: stream, revision: receipt.lastRevision, position: receipt.lastPosition)
        try transaction.put(head.stored, for: .name(request.stream), in: log.streams)
        return receipt
    }
}
