internal import Dispatch
internal import LMDB
internal import Synchronization

/// A stream in short: its first event, and the last one of some number.
public struct StreamOutline: Sendable {
    public let first: RecordedEvent
    /// `nil` if there is none of that number.
    public let last: RecordedEvent?
}

extension EventReader {
    /// What comes of the outlines of streams, in the order in which the streams began: those that
    /// began before a position with an event of some number. Those whose first event has left the
    /// log are passed over.
    ///
    /// A few reads for each stream, in short transactions on two threads. Blocks.
    ///
    /// - Parameters:
    ///   - begin: the number in `Record` of the first event.
    ///   - end: the number of the event that is looked for from the end on, among those that stand
    ///     before the position.
    ///   - position: the streams began before it, and nothing from it on is looked at.
    ///   - make: is called on any thread; `nil` leaves a stream out.
    /// - Throws: `EventLogError` with `.damaged`, or what `make` throws.
    public func outlines<Value: Sendable>(
        ofStreamsBegunBy begin: Int, endedBy end: Int, before position: UInt64,
        make: @escaping @Sendable (StreamOutline) throws -> Value?
    ) throws -> [Value] {
        try slot.with { log in
            let work = OutlineWork(
                log: log, begin: begin, end: end, position: position, make: make)
            DispatchQueue.concurrentPerform(iterations: 2) { _ in work.run() }
            return try work.finish()
        }
    }
}

/// The streams of a log in pieces, which several threads take.
private final class OutlineWork<Value: Sendable>: Sendable {
    private struct State {
        var next: UInt64 = 1
        var isAtEnd = false
        /// By the number of the first stream of each piece.
        var found: [UInt64: [Value]] = [:]
        var failure: (any Error)?
    }

    /// How many streams one transaction covers.
    private static var length: UInt64 { 256 }

    private let log: LogFile
    private let begin: Int
    private let end: Int
    private let position: UInt64
    private let make: @Sendable (StreamOutline) throws -> Value?
    private let state = Mutex(State())

    init(
        log: LogFile, begin: Int, end: Int, position: UInt64,
        make: @escaping @Sendable (StreamOutline) throws -> Value?
    ) {
        (self.log, self.begin, self.end) = (log, begin, end)
        (self.position, self.make) = (position, make)
    }

    /// Takes one piece after another until there is none.
    func run() {
        while let start = claim() {
            do {
                let piece = try log.environment.read { try self.values(from: start, in: $0) }
                state.withLock { state in
                    state.found[start] = piece.values
                    state.isAtEnd = state.isAtEnd || piece.isAtEnd
                }
            } catch {
                state.withLock { $0.failure = $0.failure ?? error }
            }
        }
    }

    private func claim() -> UInt64? {
        state.withLock { state in
            guard state.failure == nil, !state.isAtEnd else { return nil }
            defer { state.next += Self.length }
            return state.next
        }
    }

    /// - Returns: also whether no piece comes after this one: streams are numbered as they begin.
    private func values(
        from start: UInt64, in transaction: borrowing ReadTransaction
    ) throws -> (values: [Value], isAtEnd: Bool) {
        let firstHeld = try log.number("first", in: transaction)
        var values: [Value] = []
        for number in start..<start + Self.length {
            guard let append = try log.firstAppend(fromStream: number, in: transaction),
                append.firstPosition < position
            else { return (values, true) }
            if append.stream != number {
                throw EventLogError(
                    .damaged,
                    "stream \(number) is missing from the index of appends: run dr-audit verify")
            }
            let first = try log.firstEvent(of: append, numbered: begin, firstHeld, in: transaction)
            guard let first else { continue }
            let last = try log.lastEvent(
                numbered: end, inStream: number, before: position, in: transaction)
            let outline = StreamOutline(first: first, last: last)
            if let value = try make(outline) { values.append(value) }
        }
        return (values, false)
    }

    /// What was found, in order.
    func finish() throws -> [Value] {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.found.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }
}

extension LogFile {
    /// The first append to a stream, or to the one after it that there is.
    fileprivate func firstAppend(
        fromStream number: UInt64, in transaction: borrowing ReadTransaction
    ) throws -> AppendRow? {
        var found: AppendRow?
        let key = AppendRow.key(stream: number, revision: 0)
        try transaction.forEach(in: appends, from: key) { key, value in
            found = try appendRow(key, value)
            return .stop
        }
        return found
    }

    /// The event that a stream begins with.
    ///
    /// - Returns: `nil` if it has another number, or has left the log.
    fileprivate func firstEvent(
        of append: AppendRow, numbered kind: Int, _ firstHeld: UInt64,
        in transaction: borrowing ReadTransaction
    ) throws -> RecordedEvent? {
        let position = append.firstPosition
        let record = try transaction.withValue(for: .integer(position), in: events) {
            try Self.decode($0, at: position)
        }
        guard let record else {
            if position < firstHeld { return nil }
            throw try missing(position, in: transaction)
        }
        guard record.stream == append.stream, record.revision == 1, append.firstRevision == 1
        else {
            throw EventLogError(
                .damaged,
                "the index of appends does not lead to the event at position \(position)")
        }
        return record.number == kind ? RecordedEvent(position: position, record: record) : nil
    }
}
