internal import Dispatch
internal import FoundationEssentials
internal import LMDB
public import Merkle
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

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
    /// The last position whose event left the log for an archive: up to here hashes were taken as
    /// they are stored, except of events that stay. 0 if everything is held.
    public internal(set) var archivedSize: UInt64 = 0
    /// What there is to say of the checkpoints and of the keys that signed them.
    public internal(set) var seal = SealFindings()
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
/// It reads in stretches up to the head it found at the start, two at once, so a log may be in use
/// meanwhile; only its pages are then not walked. It changes nothing. A damaged file can crash LMDB
/// itself: programs run it in a child process, and walk the pages before they open the log.
public struct LogVerifier {
    private let reader: EventReader
    private let outside: OutsideCheckpoints?
    private let pages: PageReport?
    private let trust: SealCheck.Trust
    private let workers: Int

    /// - Parameters:
    ///   - pages: what a walk over the pages has found already; without it, they are walked first
    ///     of all.
    ///   - workers: so many threads hash at once.
    public init(
        _ reader: EventReader, outside: OutsideCheckpoints?, pages: PageReport? = nil,
        trust: SealCheck.Trust = SealCheck.Trust(), workers: Int = 2
    ) {
        (self.reader, self.outside, self.pages) = (reader, outside, pages)
        (self.trust, self.workers) = (trust, workers)
    }

    /// Blocks. `progress` is called on any thread.
    ///
    /// - Parameter progress: gets the last position checked, and the last there is.
    public func verify(
        progress: @escaping @Sendable (_ position: UInt64, _ head: UInt64) -> Void = { _, _ in }
    ) throws -> VerificationReport {
        var report = VerificationReport()
        report.add(try pages ?? PageWalker(reader.directory).walk())
        // Read first: a checkpoint that is signed from here on is not missed in the log.
        let outsideNote = outside.flatMap { FileManager.default.contents(atPath: $0.file) }
        return try reader.slot.with { log in
            let work = try VerificationWork(
                begin(log, report, outsideNote: outsideNote.map { Array($0) }), of: log,
                logID: reader.logID, progress: progress)
            DispatchQueue.concurrentPerform(iterations: workers) { _ in work.run() }
            return try work.finish()
        }
    }

    private func begin(
        _ log: LogFile, _ pages: VerificationReport, outsideNote: [UInt8]?
    ) throws -> SegmentMerge {
        try log.environment.read { transaction in
            var report = pages
            report.head = try Self.possibleHead(log.head(in: transaction), report: &report)
            report.archivedSize = try log.number("first", in: transaction) &- 1
            let seals = try SealCheck(
                reader: reader, log: log, outside: outside, outsideNote: outsideNote,
                trust: trust, in: transaction, report: &report)
            let tree = try TreeCheck(size: report.head.position, log: log, in: transaction)
            return SegmentMerge(report: report, tree: tree, seals: seals, log: log)
        }
    }

    /// A mark that was changed to a number that no log reaches must not be counted up to.
    private static func possibleHead(
        _ head: LogHead, report: inout VerificationReport
    ) -> LogHead {
        let greatest = UInt64.max / 2
        if head.position <= greatest { return head }
        report.add("the log's mark of the last position is wrong", at: head.position)
        return LogHead(position: greatest, recorded: head.recorded)
    }
}

/// The stretches of a log, checked by several threads and merged in their order.
private final class VerificationWork: Sendable {
    /// So far may one thread be ahead of another: what it found waits in memory until then.
    private static let reach = 64 * SegmentCheck.length

    private struct State {
        var merge: SegmentMerge
        var next: UInt64 = 1
        var failure: (any Error)?
    }

    private let state: Mutex<State>
    private let log: LogFile
    private let logID: String
    private let head: UInt64
    private let archivedSize: UInt64
    private let edge: (index: UInt64, hashes: [MerkleHash])
    private let progress: @Sendable (UInt64, UInt64) -> Void

    init(
        _ merge: sending SegmentMerge, of log: LogFile, logID: String,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void
    ) {
        (self.log, self.logID, self.progress) = (log, logID, progress)
        (head, edge) = (merge.report.head.position, merge.leafEdge)
        archivedSize = min(merge.report.archivedSize, head)
        state = Mutex(State(merge: merge))
    }

    /// Takes one stretch after another until none is left.
    func run() {
        while let start = claim() {
            do {
                // In pieces, so that a log that is in use is never held up for long.
                try log.environment.read { transaction in
                    var segment = SegmentCheck(
                        from: start, upTo: head, of: log, logID: logID, archivedSize: archivedSize)
                    try segment.run(edge: edge, in: transaction)
                    try merge(segment, in: transaction)
                }
            } catch {
                state.withLock { $0.failure = $0.failure ?? error }
            }
        }
    }

    private func claim() -> UInt64? {
        while isFarAhead { usleep(1000) }
        return state.withLock { state in
            guard state.failure == nil, state.next <= head else { return nil }
            defer { state.next += SegmentCheck.length }
            return state.next
        }
    }

    private var isFarAhead: Bool {
        state.withLock { state in
            guard state.failure == nil, state.next <= head else { return false }
            return state.next > state.merge.next + Self.reach
        }
    }

    private func merge(
        _ segment: SegmentCheck, in transaction: borrowing ReadTransaction
    ) throws {
        let position = try state.withLock { state in
            try state.merge.add(segment, in: transaction)
            // Nobody looks for stretches inside of a gap.
            state.next = max(state.next, segment.next)
            return state.merge.next - 1
        }
        progress(min(position, head), head)
    }

    func finish() throws -> VerificationReport {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return try log.environment.read { transaction in
                let isIdle = try log.head(in: transaction).position == head
                return try state.merge.finish(isIdle: isIdle, in: transaction) {
                    progress(head, head)
                }
            }
        }
    }
}
