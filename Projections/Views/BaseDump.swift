internal import EventLog
internal import Merkle
internal import Synchronization

/// Makes the bytes of a `ViewBase` piece by piece: neither the views nor their dump have to fit
/// into memory.
final class BaseDump: Sendable {
    private static let pieceSize = 4 << 20

    private struct Progress {
        /// All but the rows, up to here.
        var frame: [UInt8] = []
        /// The index of the view whose rows come next.
        var view = 0
        /// Of the last row; `nil` before the first of a view.
        var key: [UInt8]?
        var digest = ViewDigest(version: 0)
        var isComplete = false
    }

    private let views: [any ReadModel.Type]
    private let head: ViewBase.Head
    private let store: ViewStore
    private let progress = Mutex(Progress())

    /// Builds views up to a position.
    ///
    /// - Parameter archive: gives the events that are not in the log any more. Without it, views
    ///   begin with the dump that is kept beside the log.
    init(
        of views: [any ReadModel.Type], at position: UInt64, _ reader: EventReader,
        archive: EventSource.Archive? = nil
    ) throws {
        let last = try reader.head().position
        if last < position {
            throw ViewError(.badBase, "the log ends at \(last), before \(position)")
        }
        // Beside the log, where the dump itself will be: elsewhere there may be less room.
        let place = reader.directory.path
        guard let folder = TemporaryFolder(in: place) else {
            throw ViewError(.noRoom, "no folder can be made in \(place) to build the views in")
        }
        store = try ViewStore(reader, in: folder)
        try store.rebuild(views, archive: archive, upTo: position)
        self.views = views
        head = ViewBase.Head(
            logID: Hexadecimal.decode(reader.logID) ?? [], position: position,
            root: try reader.root(ofSize: position), count: UInt8(views.count))
    }

    /// - Returns: the next piece; `nil` after the last.
    func next() throws -> [UInt8]? {
        try progress.withLock { progress in
            if progress.isComplete { return nil }
            var piece: [UInt8] = []
            if progress.frame.isEmpty {
                progress.frame = head.encoded
                piece = head.encoded
            }
            while piece.count < Self.pieceSize, !progress.isComplete {
                try add(to: &piece, &progress)
            }
            return piece
        }
    }

    /// Adds what comes next: some rows of a view, or the end of all.
    private func add(to piece: inout [UInt8], _ progress: inout Progress) throws {
        guard progress.view < views.count else {
            piece += MerkleHash.leaf(progress.frame).bytes
            progress.isComplete = true
            return
        }
        let view = views[progress.view]
        if progress.key == nil {
            let title = ViewBase.title(of: Array(view.name.utf8), version: view.version)
            piece += title
            progress.frame += title
            progress.digest = ViewDigest(version: view.version)
        }
        let rows = try store.page(
            of: view, after: progress.key ?? [], size: Self.pieceSize - piece.count)
        for row in rows {
            piece += ViewBase.row(row.key, row.value)
            progress.digest.add(row.key, row.value)
        }
        if let last = rows.last {
            progress.key = last.key
            return
        }
        let digest = progress.digest.value(at: head.position).bytes
        piece += ViewBase.endOfRows + digest
        progress.frame += digest
        (progress.view, progress.key) = (progress.view + 1, nil)
    }
}
