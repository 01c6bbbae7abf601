/// Where C2SP tlog-tiles puts the tiles of a log: 256 hashes a tile, indexes in groups of three
/// digits.
public struct TilePath: Equatable, Sendable, CustomStringConvertible {
    public enum Content: Equatable, Sendable {
        /// Hashes of one level; level 1 holds the roots of the tiles of level 0, and so on.
        case hashes(level: Int)
        case entries
    }

    public static let fullWidth = 256

    public let content: Content
    public let index: UInt64
    /// The number of entries of the last tile of a level, 1 to 255; `nil` for a full tile.
    public let partialWidth: Int?

    public init(content: Content, index: UInt64, partialWidth: Int? = nil) {
        self.content = content
        self.index = index
        self.partialWidth = partialWidth
    }

    /// The tile that holds leaf `leaf` of a log of `size` leaves.
    public static func entries(holding leaf: UInt64, inLogOfSize size: UInt64) -> TilePath {
        let index = leaf / UInt64(fullWidth)
        return TilePath(
            content: .entries, index: index,
            partialWidth: index < size / UInt64(fullWidth)
                ? nil : partialWidth(level: 0, size: size))
    }

    /// The number of hashes in the last tile of a level, or `nil` if that tile is full.
    public static func partialWidth(level: Int, size: UInt64) -> Int? {
        let count = level < 8 ? size >> UInt64(8 * level) : 0
        let width = Int(count % UInt64(fullWidth))
        return width == 0 ? nil : width
    }

    public var description: String {
        let kind =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        return "tile/\(kind)/\(Self.text(of: index))" + (partialWidth.map { ".p/\($0)" } ?? "")
    }

    private static func text(of index: UInt64) -> String {
        var groups: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1000)
            groups.append(String(repeating: "0", count: 3 - digits.count) + digits)
            rest /= 1000
        } while rest > 0
        let last = groups.removeFirst()
        return groups.reversed().map { "x\($0)/" }.joined() + last
    }
}

extension TilePath {
    /// Reads a path. Only the one spelling that `description` gives is accepted.
    public init?(_ path: String) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, parts.removeFirst() == "tile" else { return nil }
        let kind = parts.removeFirst()
        var width: Int?
        if parts.count >= 2, parts[parts.count - 2].hasSuffix(".p") {
            width = Int(parts.removeLast())
            guard let width, (1..<Self.fullWidth).contains(width) else { return nil }
            parts[parts.count - 1].removeLast(2)
        }
        let digits = parts.map { $0.hasPrefix("x") ? String($0.dropFirst()) : $0 }.joined()
        guard let index = UInt64(digits) else { return nil }
        if kind == "entries" {
            self.init(content: .entries, index: index, partialWidth: width)
        } else {
            guard let level = Int(kind), (0..<64).contains(level) else { return nil }
            self.init(content: .hashes(level: level), index: index, partialWidth: width)
        }
        if description != path { return nil }
    }
}
