public import Merkle
internal import Wire

/// What a view shows: the log up to a position, in so many rows.
public struct ViewStatus: Equatable, Sendable {
    public let view: String
    public let version: UInt8
    public let position: UInt64
    public let rows: Int
    /// Equal for equal tables of one version at one position, however they were built.
    public let digest: MerkleHash

    public var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { status in
            status.member("view", view)
            status.member("version", UInt64(version))
            status.member("position", position)
            status.member("rows", UInt64(rows))
            status.member("digest", "\(digest)")
        }
        return writer.bytes
    }
}
