internal import LMDB
internal import Merkle
internal import Wire

/// Checks the events of one stretch of a log by themselves: their form, their times, their hashes
/// and the rows that lead to them. What ties stretches together is found, and checked later in
/// their order: see `SegmentMerge`.
struct SegmentCheck {
    /// Whole groups of 256, so that every stretch gives hashes of the next stored level.
    static let length: UInt64 = 4096

    /// Something that was found, in the order of positions.
    enum Finding {
        case problem(VerificationReport.Problem)
        case missing(Range<UInt64>)
    }

    let start: UInt64
    /// Where the next stretch with events begins.
    private(set) var next: UInt64
    private(set) var findings: [Finding] = []
    private(set) var leaves: [MerkleHash] = []
    /// Of these leaves the events are missing.
    private var gaps: [Range<Int>] = []
    /// The roots over complete groups of 256 leaves; `nil` where one is missing.
    private(set) var groups: [MerkleHash?] = []
    /// The streams that begin here, in their order.
    private(set) var begun: [(number: UInt64, position: UInt64)] = []
    private(set) var clamped: [ClosedRange<UInt64>] = []
    /// How many events there are, how many appends, how many unique ids.
    private(set) var (eventCount, appendCount, onceCount) = (0, 0, 0)
    private(set) var latest: UInt64 = 0
    /// An event is missing or unreadable, so that what the rows must be is not known.
    private(set) var isBroken = false
    /// The append that the stretch ends in, and how many of its events are still to come.
    private(set) var open: (row: AppendRow, remaining: UInt64)?
    /// The log's own events about its keys.
    private(set) var ownEvents: [RecordedEvent] = []

    private let head: UInt64
    private let end: UInt64
    private let log: LogFile
    private let logID: String
    private let archivedSize: UInt64
    private var recorded: UInt64 = 0
    /// The event before is archived, perhaps together with the beginning of its append.
    private var followsArchived = false
    /// The last revision of each stream in this stretch.
    private var revisions: [UInt64: UInt64] = [:]
    /// Of the stream that the event before belongs to.
    private var current: (number: UInt64, revision: UInt64)?

    /// - Parameters:
    ///   - head: the last position that is checked.
    ///   - archivedSize: up to here events may have left the log: their hashes have to do.
    init(
        from start: UInt64, upTo head: UInt64, of log: LogFile, logID: String, archivedSize: UInt64
    ) {
        (self.start, self.log, self.logID, self.archivedSize) = (start, log, logID, archivedSize)
        self.head = head
        end = min(start + Self.length - 1, head)
        next = end + 1
        leaves.reserveCapacity(Int(end - start + 1))
    }

    /// - Parameter edge: the last chunk of leaf hashes as it was when the head was read.
    mutating func run(
        edge: (index: UInt64, hashes: [MerkleHash]), in transaction: borrowing ReadTransaction
    ) throws {
        try begin(in: transaction)
        var expected = start
        var following: UInt64?
        try transaction.forEach(in: log.events, from: .integer(start)) { key, value in
            guard case .integer(let position) = key else { return .stop }
            guard position <= end else {
                following = position
                return .stop
            }
            eventCount += 1
            guard position >= expected else {
                // The keys themselves are damaged: they ascend.
                report("an event stands out of its place", at: position)
                return .continue
            }
            if position != expected { try pass(over: expected..<position, in: transaction) }
            leaves.append(.leaf(value))
            try check(value, at: position, in: transaction)
            expected = position + 1
            return .continue
        }
        if expected <= end { try pass(over: expected..<end + 1, in: transaction) }
        skipGap(to: following)
        revisions = [:]
        try compareLeaves(edge: edge, in: transaction)
    }

    /// The event before says whether the stretch begins inside an append.
    private mutating func begin(in transaction: borrowing ReadTransaction) throws {
        guard start > 1 else { return }
        let before = try transaction.withValue(for: .integer(start - 1), in: log.events) {
            Envelope(ofReadable: $0)
        }
        guard let before = before ?? nil else { return }
        recorded = before.recorded
        if before.following > 0 {
            let row = AppendRow(
                stream: before.stream, firstRevision: 0, firstPosition: start - 1, count: 0)
            open = (row, before.following)
        }
    }

    /// These events are not there: archived, or missing.
    private mutating func pass(
        over positions: Range<UInt64>, in transaction: borrowing ReadTransaction
    ) throws {
        let firstMissing = min(
            positions.upperBound, max(positions.lowerBound, archivedSize + 1))
        (open, followsArchived) = (nil, true)
        var next = positions.lowerBound
        while next < firstMissing {
            let stored = try storedLeaves(from: next, in: transaction)
                .prefix(Int(firstMissing - next))
            if stored.isEmpty {
                report("the hash of the archived event is missing", at: next)
                return miss(next..<positions.upperBound)
            }
            leaves += stored
            next += UInt64(stored.count)
        }
        if next < positions.upperBound { miss(next..<positions.upperBound) }
    }

    /// The rest of a chunk.
    private func storedLeaves(
        from position: UInt64, in transaction: borrowing ReadTransaction
    ) throws -> ArraySlice<MerkleHash> {
        let (chunk, offset) = (position - 1).quotientAndRemainder(dividingBy: Tiles.chunkWidth)
        return try TreeCheck.storedChunk(level: 0, chunk, log, transaction)
            .dropFirst(Int(offset))
    }

    /// Where nothing stands at all, the next stretch is that of the next event, or there is none.
    private mutating func skipGap(to following: UInt64?) {
        guard gaps == [0..<leaves.count] else { return }
        next = following.map { ($0 - 1) / Self.length * Self.length + 1 } ?? head + 1
        next = min(next, head + 1)
        if next > end + 1 { findings.append(.missing(end + 1..<next)) }
    }

    private mutating func miss(_ positions: Range<UInt64>) {
        findings.append(.missing(positions))
        gaps.append(leaves.count..<leaves.count + positions.count)
        leaves.append(contentsOf: repeatElement(.emptyTree, count: positions.count))
        breakOff()
    }

    private mutating func breakOff() {
        isBroken = true
        open = nil
    }

    private mutating func report(_ message: String, at position: UInt64) {
        guard findings.count <= VerificationReport.maximumProblems else { return }
        findings.append(.problem(.init(position: position, message: message)))
    }

    // MARK: Records

    private mutating func check(
        _ value: RawSpan, at position: UInt64, in transaction: borrowing ReadTransaction
    ) throws {
        let envelope: Envelope
        do throws(WireError) {
            envelope = try Envelope(of: value)
        } catch {
            report("the event cannot be read: \(error)", at: position)
            return breakOff()
        }
        if !envelope.isCanonical { report("the event is not in canonical form", at: position) }
        // Each is compared with the one before it: one wrong time is one finding.
        if envelope.recorded < recorded {
            report("the event is recorded earlier than the one before it", at: position)
        }
        recorded = envelope.recorded
        latest = max(latest, recorded)
        if envelope.isHeldBack { noteClamped(position) }
        if envelope.number < 20 { noteOwn(Record(envelope, of: value), at: position) }
        try checkStream(of: envelope, in: value, at: position, transaction)
        try checkAppend(of: envelope, at: position, in: transaction)
        if envelope.isOnce { try checkOnce(envelope.id, at: position, in: transaction) }
    }

    private mutating func noteClamped(_ position: UInt64) {
        if let last = clamped.last, last.upperBound + 1 == position {
            clamped[clamped.count - 1] = last.lowerBound...position
        } else {
            clamped.append(position...position)
        }
    }

    private mutating func noteOwn(_ record: Record, at position: UInt64) {
        if position == 1, record.createdLogID != logID {
            report("the first event names another log than the log's marks", at: 1)
        }
        ownEvents.append(RecordedEvent(position: position, record: record))
    }

    // MARK: Rows

    /// Whether the events of these leaves are all there.
    func hasAll(_ leaves: Range<Int>) -> Bool { !gaps.contains { $0.overlaps(leaves) } }

    private mutating func checkStream(
        of envelope: Envelope, in value: RawSpan, at position: UInt64,
        _ transaction: borrowing ReadTransaction
    ) throws {
        let number = envelope.stream
        if let current, current.number != number {
            revisions[current.number] = current.revision
            self.current = nil
        }
        let before = current?.revision ?? revisions[number]
        // From what stands there, so that one wrong number is one finding.
        current = (number, envelope.revision)
        if before == nil && envelope.revision == 1 {
            begun.append((number, position))
            return try checkName(of: envelope, in: value, at: position, transaction)
        }
        let continues: Bool
        if let before {
            continues = envelope.revision == before &+ 1
        } else {
            continues = try continuesStream(envelope, at: position, in: transaction)
        }
        if !continues || envelope.hasStreamName {
            report("the event does not continue its stream", at: position)
        }
    }

    /// The row of a stream has its number from the beginning on.
    private mutating func checkName(
        of envelope: Envelope, in value: RawSpan, at position: UInt64,
        _ transaction: borrowing ReadTransaction
    ) throws {
        let name = envelope.streamName(in: value)
        if name.isEmpty { return report("the event begins a stream without a name", at: position) }
        let row = try transaction.value(for: .name(name), in: log.streams)
        if row.map({ Array($0.prefix(8)) }) != envelope.stream.bigEndianBytes {
            report("the row of stream '\(name)' is wrong", at: position)
        }
    }

    /// Whether an event continues its stream that was not met in this stretch yet. The index of
    /// appends knows where the event before it stands, so that no stream is kept in memory.
    private func continuesStream(
        _ envelope: Envelope, at position: UInt64, in transaction: borrowing ReadTransaction
    ) throws -> Bool {
        let revision = envelope.revision &- 1
        let before = try log.position(
            ofRevision: revision, inStream: envelope.stream, in: transaction)
        guard let before, before > 0, before < position else { return false }
        let found = try transaction.withValue(for: .integer(before), in: log.events) {
            Envelope(ofReadable: $0)
        }
        // Archived, missing, unreadable: what there is to say of it is said where it stands.
        guard let found = found ?? nil else { return true }
        // No append begins inside of another one.
        let isLast = found.following == 0 || before == position - 1
        return found.stream == envelope.stream && found.revision == revision && isLast
    }

    private mutating func checkAppend(
        of envelope: Envelope, at position: UInt64, in transaction: borrowing ReadTransaction
    ) throws {
        if let open, open.remaining > 0 {
            followsArchived = false
            self.open?.remaining -= 1
            if envelope.stream != open.row.stream || envelope.following != open.remaining - 1 {
                report("the event is not part of the append it stands in", at: position)
                self.open = nil
            }
            return
        }
        let row = AppendRow(
            stream: envelope.stream, firstRevision: envelope.revision, firstPosition: position,
            count: envelope.following &+ 1)
        open = (row, envelope.following)
        appendCount += 1
        let mayContinue = followsArchived
        followsArchived = false
        if try transaction.value(for: row.key, in: log.appends) != row.value, !mayContinue {
            report("the index of appends does not lead to the event", at: position)
        }
    }

    private mutating func checkOnce(
        _ id: EventID, at position: UInt64, in transaction: borrowing ReadTransaction
    ) throws {
        onceCount += 1
        let row = try transaction.value(for: .bytes(id.bytes), in: log.once)
        if row != position.bigEndianBytes {
            report("the index of unique ids does not lead to the event", at: position)
        }
    }

    // MARK: Hashes

    private mutating func compareLeaves(
        edge: (index: UInt64, hashes: [MerkleHash]), in transaction: borrowing ReadTransaction
    ) throws {
        var first = 0
        while first < leaves.count {
            let last = min(first + Int(Tiles.chunkWidth), leaves.count)
            let index = (start - 1 + UInt64(first)) / Tiles.chunkWidth
            let stored =
                index == edge.index
                ? edge.hashes
                : try TreeCheck.storedChunk(level: 0, index, log, transaction)
            compare(first..<last, with: stored)
            first = last
        }
        groups = stride(from: 0, to: leaves.count / 256 * 256, by: 256).map { first in
            hasAll(first..<first + 256) ? .root(of: leaves[first..<first + 256]) : nil
        }
    }

    private mutating func compare(_ range: Range<Int>, with stored: [MerkleHash]) {
        if leaves[range] == stored[...] { return }
        let different = range.first { index in
            let offset = index - range.lowerBound
            guard offset < stored.count else { return true }
            return leaves[index] != stored[offset] && hasAll(index..<index + 1)
        }
        if different == nil && stored.count <= range.count { return }
        report(
            "the event and its hash in the tree differ: one of them was changed",
            at: start + UInt64(different ?? range.upperBound))
    }
}
