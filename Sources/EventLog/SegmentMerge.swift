internal import LMDB
internal import Merkle

/// Puts the stretches of a log together in their order: the tree over their hashes, the streams
/// that run through them, the checkpoints over them.
struct SegmentMerge {
    private(set) var report: VerificationReport
    private var tree: TreeCheck
    private var seals: SealCheck
    private let log: LogFile
    /// The number of the stream that began last.
    private var lastBegun: UInt64 = 0
    private var open: (row: AppendRow, remaining: UInt64)?
    private var (eventCount, appendCount, onceCount) = (0, 0, 0)
    private var latest: UInt64 = 0
    private var isBroken = false
    /// The events that would tell of everything are not all held.
    private var isPartial: Bool { report.archivedSize > 0 }
    private var missing: Range<UInt64>?
    /// Stretches that are checked before those in front of them.
    private var waiting: [UInt64: SegmentCheck] = [:]
    /// Where the stretch begins that is next in order.
    private(set) var next: UInt64 = 1

    init(report: VerificationReport, tree: TreeCheck, seals: SealCheck, log: LogFile) {
        (self.report, self.tree, self.seals, self.log) = (report, tree, seals, log)
    }

    var leafEdge: (index: UInt64, hashes: [MerkleHash]) { tree.leafEdge }

    mutating func add(
        _ segment: consuming SegmentCheck, in transaction: borrowing ReadTransaction
    ) throws {
        waiting[segment.start] = segment
        while let segment = waiting.removeValue(forKey: next) {
            try merge(segment, in: transaction)
            next = segment.next
        }
        // Inside of a gap that was found to be greater.
        waiting = waiting.filter { $0.key > next }
    }

    private mutating func merge(
        _ segment: SegmentCheck, in transaction: borrowing ReadTransaction
    ) throws {
        var problems = report(findingsOf: segment)
        problems += streamProblems(of: segment)
        for problem in problems.sorted(by: { ($0.position ?? 0) < ($1.position ?? 0) }) {
            report.add(problem.message, at: problem.position)
        }
        for event in segment.ownEvents {
            seals.learn(record: event.record, position: event.position)
        }
        mergeTree(segment)
        try tree.compareChunks(
            isLast: segment.next > report.head.position, log: log, in: transaction,
            report: &report)
        eventCount += segment.eventCount
        appendCount += segment.appendCount
        onceCount += segment.onceCount
        latest = max(latest, segment.latest)
        open = segment.open
        isBroken = isBroken || segment.isBroken
        for range in segment.clamped { noteClamped(range) }
    }

    /// - Returns: the problems, without what is missing: that may go on in the next stretch.
    private mutating func report(
        findingsOf segment: SegmentCheck
    ) -> [VerificationReport.Problem] {
        var problems: [VerificationReport.Problem] = []
        for finding in segment.findings {
            switch finding {
            case .problem(let problem): problems.append(problem)
            case .missing(let range):
                if let before = missing, before.upperBound == range.lowerBound {
                    missing = before.lowerBound..<range.upperBound
                } else {
                    reportMissing()
                    missing = range
                }
            }
        }
        if let missing, missing.upperBound < segment.next { reportMissing() }
        return problems
    }

    private mutating func reportMissing() {
        guard let missing else { return }
        let count = missing.upperBound - missing.lowerBound
        report.add(
            count == 1 ? "the event is missing" : "\(count) events are missing from here on",
            at: missing.lowerBound)
        self.missing = nil
    }

    private mutating func noteClamped(_ range: ClosedRange<UInt64>) {
        if let last = report.clampedRanges.last, last.upperBound + 1 == range.lowerBound {
            report.clampedRanges[report.clampedRanges.count - 1] =
                last.lowerBound...range.upperBound
        } else {
            report.clampedRanges.append(range)
        }
    }

    // MARK: Streams

    /// Streams are numbered as they begin.
    private mutating func streamProblems(
        of segment: SegmentCheck
    ) -> [VerificationReport.Problem] {
        // Of those that are archived or missing, some may have begun a stream.
        let mayPass = isPartial || isBroken || segment.isBroken
        var problems: [VerificationReport.Problem] = []
        for begun in segment.begun {
            let isInOrder =
                mayPass ? begun.number > lastBegun : begun.number == lastBegun &+ 1
            if !isInOrder {
                problems.append(
                    .init(
                        position: begun.position,
                        message: "the event begins a stream out of order"))
            }
            // From what stands there, so that one wrong number is one finding.
            lastBegun = begun.number
        }
        return problems
    }

    // MARK: Tree

    private mutating func mergeTree(_ segment: SegmentCheck) {
        var first = 0
        for group in segment.groups {
            guard let group else { return tree.breakOff() }
            checkSeals(within: segment.leaves[first..<first + 256])
            tree.add(group: group)
            first += 256
        }
        let rest = first..<segment.leaves.count
        guard segment.hasAll(rest) else { return tree.breakOff() }
        checkSeals(within: segment.leaves[rest])
        for leaf in segment.leaves[rest] { tree.add(leaf: leaf) }
        if !tree.isBroken { seals.check(tree: tree.frontier, report: &report) }
    }

    /// Compares the checkpoints that end within these leaves.
    private mutating func checkSeals(within leaves: ArraySlice<MerkleHash>) {
        if tree.isBroken { return }
        seals.check(tree: tree.frontier, report: &report)
        var frontier = tree.frontier
        var rest = leaves
        let end = frontier.count + UInt64(leaves.count)
        while let size = seals.nextSize, size < end {
            while frontier.count < size, let leaf = rest.popFirst() { frontier.append(leaf) }
            seals.check(tree: frontier, report: &report)
        }
    }

    // MARK: The end

    /// - Parameters:
    ///   - isIdle: nothing was appended since the head was read.
    ///   - beat: is called now and then.
    mutating func finish(
        isIdle: Bool, in transaction: borrowing ReadTransaction, beat: () -> Void
    ) throws -> VerificationReport {
        if next <= report.head.position {
            missing = (missing?.lowerBound ?? next)..<report.head.position + 1
            isBroken = true
        }
        reportMissing()
        if latest != report.head.recorded {
            report.add(
                "the log's mark of the last recorded time is wrong", at: report.head.position)
        }
        try checkArchive(in: transaction)
        if isIdle {
            try checkRows(in: transaction, beat: beat)
            try tree.finish(log: log, in: transaction, report: &report)
            if try transaction.count(of: log.events) > eventCount {
                report.add("there are events after the head", at: report.head.position + 1)
            }
        }
        try seals.finish(in: transaction, report: &report, beat: beat)
        report.seal = seals.findings
        report.root = tree.frontier.root
        return report
    }

    /// What left the log is named by it, range by range, with the root at the end of each.
    private mutating func checkArchive(in transaction: borrowing ReadTransaction) throws {
        let first = report.archivedSize &+ 1
        if first == 1 { return }
        var end: UInt64 = 0
        var isWhole = first > 1
        do {
            for segment in try log.archivedSegments(in: transaction).map(\.segment) {
                let root = try Tiles.root(ofSize: segment.last, of: log, in: transaction)
                if root != segment.root {
                    report.add(
                        "the archived events up to here do not have the root that was noted",
                        at: segment.last)
                }
                isWhole = isWhole && segment.first == end + 1 && first > segment.first
                end = segment.last
            }
        } catch let error as EventLogError {
            report.add("\(error)")
        }
        if !isWhole || first > end + 1 {
            report.add("the log's mark of the first position is wrong", at: 1)
        }
    }

    /// Every stream ends where its row says, and no row is without events.
    private mutating func checkRows(
        in transaction: borrowing ReadTransaction, beat: () -> Void
    ) throws {
        if isBroken { return }
        if let open, open.remaining > 0 {
            report.add(
                "the log ends inside an append, \(open.remaining) events short",
                at: report.head.position)
        }
        if try checkStreams(in: transaction, beat: beat) != report.head.position {
            report.add("the index of streams has rows without events, or too few")
        }
        // What left the log has rows, too.
        if isPartial { return }
        let counts = [
            (log.appends, appendCount, "appends"), (log.once, onceCount, "unique ids"),
        ]
        for (database, expected, name) in counts
        where try transaction.count(of: database) != expected {
            report.add("the index of \(name) has rows without events, or too few")
        }
    }

    /// Compares the rows of the streams with the last append to each.
    ///
    /// - Returns: how many events all streams have together.
    private mutating func checkStreams(
        in transaction: borrowing ReadTransaction, beat: () -> Void
    ) throws -> UInt64 {
        var total: UInt64 = 0
        try transaction.forEach(in: log.streams) { key, value in
            guard case .bytes(let name) = key else { return .stop }
            beat()
            let row = value.withUnsafeBytes { Array($0) }
            let number = UInt64(bigEndianBytes: row.prefix(8))
            let end = try log.end(ofStream: number, in: transaction)
            if row != end?.stored {
                let name = String(decoding: name, as: UTF8.self)
                report.add("the row of stream '\(name)' is wrong", at: end?.position)
            }
            total &+= end?.revision ?? 0
            return .continue
        }
        return total
    }
}
