internal import Crypto

/// SHA-256 of bytes that come piece by piece: what `sha256sum` says of a file. Not a hash of the
/// tree, whose leaves and nodes begin with a byte of their own.
public struct ContentHash: Sendable {
    private var state = SHA256()

    public init() {}

    public static func of(_ bytes: ArraySlice<UInt8>) -> MerkleHash {
        var hash = ContentHash()
        hash.update(bytes)
        return hash.value
    }

    public mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
    }

    /// The hash of what came so far.
    public var value: MerkleHash { MerkleHash(Array(state.finalize()))! }
}
