public import Merkle
internal import LMDB
internal import Wire

/// What checking a whole log found.
public struct VerificationReport: Sendable {
    /// Something that is not as it was written.
    public struct Problem: Equatable, Sendable {
        /// The first position concerned, if it can be told.
        public let position: UInt64?
        public let message: String
    }

    public internal(set) var problems: [Problem] = []
    /// There were more problems than are listed.
    public internal(set) var isTruncated = false
    public internal(set) var head = LogHead(position: 0, recorded: 0)
    public internal(set) var root = MerkleHash.emptyTree
    public internal(set) var checkpoints = 0
    /// The greatest size under a valid checkpoint; what lies above is not sealed yet.
    public internal(set) var sealedSize: UInt64 = 0
    /// The size of the checkpoint kept outside of the data directory, if there is one.
    public internal(set) var outsideSize: UInt64?
    /// Where recorded times were held back because the clock had gone back.
    public internal(set) var clampedRanges: [ClosedRange<UInt64>] = []

    public var isClean: Bool { problems.isEmpty }

    static let maximumProblems = 100

    mutating func add(_ message: String, at position: UInt64? = nil) {
        if problems.count < Self.maximumProblems {
            problems.append(Problem(position: position, message: message))
        } else {
            isTruncated = true
        }
    }
}

/// Checks that a log is what was appended to it: every record, every hash, every index, every
/// checkpoint.
///
/// It reads in batches up to the head it found at the start, so a log may be in use meanwhile. It
/// changes nothing. A damaged file can crash LMDB itself: programs run it in a child process.
public struct LogVerifier {
    private static let batchSize: UInt64 = 1000

    private let reader: EventReader
    private let outside: OutsideCheckpoints?
    private var report = VerificationReport()
    private var tree = TreeCheck()
    private var indexes = IndexCheck()
    private var seals = SealCheck()
    private var previous = LogHead(position: 0, recorded: 0)

    public init(_ reader: EventReader, outside: OutsideCheckpoints?) {
        self.reader = reader
        self.outside = outside
    }

    /// - Parameter progress: gets the last position checked, after each batch.
    public mutating func verify(progress: (UInt64) -> Void = { _ in }) throws -> VerificationReport {
        try reader.slot.with { log in
            try begin(log)
            var next: UInt64 = 1
            while next <= report.head.position {
                let last = min(next + Self.batchSize - 1, report.head.position)
                try log.environment.read { try check(next...last, of: log, in: $0) }
                next = last + 1
                progress(last)
            }
            try log.environment.read { try finish(log, in: $0) }
        }
        return report
    }

    private mutating func begin(_ log: LogFile) throws {
        try log.environment.read { transaction in
            report.head = try log.head(in: transaction)
            seals = try SealCheck(
                reader: reader, log: log, outside: outside, in: transaction, report: &report)
            tree = try TreeCheck(size: report.head.position, log: log, in: transaction)
            let first = try transaction.withValue(for: .integer(1), in: log.events) { _ in true }
            if first == nil { report.add("the log has no first event", at: 1) }
        }
    }

    private mutating func check(
        _ positions: ClosedRange<UInt64>, of log: LogFile,
        in transaction: borrowing ReadTransaction
    ) throws {
        for position in positions {
            let stored = try transaction.value(for: .integer(position), in: log.events)
            guard let stored else {
                report.add("the event is missing", at: position)
                tree.skip()
                continue
            }
            tree.add(.leaf(stored), at: position, report: &report)
            checkRecord(stored, at: position)
            try indexes.check(position, log: log, in: transaction, report: &report)
            seals.check(tree: tree.frontier, report: &report)
        }
        try tree.compareChunks(upTo: positions.upperBound, log: log, in: transaction, report: &report)
    }

    private mutating func checkRecord(_ stored: [UInt8], at position: UInt64) {
        guard let record = try? Record(from: .init(stored)) else {
            indexes.current = nil
            return report.add("the event cannot be read", at: position)
        }
        if record.encoded != stored { report.add("the event is not in canonical form", at: position) }
        if record.recorded < previous.recorded {
            report.add("the event is recorded earlier than the one before it", at: position)
        }
        if position == 1, LogEvent.logID(inCreated: record.payload).map(Hexadecimal.encode) != reader.logID {
            report.add("the first event names another log than the log's marks", at: 1)
        }
        if record.clock + 1_000_000 < record.recorded { noteClamped(position) }
        previous = LogHead(position: position, recorded: max(record.recorded, previous.recorded))
        indexes.current = record
    }

    private mutating func noteClamped(_ position: UInt64) {
        if let last = report.clampedRanges.last, last.upperBound + 1 == position {
            report.clampedRanges[report.clampedRanges.count - 1] = last.lowerBound...position
        } else {
            report.clampedRanges.append(position...position)
        }
    }

    private mutating func finish(
        _ log: LogFile, in transaction: borrowing ReadTransaction
    ) throws {
        let isIdle = try log.head(in: transaction).position == report.head.position
        if previous.recorded != report.head.recorded {
            report.add("the log's mark of the last recorded time is wrong", at: report.head.position)
        }
        if try log.number("first", in: transaction) != 1 {
            report.add("the log's mark of the first position is wrong")
        }
        if isIdle {
            try indexes.finish(log: log, in: transaction, report: &report)
            try tree.finish(log: log, in: transaction, report: &report)
            let count = UInt64(try transaction.count(of: log.events))
            if count > report.head.position {
                report.add("there are events after the head", at: report.head.position + 1)
            }
        }
        seals.finish(report: &report)
        report.root = tree.frontier.root
    }
}
