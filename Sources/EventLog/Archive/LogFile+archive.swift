internal import LMDB
internal import Merkle

/// The rows of `meta` on what left the log: `segment/` and the first position lead to the position
/// of the event that says so, and to a copy of it.
///
/// The event itself may be archived one day; its hash stays in the tree, and vouches for the copy.
extension LogFile {
    private static let segmentPrefix = Array("segment/".utf8)

    static func segmentKey(first: UInt64) -> Key { .bytes(segmentPrefix + first.bigEndianBytes) }

    func note(
        _ segment: RecordedSegment, in transaction: borrowing WriteTransaction
    ) throws {
        try transaction.put(
            segment.position.bigEndianBytes + segment.stored,
            for: Self.segmentKey(first: segment.segment.first), in: meta)
    }

    /// The segments whose events have left the log, at least in part, in ascending order.
    func archivedSegments(
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> [RecordedSegment] {
        var rows: [[UInt8]] = []
        try transaction.forEach(in: meta, from: .bytes(Self.segmentPrefix)) { key, value in
            guard case .bytes(let key) = key, key.starts(with: Self.segmentPrefix) else {
                return .stop
            }
            rows.append(value.withUnsafeBytes { Array($0) })
            return .continue
        }
        return try rows.map { try segment(ofRow: $0, in: transaction) }
    }

    private func segment(
        ofRow row: [UInt8], in transaction: borrowing some Transaction & ~Copyable
    ) throws -> RecordedSegment {
        let damaged = EventLogError(.damaged, "the log's note of an archived segment is damaged")
        let position = UInt64(bigEndianBytes: row.prefix(8))
        let stored = Array(row.dropFirst(8))
        guard row.count > 8, position > 0,
            try leafHash(at: position, in: transaction) == .leaf(stored),
            let segment = try RecordedSegment(position: position, stored: stored)
        else { throw damaged }
        return segment
    }

    /// The hash of an event, as the tree holds it.
    func leafHash(
        at position: UInt64, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> MerkleHash {
        let index = position - 1
        let chunk = try Tiles.chunk(
            level: 0, index: index / Tiles.chunkWidth, of: self, in: transaction)
        guard let hash = chunk.dropFirst(Int(index % Tiles.chunkWidth)).first else {
            throw EventLogError(.damaged, "the tree has no hash for position \(position)")
        }
        return hash
    }

    // MARK: Reading what is not there

    /// - Throws: `.archived` if the events from `position` on are not all held.
    func checkHeld(
        _ position: UInt64, in transaction: borrowing some Transaction & ~Copyable
    ) throws {
        if position < (try number("first", in: transaction)) {
            throw try missing(position, in: transaction)
        }
    }

    /// - Throws: `.archived` if events recorded at `time` or later have left the log.
    func checkNotArchived(
        since time: UInt64, in transaction: borrowing some Transaction & ~Copyable
    ) throws {
        if try number("first", in: transaction) == 1 { return }
        let segments = try archivedSegments(in: transaction)
        if let found = segments.first(where: { $0.segment.lastRecorded >= time }) {
            throw Self.archived(found.segment)
        }
    }

    /// Why there is no event at a position of the log.
    func missing(
        _ position: UInt64, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> EventLogError {
        if position > 0, position < (try number("first", in: transaction)) {
            let segments = try archivedSegments(in: transaction)
            if let found = segments.first(where: { $0.segment.range.contains(position) }) {
                return Self.archived(found.segment)
            }
        }
        return EventLogError(.damaged, "the event at position \(position) is missing")
    }

    private static func archived(_ segment: ArchivedSegment) -> EventLogError {
        EventLogError(
            .archived(first: segment.first, last: segment.last, segment: segment.name),
            "the events from \(segment.first) to \(segment.last) left the log for the archive: "
                + "they are in \(segment.name)")
    }
}

/// A segment, and the event of the log that names it.
struct RecordedSegment: Equatable, Sendable {
    let position: UInt64
    /// The event as it is stored.
    let stored: [UInt8]
    let segment: ArchivedSegment

    /// - Returns: `nil` if the event is another one.
    init?(position: UInt64, stored: [UInt8]) throws {
        let record = try LogFile.decode(stored, at: position)
        guard record.number == ArchivedSegment.number else { return nil }
        (self.position, self.stored) = (position, stored)
        do {
            segment = try ArchivedSegment(payload: record.payload)
        } catch {
            throw EventLogError(
                .damaged, "the note of a segment at position \(position) cannot be read",
                cause: error)
        }
    }
}
