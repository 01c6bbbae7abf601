public import EventLog
internal import Merkle
internal import Synchronization

/// What every view was at one position: where views begin whose events are in an archive that is
/// not at hand.
///
/// As bytes, all numbers big-endian: `magic`, the log's id (16 bytes), the position (8), the root
/// of the tree over the events up to there (32), the number of views (1); for each view the length
/// of its name (1), the name, its version (1), the number of its rows (8); for each row the length
/// of the key (4), the key, the length of the value (4), the value; then the digest of the view
/// (32). At the end the leaf hash of everything before (32).
public struct ViewBase: Sendable {
    fileprivate static let magic = Array("dr-testing views 1\n".utf8)

    fileprivate struct Section: Sendable {
        let name: String
        let version: UInt8
        /// In the order of their keys.
        let rows: [(key: [UInt8], value: [UInt8])]

        func digest(at position: UInt64) -> MerkleHash {
            var digest = ViewDigest(version: version)
            for row in rows { digest.add(row.key, row.value) }
            return digest.value(at: position)
        }
    }

    /// It holds what follows from the events up to here.
    public let position: UInt64
    fileprivate let logID: [UInt8]
    fileprivate let root: MerkleHash
    fileprivate let sections: [Section]

    /// Folds views up to a position.
    ///
    /// - Parameter earlier: where to begin; `nil`: with the first event.
    public init(
        of views: [any ReadModel.Type], _ source: EventSource, upTo position: UInt64,
        from earlier: ViewBase? = nil
    ) throws {
        try earlier?.checkFits(source.reader)
        var fold = Fold(views, views.map { _ in RowTable() })
        if let earlier {
            for (index, view) in views.enumerated() {
                try earlier.restore(view, in: &fold.tables[index])
            }
        }
        let reached = try fold.add(source, after: earlier?.position ?? 0, upTo: position)
        guard reached == position else {
            throw ViewError(.badBase, "the log ends at \(reached), before \(position)")
        }
        self.position = position
        logID = Hexadecimal.decode(source.reader.logID) ?? []
        root = try source.reader.root(ofSize: position)
        sections = zip(views, fold.tables).map { view, table in
            var rows: [(key: [UInt8], value: [UInt8])] = []
            table.forEachRow { rows.append((key: $0, value: $1)) }
            return Section(name: view.name, version: view.version, rows: rows)
        }
    }

    /// - Throws: `ViewError` unless it was built from this log.
    func checkFits(_ reader: EventReader) throws {
        let belongs =
            try logID == Hexadecimal.decode(reader.logID)
            && position <= reader.head().position && reader.root(ofSize: position) == root
        guard belongs else {
            throw ViewError(.badBase, "the dump of the views belongs to another log")
        }
    }

    func rows(of view: any ReadModel.Type) throws -> [(key: [UInt8], value: [UInt8])] {
        let found = sections.first { $0.name == view.name && $0.version == view.version }
        guard let found else {
            throw ViewError(
                .notInBase,
                "the dump of the views has no \(view.name) of version \(view.version); it can be "
                    + "built with the archive")
        }
        return found.rows
    }

    /// Puts the rows of a view into an empty table.
    func restore(_ view: any ReadModel.Type, in table: inout RowTable) throws {
        let rows = try rows(of: view)
        var index: [UInt64: AddedRows.Row] = [:]
        for (key, value) in rows where key.first == RowKey.index && key.count == 17 {
            let id = RowKey.number(key.suffix(8))
            index[id] = AddedRows.Row(
                id: id, test: RowKey.number(key[1..<9]), recorded: RowKey.number(value),
                place: 0..<0)
        }
        for (key, value) in rows { try table.restore(value, key, index: index) }
    }
}

// MARK: As bytes

extension ViewBase {
    public var bytes: [UInt8] {
        var bytes = Self.magic + logID + RowKey.bigEndian(position) + root.bytes
        bytes.append(UInt8(sections.count))
        for section in sections {
            bytes.append(UInt8(section.name.utf8.count))
            bytes += Array(section.name.utf8) + [section.version]
            bytes += RowKey.bigEndian(UInt64(section.rows.count))
            for row in section.rows {
                for part in [row.key, row.value] {
                    bytes += RowKey.bigEndian(UInt64(part.count)).suffix(4) + part
                }
            }
            bytes += section.digest(at: position).bytes
        }
        return bytes + MerkleHash.leaf(bytes).bytes
    }

    /// In the form that an archive takes.
    public var forArchive: ArchiveBase {
        let pieces = Pieces(of: bytes)
        return ArchiveBase(position: position) { pieces.next() }
    }

    /// - Throws: `ViewError` with `.badBase` unless these are the bytes of a dump, unchanged.
    public init(bytes: [UInt8]) throws {
        var reader = BaseReader(Array(bytes.dropLast(32)))
        guard MerkleHash(bytes.suffix(32)) == .leaf(reader.bytes) else {
            throw BaseReader.damaged
        }
        guard try reader.take(Self.magic.count) == Self.magic else { throw BaseReader.damaged }
        logID = try reader.take(16)
        position = try reader.number(8)
        root = try reader.hash()
        var sections: [Section] = []
        for _ in 0..<(try reader.number(1)) {
            let name = String(decoding: try reader.take(Int(reader.number(1))), as: UTF8.self)
            let version = UInt8(try reader.number(1))
            var rows: [(key: [UInt8], value: [UInt8])] = []
            for _ in 0..<(try reader.number(8)) {
                let key = try reader.take(Int(reader.number(4)))
                rows.append((key: key, value: try reader.take(Int(reader.number(4)))))
            }
            let section = Section(name: name, version: version, rows: rows)
            guard try reader.hash() == section.digest(at: position) else {
                throw BaseReader.damaged
            }
            sections.append(section)
        }
        guard reader.isAtEnd else { throw BaseReader.damaged }
        self.sections = sections
    }
}

private struct BaseReader {
    static let damaged = ViewError(.badBase, "the dump of the views is damaged")

    let bytes: [UInt8]
    private var next = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { next == bytes.count }

    mutating func take(_ count: Int) throws -> [UInt8] {
        guard count <= bytes.count - next else { throw Self.damaged }
        defer { next += count }
        return Array(bytes[next..<next + count])
    }

    mutating func number(_ count: Int) throws -> UInt64 { RowKey.number(try take(count)) }

    mutating func hash() throws -> MerkleHash {
        guard let hash = MerkleHash(try take(32)) else { throw Self.damaged }
        return hash
    }
}

/// Gives bytes piece by piece.
private final class Pieces: Sendable {
    private static let size = 4 << 20

    private let bytes: [UInt8]
    private let given = Mutex(0)

    init(of bytes: [UInt8]) { self.bytes = bytes }

    func next() -> [UInt8]? {
        given.withLock { given in
            guard given < bytes.count else { return nil }
            let end = min(given + Self.size, bytes.count)
            defer { given = end }
            return Array(bytes[given..<end])
        }
    }
}
