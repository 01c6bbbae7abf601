public import EventLog
internal import Merkle

/// Reads what the log says of a period, and proves that it is what was recorded.
///
/// Every event of the period, up to the head, is hashed anew. With the stored hashes of all others
/// they must give the root of the tree over the head's events, and that tree must be of one piece
/// with the newest checkpoint. What is read of earlier runs and of the catalogue is taken as it is
/// stored.
///
/// The log may be in use: what was read up to a position never changes, until it is archived.
/// Blocks.
///
/// A history follows from what was asked for and from the events up to its head, but for one thing:
/// that time went by after the last event of a period is shown by later events alone. So a history
/// whose head is that event is judged at its time while the log does not go on after the period,
/// and at the end of the period from then on (`History.judgedAt`). Nothing else that is recorded
/// later changes a history, and a head in the middle of a period is always judged at its own time.
public struct HistoryReader {
    private let reader: EventReader

    public init(_ reader: EventReader) { self.reader = reader }

    /// - Returns: the history, and how far the log is sealed now.
    /// - Throws: `HistoryError`; `EventLogError`: `.damaged` if the events are not those that were
    ///   recorded or sealed, `.archived` if some of the period have left the log.
    public func read(
        _ request: HistoryRequest
    ) throws -> (history: History, seal: SealStatus) {
        let scope = try HistoryScope(request, reader)
        var values = SharedValues()
        let before = try RunsBefore(scope.before, reader, sharing: &values)
        var fold = PeriodFold(
            scope, reader, open: before.open, keptRecords: request.keptRecords, sharing: values)
        let root = try self.root(of: scope) { try fold.add($0) }
        let checkpoint = try reader.checkTree(ofSize: scope.head, root: root)
        let range = VerifiedRange(
            first: scope.first, last: scope.last, size: scope.head, root: root)
        let (runs, underWay) = (fold.runs, fold.unfinished)
        let origin = ReportOrigin(
            logID: reader.logID, logOrigin: reader.origin, head: scope.head,
            generatedAt: scope.generatedAt, range: range, firstHeld: try reader.firstPosition(),
            toolVersion: request.toolVersion, command: Self.command(request, scope),
            counts: .init(
                runs, ends: fold.ends, underWay: underWay, events: range.hashed))
        let history = History(
            period: scope.period, origin: origin, judgedAt: scope.judgedAt, runs: runs,
            underWay: underWay, earlier: before.drills,
            catalog: try CatalogFold.catalog(scope, reader), notes: fold.notes)
        return (history, SealStatus(checkpoint, head: scope.head))
    }

    /// With all that the history follows from, so that it makes the same report however the log
    /// goes on.
    private static func command(_ request: HistoryRequest, _ scope: HistoryScope) -> String {
        let command = "\(request.command) --as-of \(scope.head)"
        if scope.incident != nil { return command }
        let moment: HistoryRequest.Judgement =
            scope.judgedAt == scope.period.end ? .end : .head
        return "\(command) --judge-at \(moment.rawValue)"
    }

    /// The root of the tree over the head's events, from the events of the period.
    private func root(
        of scope: HistoryScope, _ body: (HashedEvents) throws -> Void
    ) throws -> MerkleHash {
        guard let range = scope.range else { return try reader.root(ofSize: scope.head) }
        return try reader.verifiedEvents(
            in: range, treeSize: scope.head, where: { PeriodFold.reads($0) }, body)
    }
}

extension ReportOrigin.Counts {
    fileprivate init(
        _ runs: [DrillRun], ends: Int, underWay: [DrillSummary], events: UInt64
    ) {
        func count(_ purpose: String) -> Int { runs.count { $0.summary.purpose == purpose } }
        let (drills, proofs, chaos) = (count("drill"), count("proof"), count("chaos"))
        self.init(
            events: events, runs: ends, drills: drills, proofs: proofs, chaos: chaos,
            others: runs.count - drills - proofs - chaos, underWay: underWay.count)
    }
}

extension SealStatus {
    fileprivate init(_ trusted: TrustedCheckpoint?, head: UInt64) {
        let size = trusted?.checkpoint.size
        self.init(
            checkpoint: trusted?.note.encoded, checkpointSize: size,
            coversHead: size.map { $0 >= head } ?? false, key: trusted.map { "\($0.key)" })
    }
}
