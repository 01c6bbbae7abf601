internal import FoundationEssentials
internal import LMDB
public import Merkle
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
    /// Pages of the file that were walked; `nil` if none were, since the log was in use.
    public internal(set) var pagesWalked: Int?
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

    mutating func add(_ pages: PageReport) {
        pagesWalked = pages.pagesWalked
        isTruncated = pages.isTruncated
        for problem in pages.problems { add(problem) }
    }
}

/// Checks that a log is what was appended to it: every page, every record, every hash, every
/// index, every checkpoint.
///
/// It reads in batches up to the head it found at the start, so a log may be in use meanwhile; only
/// its pages are then not walked. It changes nothing. A damaged file can crash LMDB itself:
/// programs run it in a child process, and walk the pages before they open the log.
public struct LogVerifier {
    private static let batchSize: UInt64 = 1000

    private let reader: EventReader
    private let outside: OutsideCheckpoints?
    private let pages: PageReport?
    private var report = VerificationReport()
    private var tree = TreeCheck()
    private var indexes = IndexCheck()
    private var seals = SealCheck()
    private var previous = LogHead(position: 0, recorded: 0)
    /// The greatest time recorded so far.
    private var latest: UInt64 = 0

    /// - Parameter pages: what a walk over the pages has found already; without it, they are walked
    ///   first of all.
    public init(_ reader: EventReader, outside: OutsideCheckpoints?, pages: PageReport? = nil) {
        self.reader = reader
        self.outside = outside
        self.pages = pages
    }

    /// - Parameter progress: gets the last position checked, after each batch.
    public mutating func verify(progress: (UInt64) -> Void = { _ in }) throws -> VerificationReport
    {
        report.add(try pages ?? PageWalker(reader.directory).walk())
        // Read first: a checkpoint that is signed from here on is not missed in the log.
        let outsideNote = outside.flatMap { FileManager.default.contents(atPath: $0.file) }
        try reader.slot.with { try begin($0, outsideNote: outsideNote.map { Array($0) }) }
        var next: UInt64 = 1
        while next <= report.head.position {
            // In pieces, so that a log that is in use is never held up for long.
            next = try reader.slot.with { log in
                try log.environment.read { try check(from: next, of: log, in: $0) }
            }
            progress(next - 1)
        }
        try reader.slot.with { log in try log.environment.read { try finish(log, in: $0) } }
        return report
    }

    private mutating func begin(_ log: LogFile, outsideNote: [UInt8]?) throws {
        try log.environment.read { transaction in
            report.head = try log.head(in: transaction)
            seals = try SealCheck(
                reader: reader, log: log, outside: outside, outsideNote: outsideNote,
                in: transaction, report: &report)
            tree = try TreeCheck(size: report.head.position, log: log, in: transaction)
        }
    }

    /// - Returns: the next position to check.
    private mutating func check(
        from start: UInt64, of log: LogFile, in transaction: borrowing ReadTransaction
    ) throws -> UInt64 {
        let end = min(start + Self.batchSize - 1, report.head.position)
        var next = start
        try transaction.forEach(in: log.events, from: .integer(start)) { key, value in
            guard case .integer(let position) = key, position <= end else { return .stop }
            reportMissing(next..<position)
            let stored = value.withUnsafeBytes { Array($0) }
            tree.add(.leaf(stored), at: position, report: &report)
            checkRecord(stored, at: position)
            try indexes.check(position, log: log, in: transaction, report: &report)
            seals.check(tree: tree.frontier, report: &report)
            next = position + 1
            return .continue
        }
        if next <= end {
            // Whatever is not there up to the next event, or to the head, is missing.
            let following = try firstPosition(from: next, of: log, in: transaction)
            reportMissing(next..<min(following ?? .max, report.head.position + 1))
            next = min(following ?? .max, report.head.position + 1)
        }
        try tree.compareChunks(upTo: next - 1, log: log, in: transaction, report: &report)
        return next
    }

    private func firstPosition(
        from start: UInt64, of log: LogFile, in transaction: borrowing ReadTransaction
    ) throws -> UInt64? {
        var found: UInt64?
        try transaction.forEach(in: log.events, from: .integer(start)) { key, _ in
            if case .integer(let position) = key { found = position }
            return .stop
        }
        return found
    }

    private mutating func reportMissing(_ positions: Range<UInt64>) {
        guard let first = positions.first else { return }
        let count = positions.upperBound - first
        report.add(
            count == 1 ? "the event is missing" : "\(count) events are missing from here on",
            at: first)
        tree.skip()
        indexes.skip()
    }

    private mutating func checkRecord(_ stored: [UInt8], at position: UInt64) {
        guard let record = decode(stored, at: position) else { return }
        if record.encoded != stored {
            report.add("the event is not in canonical form", at: position)
        }
        // Each is compared with the one before it: one wrong time is one finding.
        if record.recorded < previous.recorded {
            report.add("the event is recorded earlier than the one before it", at: position)
        }
        if position == 1,
            LogEvent.logID(inCreated: record.payload).map({ Hexadecimal.encode($0) })
                != reader.logID
        {
            report.add("the first event names another log than the log's marks", at: 1)
        }
        if record.isHeldBack { noteClamped(position) }
        previous = LogHead(position: position, recorded: record.recorded)
        latest = max(latest, record.recorded)
    }

    private mutating func decode(_ stored: [UInt8], at position: UInt64) -> Record? {
        do {
            indexes.current = try Record(from: .init(stored))
        } catch {
            indexes.current = nil
            report.add("the event cannot be read: \(error)", at: position)
        }
        return indexes.current
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
        if latest != report.head.recorded {
            report.add(
                "the log's mark of the last recorded time is wrong", at: report.head.position)
        }
        if try log.number("first", in: transaction) != 1 {
            report.add("the log's mark of the first position is wrong", at: 1)
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
