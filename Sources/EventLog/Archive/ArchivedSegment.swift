public import Merkle
public import Wire

/// The log's own note that a range of its events is in an archive, and may leave the log.
public struct ArchivedSegment: Equatable, Sendable, WireMessage {
    /// The field of the event in `Record`.
    public static let number = 43

    public let first: UInt64
    public let last: UInt64
    /// The root of the tree over the events up to `last`.
    public let root: MerkleHash
    /// When the event at `last` was recorded, in microseconds since 1970.
    public let lastRecorded: UInt64
    /// The name of the segment in the archive, and the SHA-256 of its bytes.
    public let name: String
    public let digest: MerkleHash
    /// The name of the dump of the views in the archive, and the SHA-256 of its list of parts.
    public let baseName: String
    public let baseDigest: MerkleHash
    /// The dump holds what follows from the events up to here: `last`, or the end of a later
    /// segment that was archived together with this one.
    public let basePosition: UInt64
    public let by: String

    init(
        range: ClosedRange<UInt64>, root: MerkleHash, lastRecorded: UInt64,
        segment: ArchivedObject, base: ArchivedObject, basePosition: UInt64, by: String
    ) {
        (first, last) = (range.lowerBound, range.upperBound)
        (self.root, self.lastRecorded, self.by) = (root, lastRecorded, by)
        (name, digest) = (segment.name, segment.digest)
        (baseName, baseDigest, self.basePosition) = (base.name, base.digest, basePosition)
    }

    public var range: ClosedRange<UInt64> { first...last }

    public init(payload: [UInt8]) throws(WireError) {
        try self.init(from: WireReader(payload))
    }

    public init(from reader: WireReader) throws(WireError) {
        var reader = reader
        var numbers: [Int: UInt64] = [:]
        var hashes: [Int: MerkleHash] = [:]
        var texts: [Int: String] = [:]
        while let field = try reader.next() {
            switch field.number {
            case 1, 2, 4, 9: numbers[field.number] = try field.uint64()
            case 3, 6, 8:
                guard let hash = MerkleHash(try field.data()) else {
                    throw WireError(.badValue, at: 0)
                }
                hashes[field.number] = hash
            case 5, 7, 10: texts[field.number] = try field.string()
            default: break
            }
        }
        guard let first = numbers[1], let last = numbers[2], 0 < first, first <= last,
            let root = hashes[3], let digest = hashes[6], let baseDigest = hashes[8]
        else { throw WireError(.badValue, at: 0) }
        self.init(
            range: first...last, root: root, lastRecorded: numbers[4] ?? 0,
            segment: ArchivedObject(name: texts[5] ?? "", digest: digest),
            base: ArchivedObject(name: texts[7] ?? "", digest: baseDigest),
            basePosition: numbers[9] ?? 0, by: texts[10] ?? "")
    }

    public func write(to writer: inout WireWriter) {
        writer.uint64(first, field: 1)
        writer.uint64(last, field: 2)
        writer.bytes(root.bytes, field: 3)
        writer.uint64(lastRecorded, field: 4)
        writer.string(name, field: 5)
        writer.bytes(digest.bytes, field: 6)
        writer.string(baseName, field: 7)
        writer.bytes(baseDigest.bytes, field: 8)
        writer.uint64(basePosition, field: 9)
        writer.string(by, field: 10)
    }
}

/// Something in an archive: where it is, and what it must be.
struct ArchivedObject: Equatable, Sendable {
    let name: String
    let digest: MerkleHash
}
