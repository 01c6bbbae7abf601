/// An entry of the free list: how many pages one commit freed, then their numbers, descending.
struct FreeRecord {
    private static let numberSize = 8

    /// How many numbers still follow; `nil` before the count was read.
    private var remaining: UInt64?
    private let capacity: UInt64
    private var previous = UInt64.max

    /// - Parameter size: in bytes. There may be more room than is used.
    private init(size: Int, on page: Page) throws(PageDamage) {
        guard size >= Self.numberSize, size.isMultiple(of: Self.numberSize) else {
            throw page.damage("an entry of the free list has \(size) bytes")
        }
        capacity = UInt64(size / Self.numberSize - 1)
    }

    /// Reads the next part of the entry.
    private mutating func read(
        _ range: Range<Int>, of page: Page, into pages: inout SnapshotPages
    ) throws(PageDamage) {
        for offset in stride(from: range.lowerBound, to: range.upperBound, by: Self.numberSize) {
            let number: UInt64 = try page.integer(at: offset)
            if let remaining {
                if remaining == 0 { return }
                guard number < previous else {
                    throw page.damage("what it lists as free is not in descending order")
                }
                try pages.addFree(number, from: page.number)
                previous = number
                self.remaining = remaining - 1
            } else {
                guard number <= capacity else {
                    throw page.damage("it says that \(number) pages were freed at once")
                }
                remaining = number
            }
        }
    }
}

extension FreeRecord {
    /// Reads the whole entry, wherever it stands.
    static func read(
        _ content: Node.Content, on page: Page, into pages: inout SnapshotPages
    ) throws(PageDamage) {
        switch content {
        case .value(let range):
            var record = try FreeRecord(size: range.count, on: page)
            try record.read(range, of: page, into: &pages)
        case .overflow(let first, let size):
            var record = try FreeRecord(size: size, on: page)
            var (number, rest, start) = (first, size, Page.headSize)
            while rest > 0 {
                let next = try pages.page(number)
                let end = min(next.bytes.count, start + rest)
                try record.read(start..<end, of: next, into: &pages)
                rest -= end - start
                (number, start) = (number + 1, 0)
            }
        case .child, .tree:
            throw page.damage("an entry of the free list is no list of pages")
        }
    }
}
