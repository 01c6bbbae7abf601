internal import Merkle

/// Ids of what an OSCAL document has: they follow from the log, so that the same report has the
/// same ones whenever it is made.
struct OSCALIdentity {
    private static let namespace = Array("urn:dr-testing:oscal".utf8)

    private let seed: [UInt8]

    /// - Parameter root: of the tree over the events up to the head.
    init(root: MerkleHash) { seed = Self.namespace + root.bytes }

    /// The id of one thing of a kind.
    ///
    /// OSCAL allows the versions 4 and 5 of UUID and no other. This one is laid out as version 5,
    /// and is made with SHA-256 in the place of SHA-1, which nothing here computes.
    func uuid(_ kind: String, _ key: String) -> String {
        var name = seed
        name += kind.utf8
        name.append(0)
        name += key.utf8
        var bytes = Array(ContentHash.of(name[...]).bytes.prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x50
        bytes[8] = bytes[8] & 0x3f | 0x80
        let groups = [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10..<16]]
        return groups.map { Hexadecimal.encode($0) }.joined(separator: "-")
    }
}
