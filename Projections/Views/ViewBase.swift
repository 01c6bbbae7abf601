internal import EventLog
internal import FoundationEssentials
internal import Merkle

/// What every view was at one position: where views begin whose events are in an archive that is
/// not at hand.
///
/// As bytes, all numbers big-endian: `magic`, the log's id (16 bytes), the position (8), the root
/// of the tree over the events up to there (32), the number of views (1). For each view the length
/// of its name (1), the name, its version (1); for each of its rows, in the order of their keys,
/// the length of the key (4), the key, the length of the value (4), the value; then a length of 0
/// (4) and the digest of the view (32). At the end the leaf hash of all that but the rows (32).
///
/// It is read from a file that is mapped: a dump of a long history is larger than memory.
public struct ViewBase: Sendable {
    static let magic = Array("dr-testing views 1\n".utf8)

    private struct Section: Sendable {
        let name: String
        let version: UInt8
        /// Where its first row stands.
        let start: Int
    }

    /// It holds what follows from the events up to here.
    let position: UInt64
    private let logID: [UInt8]
    private let root: MerkleHash
    private let sections: [Section]
    private let bytes: Data

    /// - Throws: `ViewError` with `.badBase` unless these are the bytes of a dump, unchanged.
    init(_ bytes: Data) throws {
        let (head, sections) = try bytes.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) in
            try Self.checked(BaseCursor(buffer))
        }
        (logID, position, root) = (head.logID, head.position, head.root)
        (self.sections, self.bytes) = (sections, bytes)
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

    /// Whether it has a view, in the version of this program.
    func holds(_ view: any ReadModel.Type) -> Bool { section(of: view) != nil }

    private func section(of view: any ReadModel.Type) -> Section? {
        sections.first { $0.name == view.name && $0.version == view.version }
    }

    /// Goes through the rows of a view in the order of their keys.
    ///
    /// - Throws: `ViewError` with `.notInBase` if it has none of the view; or what `body` throws.
    func forEachRow(
        of view: any ReadModel.Type, _ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Void
    ) throws {
        guard let section = section(of: view) else {
            throw ViewError(
                .notInBase,
                "the dump of the views has no \(view.name) of version \(view.version); it can be "
                    + "built with the archive")
        }
        try bytes.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) in
            var cursor = BaseCursor(buffer, at: section.start)
            while let row = try cursor.row() { try body(row.key, row.value) }
        }
    }

    /// Puts the rows of a view into an empty table.
    func restore(_ view: any ReadModel.Type, in table: inout RowTable) throws {
        // The places of rows in the index stand before the rows.
        var index: [UInt64: AddedRows.Row] = [:]
        try forEachRow(of: view) { key, value in
            if key.first == RowKey.index, key.count == 17 {
                let id = RowKey.number(key.suffix(8))
                index[id] = AddedRows.Row(
                    id: id, test: RowKey.number(key[1..<9]), recorded: RowKey.number(value),
                    place: 0..<0)
            }
            try table.restore(value, key, index: index)
        }
    }
}

// MARK: As bytes

extension ViewBase {
    /// With what a dump begins.
    struct Head {
        let logID: [UInt8]
        let position: UInt64
        let root: MerkleHash
        let count: UInt8

        var encoded: [UInt8] {
            ViewBase.magic + logID + RowKey.bigEndian(position) + root.bytes + [count]
        }
    }

    /// With what the rows of a view begin.
    static func title(of name: [UInt8], version: UInt8) -> [UInt8] {
        [UInt8(name.count)] + name + [version]
    }

    static func row(_ key: [UInt8], _ value: [UInt8]) -> [UInt8] { sized(key) + sized(value) }

    /// With what the rows of a view end: no key is empty.
    static let endOfRows = sized([])

    private static func sized(_ bytes: [UInt8]) -> [UInt8] {
        Array(RowKey.bigEndian(UInt64(bytes.count)).suffix(4)) + bytes
    }

    private static func checked(_ bytes: BaseCursor) throws -> (Head, [Section]) {
        var cursor = bytes
        guard try cursor.take(magic.count) == magic else { throw BaseCursor.damaged }
        let head = Head(
            logID: try cursor.take(16), position: try cursor.number(8), root: try cursor.hash(),
            count: UInt8(try cursor.number(1)))
        var frame = head.encoded
        var sections: [Section] = []
        for _ in 0..<head.count {
            let name = try cursor.take(Int(cursor.number(1)))
            let version = UInt8(try cursor.number(1))
            sections.append(
                Section(
                    name: String(decoding: name, as: UTF8.self), version: version,
                    start: cursor.next))
            var digest = ViewDigest(version: version)
            while let row = try cursor.row() { digest.add(row.key, row.value) }
            let end = digest.value(at: head.position)
            guard try cursor.hash() == end else { throw BaseCursor.damaged }
            frame += title(of: name, version: version) + end.bytes
        }
        guard try cursor.hash() == .leaf(frame), cursor.isAtEnd else { throw BaseCursor.damaged }
        return (head, sections)
    }
}

/// A place in the bytes of a dump. Not to be kept longer than the bytes are.
private struct BaseCursor {
    static let damaged = ViewError(.badBase, "the dump of the views is damaged")

    private let bytes: UnsafeRawBufferPointer
    private(set) var next: Int

    init(_ bytes: UnsafeRawBufferPointer, at start: Int = 0) { (self.bytes, next) = (bytes, start) }

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

    /// - Returns: `nil` at the end of the rows of a view.
    mutating func row() throws -> (key: [UInt8], value: [UInt8])? {
        let key = try take(Int(number(4)))
        if key.isEmpty { return nil }
        return (key: key, value: try take(Int(number(4))))
    }
}
