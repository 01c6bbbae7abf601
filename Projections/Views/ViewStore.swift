public import EventLog
public import Merkle

/// Keeps the views in a file, and brings them up to date with the log.
///
/// The file can be deleted at any time. It is not flushed: after a restart of the host it is
/// thrown away and built again, since a power cut may have damaged it. Every call blocks.
public final class ViewStore: Sendable {
    private static let batchSize = 5000
    private static let batchTime: Duration = .milliseconds(20)
    /// So many rows of a base are stored at once.
    private static let loadedAtOnce = 5000
    private static let pieceSize = 1 << 16

    let file: ViewFile
    private let reader: EventReader
    /// Let go of after the file that was made in it.
    private let folder: TemporaryFolder?

    /// - Throws: `LMDBError` if the views cannot be written: fold them in memory then.
    public init(_ reader: EventReader) throws {
        (self.reader, folder) = (reader, nil)
        file = try ViewFile(reader.directory.views)
    }

    /// Views of its own, which nobody else sees, and which go with this value.
    ///
    /// - Throws: `LMDBError` if there is no room for them.
    init(_ reader: EventReader, in folder: TemporaryFolder) throws {
        (self.reader, self.folder) = (reader, folder)
        defer { folder.remove() }
        file = try ViewFile(folder.path)
    }

    public func head(of view: any ReadModel.Type) throws -> ViewHead? { try file.head(of: view) }

    // MARK: Bringing up to date

    /// Folds what the log has and the view has not.
    public func catchUp(_ view: any ReadModel.Type) throws { try catchUp([view]) }

    /// Folds what the log has and the views have not. Those that do not fit the log are built anew.
    public func catchUp(_ views: [any ReadModel.Type]) throws {
        let last = try reader.head().position
        let unfit = try views.filter { try fitsLog($0) == false }
        if !unfit.isEmpty { try rebuild(unfit) }
        while try catchUpOnce(views, upTo: last) {}
    }

    private func fitsLog(_ view: any ReadModel.Type) throws -> Bool {
        guard let head = try head(of: view), head.logID == logID else { return false }
        // What comes next must still be there.
        return try head.position <= reader.head().position
            && head.position + 1 >= reader.firstPosition()
            && reader.root(ofSize: head.position) == head.root
    }

    private var logID: [UInt8] { Hexadecimal.decode(reader.logID) ?? [] }

    /// Folds on those that are furthest behind, as far as the next of the others.
    ///
    /// - Returns: whether there is more.
    private func catchUpOnce(_ views: [any ReadModel.Type], upTo last: UInt64) throws -> Bool {
        let heads = try views.map { try head(of: $0) }
        let known = zip(views, heads).compactMap { view, head in head.map { (view, $0) } }
        let positions = known.map { $0.1.position }
        guard let position = positions.min(), position < last else { return false }
        let behind = known.filter { $0.1.position == position }
        let end = positions.filter { $0 > position }.min() ?? last
        let limit = min(UInt64(Self.batchSize), end - position)
        let events = try reader.events(from: position + 1, limit: Int(limit))
        guard !events.isEmpty else { return false }
        let tables = behind.map { view, head in
            RowTable(StoredRows(file, generation: head.generation, of: view))
        }
        var fold = Fold(behind.map { $0.0 }, tables)
        // Somebody else may be faster: then all begins anew.
        _ = try file.advance(&fold, from: behind.map { $0.1 }) { fold in
            let reached = try Self.apply(events, to: &fold)
            return (reached, try reader.root(ofSize: reached))
        }
        return true
    }

    /// - Returns: the position that was reached when the time was over.
    private static func apply(_ events: [RecordedEvent], to fold: inout Fold) throws -> UInt64 {
        let deadline = ContinuousClock.now + batchTime
        var reached: UInt64 = 0
        for event in events {
            if let step = FoldStep(event, fold.filter) { try fold.apply(step) }
            reached = event.position
            if ContinuousClock.now > deadline { break }
        }
        try fold.finish()
        return reached
    }

    // MARK: Building anew

    public func rebuild(_ view: any ReadModel.Type) throws { try rebuild([view]) }

    /// Builds views anew beside the old ones, in one pass over the log, shows them together, and
    /// removes the old rows. Until then readers see the old ones.
    ///
    /// - Parameters:
    ///   - archive: gives the events that are not in the log any more. Without it, views begin with
    ///     the dump that is kept beside a log whose beginning is archived.
    ///   - progress: is told the position reached, and the last one.
    /// - Throws: `EventLogError` with `.archived` if the beginning is missing.
    public func rebuild(
        _ views: [any ReadModel.Type], archive: EventSource.Archive? = nil,
        progress: (_ position: UInt64, _ last: UInt64) -> Void = { _, _ in }
    ) throws {
        let last = try reader.head().position
        try rebuild(views, archive: archive, upTo: last, progress: progress)
    }

    /// Builds and shows views as they are at a position.
    func rebuild(
        _ views: [any ReadModel.Type], archive: EventSource.Archive?, upTo last: UInt64,
        progress: (_ position: UInt64, _ last: UInt64) -> Void = { _, _ in }
    ) throws {
        let source = try EventSource(reader, archive: archive)
        let base = try archive == nil ? self.base(upTo: last) : nil
        let generations = try build(views, from: base, source, upTo: last, progress: progress)
        let root = try reader.root(ofSize: last)
        let heads = generations.map {
            ViewHead(generation: $0, position: last, root: root, logID: logID)
        }
        try file.show(heads, of: views)
        for (view, generation) in zip(views, generations) {
            // If a younger one was whole first, what was built here is of no use.
            let shown = try head(of: view)?.generation ?? generation
            try file.removeRows(of: view, before: max(shown, generation))
        }
    }

    /// Builds views as they are at a position, beside those that are shown.
    ///
    /// - Parameter base: where to begin; `nil`: with the first event.
    /// - Returns: the generations in which they stand.
    func build(
        _ views: [any ReadModel.Type], from base: ViewBase?, _ source: EventSource,
        upTo last: UInt64, progress: (_ position: UInt64, _ last: UInt64) -> Void = { _, _ in }
    ) throws -> [UInt64] {
        let generations = try file.claimGenerations(of: views)
        if let base { try load(base, views, generations) }
        let writer = WriteBehind(file, generations: generations)
        let tables = zip(views, generations).map { view, generation in
            RowTable(
                StoredRows(file, generation: generation, of: view, writer: writer),
                isEmpty: base == nil)
        }
        var fold = Fold(views, tables)
        let feed = EventFeed(source: source, filter: fold.filter)
        var written = base?.position ?? 0
        try feed.forEachBatch(after: written, upTo: last) { steps, position in
            for step in steps { try fold.apply(step) }
            if position < last, !fold.isWorthWriting(since: written, position) { return }
            try fold.finish()
            try writer.write(fold)
            fold.wasWritten()
            written = position
            progress(position, last)
        }
        try writer.wait()
        return generations
    }

    /// Where a build begins if not with the first event.
    private func base(upTo last: UInt64) throws -> ViewBase? {
        guard let base = try ViewBase.needed(by: reader), base.position <= last else { return nil }
        return base
    }

    private func load(
        _ base: ViewBase, _ views: [any ReadModel.Type], _ generations: [UInt64]
    ) throws {
        for (view, generation) in zip(views, generations) {
            var part: [(key: [UInt8], value: [UInt8])] = []
            try base.forEachRow(of: view) { key, value in
                part.append((key: key, value: value))
                if part.count < Self.loadedAtOnce { return }
                try file.write(part[...], generation: generation, of: view)
                part.removeAll(keepingCapacity: true)
            }
            try file.write(part[...], generation: generation, of: view)
        }
    }

    // MARK: Reading

    /// The rows of a view and the position they show, in one snapshot.
    public func table(_ view: any ReadModel.Type) throws -> ViewRows {
        var found: [[UInt8]] = []
        let head = try file.forEachRow(of: view, kind: RowKey.row, row: { found.append($1) })
        return ViewRows(view: view.name, position: head?.position ?? 0, rows: found)
    }

    /// Hands over `ViewRows.json` piece by piece: for tables that are larger than memory.
    public func write(
        _ view: any ReadModel.Type, to sink: (_ piece: [UInt8]) throws -> Void
    ) throws {
        var piece: [UInt8] = []
        var isFirst = true
        let head = try file.forEachRow(
            of: view, kind: RowKey.row,
            begin: { piece = ViewRows.beginning(view: view.name, position: $0.position) },
            row: { _, row in
                if !isFirst { piece.append(UInt8(ascii: ",")) }
                isFirst = false
                piece += row
                if piece.count < Self.pieceSize { return }
                try sink(piece)
                piece.removeAll(keepingCapacity: true)
            })
        if head == nil { piece = ViewRows.beginning(view: view.name, position: 0) }
        try sink(piece + ViewRows.end)
    }

    /// The rows of a view after a key, all kinds, about `size` bytes of them; none after the last.
    func page(
        of view: any ReadModel.Type, after key: [UInt8], size: Int
    ) throws -> [(key: [UInt8], value: [UInt8])] {
        guard let head = try head(of: view) else { return [] }
        return try file.page(of: view, generation: head.generation, after: key, size: size)
    }

    public func digest(_ view: any ReadModel.Type) throws -> MerkleHash {
        try status(of: view).digest
    }

    /// What a view shows, in one snapshot.
    public func status(of view: any ReadModel.Type) throws -> ViewStatus {
        var digest = ViewDigest(version: view.version)
        var rows = 0
        let head = try file.forEachRow(
            of: view,
            row: { key, value in
                digest.add(key, value)
                if key.first == RowKey.row { rows += 1 }
            })
        let position = head?.position ?? 0
        return ViewStatus(
            view: view.name, version: view.version, position: position, rows: rows,
            digest: digest.value(at: position))
    }
}
