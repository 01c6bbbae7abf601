internal import LMDB
internal import Merkle

/// Derives the indexes (`streams`, `appends`, `once`) from the records and compares them.
struct IndexCheck {
    private struct Stream {
        let name: String
        var head: StreamHead
    }

    /// The record at the position that is checked; `nil` if it cannot be read.
    var current: Record?
    private var streams: [UInt64: Stream] = [:]
    private var append: (row: AppendRow, remaining: UInt64)?
    private var (appendCount, onceCount) = (0, 0)
    private var isBroken = false

    init() {}

    /// An event is missing or unreadable: what the rows must be can no longer be known.
    mutating func skip() {
        isBroken = true
        append = nil
    }

    mutating func check(
        _ position: UInt64, log: LogFile, in transaction: borrowing ReadTransaction,
        report: inout VerificationReport
    ) throws {
        guard let record = current else { return skip() }
        checkStream(of: record, at: position, report: &report)
        try checkAppend(of: record, at: position, log: log, in: transaction, report: &report)
        if record.isOnce {
            onceCount += 1
            let row = try transaction.value(for: .bytes(record.id.bytes), in: log.once)
            if row != position.bigEndianBytes {
                report.add("the index of unique ids does not lead to the event", at: position)
            }
        }
    }

    private mutating func checkStream(
        of record: Record, at position: UInt64, report: inout VerificationReport
    ) {
        if record.revision == 1 {
            let head = StreamHead(number: record.stream, revision: 1, position: position)
            if record.stream != UInt64(streams.count) + 1 || record.streamName.isEmpty {
                report.add("the event begins a stream out of order", at: position)
            }
            streams[record.stream] = Stream(name: record.streamName, head: head)
            return
        }
        guard let stream = streams[record.stream] else {
            if !isBroken { report.add("the event belongs to no stream", at: position) }
            return
        }
        if record.revision != stream.head.revision &+ 1 || !record.streamName.isEmpty, !isBroken {
            report.add("the event does not continue its stream", at: position)
        }
        // From what stands there, so that one wrong number is one finding.
        streams[record.stream]?.head.revision = record.revision
        streams[record.stream]?.head.position = position
    }

    private mutating func checkAppend(
        of record: Record, at position: UInt64, log: LogFile,
        in transaction: borrowing ReadTransaction, report: inout VerificationReport
    ) throws {
        if let open = append, open.remaining > 0 {
            append?.remaining -= 1
            if record.stream != open.row.stream || record.following != open.remaining - 1 {
                report.add("the event is not part of the append it stands in", at: position)
                append = nil
            }
            return
        }
        let row = AppendRow(
            stream: record.stream, firstRevision: record.revision, firstPosition: position,
            count: record.following &+ 1)
        append = (row, record.following)
        appendCount += 1
        if try transaction.value(for: row.key, in: log.appends) != row.value {
            report.add("the index of appends does not lead to the event", at: position)
        }
    }

    /// On an idle log: every stream ends where its row says, and no row is without events.
    func finish(
        log: LogFile, in transaction: borrowing ReadTransaction, report: inout VerificationReport
    ) throws {
        if isBroken { return }
        if let append, append.remaining > 0 {
            report.add(
                "the log ends inside an append, \(append.remaining) events short",
                at: append.row.firstPosition)
        }
        for stream in streams.values.sorted(by: { $0.head.number < $1.head.number }) {
            let row = try transaction.value(for: .name(stream.name), in: log.streams)
            if row != stream.head.stored {
                report.add("the row of stream '\(stream.name)' is wrong", at: stream.head.position)
            }
        }
        let counts = [
            (log.streams, streams.count, "streams"), (log.appends, appendCount, "appends"),
            (log.once, onceCount, "unique ids"),
        ]
        for (database, expected, name) in counts
        where try transaction.count(of: database) != expected {
            report.add("the index of \(name) has rows without events, or too few")
        }
    }
}
