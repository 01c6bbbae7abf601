internal import Merkle

/// One segment as it stands in an archive: the stored values of a range of positions.
///
/// The bytes, integers big-endian: `dr-testing log segment 1` (24 bytes), the log id (16), the
/// first and the last position (8 each), the root of the tree over the events up to the last (32);
/// then for each position the length of its value (4) and the value; then the SHA-256 of all
/// that (32). A segment can be read as long as there is a description of these lines.
struct SegmentFile: Equatable, Sendable {
    /// A segment takes values until it has so many bytes: little enough to be held in memory.
    static let standardSize = 8 << 20
    /// The most bytes a segment may have.
    static let maximumSize = 64 << 20

    private static let magic = Array("dr-testing log segment 1".utf8)
    private static let headerSize = 88

    /// 16 bytes.
    let logID: [UInt8]
    let first: UInt64
    let root: MerkleHash
    /// At least one.
    let values: [[UInt8]]

    init(logID: [UInt8], first: UInt64, root: MerkleHash, values: [[UInt8]]) {
        (self.logID, self.first, self.root, self.values) = (logID, first, root, values)
    }

    var range: ClosedRange<UInt64> { first...first + UInt64(values.count) - 1 }

    var encoded: [UInt8] {
        var bytes = Self.magic + logID
        bytes.reserveCapacity(values.reduce(Self.headerSize + 32) { $0 + $1.count + 4 })
        bytes += range.lowerBound.bigEndianBytes + range.upperBound.bigEndianBytes + root.bytes
        for value in values {
            bytes += UInt64(value.count).bigEndianBytes.suffix(4)
            bytes += value
        }
        bytes += ContentHash.of(bytes[...]).bytes
        return bytes
    }

    /// - Throws: `.archive` unless the bytes are one whole segment.
    init(parsing bytes: [UInt8]) throws(EventLogError) {
        let malformed = EventLogError(.archive, "a segment in the archive is not whole")
        let end = bytes.count - 32
        guard bytes.count <= Self.maximumSize, end > Self.headerSize,
            bytes.starts(with: Self.magic), let root = MerkleHash(bytes[56..<88]),
            ContentHash.of(bytes[..<end]).bytes.elementsEqual(bytes[end...])
        else { throw malformed }
        var values: [[UInt8]] = []
        var next = Self.headerSize
        while next < end {
            guard end - next >= 4 else { throw malformed }
            let count = Int(UInt64(bigEndianBytes: bytes[next..<next + 4]))
            guard count <= end - next - 4 else { throw malformed }
            values.append(Array(bytes[next + 4..<next + 4 + count]))
            next += 4 + count
        }
        let first = UInt64(bigEndianBytes: bytes[40..<48])
        let last = UInt64(bigEndianBytes: bytes[48..<56])
        guard 0 < first, first <= last, last - first == UInt64(values.count) - 1 else {
            throw malformed
        }
        self.init(logID: Array(bytes[24..<40]), first: first, root: root, values: values)
    }
}

/// The list of the parts of a dump, in text: a line for each, with its SHA-256 and its name.
struct BaseList: Equatable, Sendable {
    private(set) var parts: [ArchivedObject] = []
    let position: UInt64

    init(position: UInt64) { self.position = position }

    mutating func add(_ part: ArchivedObject) { parts.append(part) }

    var encoded: [UInt8] {
        let lines = parts.map { "\($0.digest)  \($0.name)\n" }
        return Array("dr-testing views at \(position)\n\(lines.joined())".utf8)
    }

    /// - Throws: `.archive` unless the bytes are such a list.
    init(parsing bytes: [UInt8]) throws(EventLogError) {
        let malformed = EventLogError(.archive, "a list of views in the archive is not whole")
        let lines = bytes.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
        let title = "dr-testing views at "
        guard bytes.last == 10, let head = lines.first, head.hasPrefix(title),
            let position = UInt64(head.dropFirst(title.count))
        else { throw malformed }
        self.position = position
        for line in lines.dropFirst() {
            let fields = line.split(separator: " ")
            guard fields.count == 2, let bytes = Hexadecimal.decode(fields[0]),
                let digest = MerkleHash(bytes)
            else { throw malformed }
            parts.append(ArchivedObject(name: String(fields[1]), digest: digest))
        }
    }
}
