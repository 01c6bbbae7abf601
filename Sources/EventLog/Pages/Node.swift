/// An entry of a branch or a leaf page.
struct Node {
    enum Content {
        /// Of a branch: the page below that holds the keys from this one on.
        case child(UInt64)
        /// A value that stands in the page, by its place there.
        case value(Range<Int>)
        /// A value that is so long that it has pages of its own.
        case overflow(first: UInt64, size: Int)
        case tree(TreeRecord)
    }

    private static let headSize = 8

    let key: ArraySlice<UInt8>
    let content: Content
    /// All that belongs to it, up to an even offset.
    let extent: Range<Int>

    init(_ page: Page, at offset: Int, in kind: Page.Kind) throws(PageDamage) {
        let low: UInt16 = try page.integer(at: offset)
        let high: UInt16 = try page.integer(at: offset + 2)
        let flags: UInt16 = try page.integer(at: offset + 4)
        let keySize: UInt16 = try page.integer(at: offset + 6)
        key = try page.slice(from: offset + Self.headSize, count: Int(keySize))
        let number = UInt64(low) | UInt64(high) << 16
        let end: Int
        if kind == .branch {
            content = .child(number | UInt64(flags) << 32)
            end = key.endIndex
        } else {
            (content, end) = try Self.content(
                page, at: key.endIndex, size: Int(number), flags: flags)
        }
        guard offset.isMultiple(of: 2), end <= page.bytes.count else {
            throw page.damage("an entry at byte \(offset) is out of place")
        }
        extent = offset..<end + end % 2
    }

    /// - Returns: also where it ends.
    private static func content(
        _ page: Page, at start: Int, size: Int, flags: UInt16
    ) throws(PageDamage) -> (Content, end: Int) {
        switch flags {
        case 0:
            return (.value(start..<start + size), start + size)
        case 1:
            return (.overflow(first: try page.integer(at: start), size: size), start + 8)
        case 2 where size == TreeRecord.size:
            return (.tree(try TreeRecord(page, at: start)), start + size)
        default:
            throw page.damage("an entry of \(size) bytes has the flags \(flags)")
        }
    }
}

extension Page {
    /// The entries of a branch or a leaf, in their order.
    func nodes(_ kind: Kind) throws(PageDamage) -> [Node] {
        try checkHead(kind)
        let (lower, upper): (UInt16, UInt16) = (try integer(at: 12), try integer(at: 14))
        let offsets = stride(from: Self.headSize, to: Int(lower), by: 2)
        guard lower % 2 == 0, lower <= upper, Int(upper) <= bytes.count else {
            throw damage("its free space from byte \(lower) to \(upper) cannot be")
        }
        var nodes: [Node] = []
        for place in offsets {
            let offset: UInt16 = try integer(at: place)
            nodes.append(try Node(self, at: Int(offset), in: kind))
        }
        // A branch that leads to one page only would be left out of the tree.
        guard nodes.count >= (kind == .branch ? 2 : 1) else {
            throw damage("it has \(nodes.count) entries")
        }
        try check(nodes.map(\.extent), from: Int(upper))
        return nodes
    }

    /// LMDB moves entries together when one goes: they fill the page to its end.
    private func check(_ extents: [Range<Int>], from start: Int) throws(PageDamage) {
        var end = start
        for extent in extents.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard extent.lowerBound == end else {
                throw damage("its entries overlap, or leave a gap, at byte \(end)")
            }
            end = extent.upperBound
        }
        guard end == bytes.count else { throw damage("its entries end at byte \(end)") }
    }
}
