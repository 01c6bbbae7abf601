internal import Crypto

/// Which objects of a backup are verified or restored.
public enum BackupScope: Equatable, Sendable {
    case all
    /// So many objects, or all if there are fewer. The same seed chooses the same keys.
    case sample(count: Int, seed: UInt64)
    case keys([String])

    struct Selection: Sendable {
        /// In the order of the backup.
        var entries: [BackupManifest.Entry]
        /// Keys that were asked for and are not in the backup.
        var absent: [String] = []
    }

    /// - Precondition: a sample has at least one object.
    func select(from entries: [BackupManifest.Entry]) -> Selection {
        switch self {
        case .all: return Selection(entries: entries)
        case .sample(let count, let seed):
            precondition(count >= 1, "A sample has at least one object.")
            let ranked = entries.indices.map { (rank: Self.rank(entries[$0], seed), index: $0) }
                .sorted { $0.rank.lexicographicallyPrecedes($1.rank) }
            return Selection(
                entries: ranked.prefix(count).map(\.index).sorted().map { entries[$0] })
        case .keys(let keys):
            let wanted = Set(keys.map { Array($0.utf8) })
            let found = entries.filter { wanted.contains($0.exactKey) }
            let present = Set(found.map(\.exactKey))
            return Selection(
                entries: found, absent: keys.filter { !present.contains(Array($0.utf8)) })
        }
    }

    /// Hashes are as good as random, and need no generator whose results change with a release.
    private static func rank(_ entry: BackupManifest.Entry, _ seed: UInt64) -> [UInt8] {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: seed >> (56 - 8 * $0)) }
        return Array(SHA256.hash(data: bytes + entry.exactKey))
    }
}
