internal import Merkle

/// Keys in the file of the views: those of a view and a version begin alike, so that a program
/// finds only what it wrote itself.
enum ViewKey {
    static func prefix(_ view: any ReadModel.Type) -> [UInt8] {
        [UInt8(view.name.utf8.count)] + Array(view.name.utf8) + [view.version]
    }

    static func generation(_ generation: UInt64, of view: any ReadModel.Type) -> [UInt8] {
        prefix(view) + RowKey.bigEndian(generation)
    }

    static func head(_ view: any ReadModel.Type) -> [UInt8] { prefix(view) }

    /// The last generation that somebody began to write.
    static func claim(_ view: any ReadModel.Type) -> [UInt8] { prefix(view) + [0x63] }
}

/// What a view was built from.
public struct ViewHead: Equatable, Sendable {
    public let generation: UInt64
    public let position: UInt64
    let root: MerkleHash
    let logID: [UInt8]
}

extension ViewHead {
    var stored: [UInt8] {
        RowKey.bigEndian(generation) + RowKey.bigEndian(position) + root.bytes + logID
    }

    init?(stored: [UInt8]) {
        guard stored.count == 64, let root = MerkleHash(stored[16..<48]) else { return nil }
        (generation, position) = (RowKey.number(stored[0..<8]), RowKey.number(stored[8..<16]))
        (self.root, logID) = (root, Array(stored[48...]))
    }
}

/// Makes one key after another in the same place.
struct RowKeyBuffer {
    private var bytes: [UInt8]
    private let prefix: Int

    init(_ generation: [UInt8]) {
        (bytes, prefix) = (generation, generation.count)
        bytes.reserveCapacity(prefix + 17)
    }

    mutating func row(_ id: UInt64) -> [UInt8] {
        begin(RowKey.row)
        append(id)
        return bytes
    }

    mutating func index(test: UInt64, row: UInt64) -> [UInt8] {
        begin(RowKey.index)
        append(test)
        append(row)
        return bytes
    }

    private mutating func begin(_ kind: UInt8) {
        bytes.removeLast(bytes.count - prefix)
        bytes.append(kind)
    }

    private mutating func append(_ number: UInt64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
