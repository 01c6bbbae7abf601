/// The pages of one commit. It gives out each once: a page that two places lead to is damage.
struct SnapshotPages {
    /// The first two hold the commits themselves.
    private static let first: UInt64 = 2

    let pageSize: Int
    private let file: PageFile
    private let last: UInt64
    private var used = PageSet()
    private var free = PageSet()

    init(_ file: PageFile, of meta: MetaPage) {
        (self.file, pageSize, last) = (file, meta.pageSize, meta.lastPage)
    }

    var usedCount: Int { used.count }

    /// - Parameter source: the page that leads there.
    mutating func take(_ number: UInt64, from source: UInt64) throws(PageDamage) -> Page {
        try claim(number, from: source)
        return try page(number)
    }

    /// Any page, without taking it.
    func page(_ number: UInt64) throws(PageDamage) -> Page {
        try file.page(number, size: pageSize)
    }

    private mutating func claim(_ number: UInt64, from source: UInt64) throws(PageDamage) {
        guard number >= Self.first, number <= last else {
            throw PageDamage(source, "it leads to page \(number), which cannot be")
        }
        if free.contains(number) {
            throw PageDamage(source, "it leads to page \(number), which is listed as free")
        }
        guard used.insert(number) else {
            throw PageDamage(source, "it leads to page \(number), which is in use elsewhere")
        }
    }

    /// Takes the pages of a long value.
    ///
    /// - Returns: how many there are.
    mutating func takeRun(
        from first: UInt64, holding size: Int, for source: UInt64
    ) throws(PageDamage) -> UInt64 {
        let head = try take(first, from: source)
        try head.checkHead(.overflow)
        let stored: UInt32 = try head.integer(at: 12)
        let count = UInt64(stored)
        // A value that became shorter keeps its pages.
        let needed = UInt64((size + Page.headSize - 1) / pageSize + 1)
        let held = file.length / UInt64(pageSize)
        guard count >= needed, first < held, count <= held - first else {
            throw head.damage("it begins \(count) pages, for a value of \(size) bytes")
        }
        for number in first + 1..<first + count { try claim(number, from: first) }
        return count
    }

    /// - Parameter source: the page that lists it.
    mutating func addFree(_ number: UInt64, from source: UInt64) throws(PageDamage) {
        guard number >= Self.first, number <= last else {
            throw PageDamage(source, "it lists page \(number) as free, which cannot be")
        }
        guard !used.contains(number), free.insert(number) else {
            throw PageDamage(source, "it lists page \(number) as free, which is in use or listed")
        }
    }

    /// Pages that are neither in use nor free: the first, and how many.
    ///
    /// LMDB leaves none, and its own audit holds it to that: what a commit no longer needs is
    /// listed by that same commit, and a writer that dies has changed no list.
    var unaccounted: (first: UInt64, count: UInt64)? {
        // No page was counted twice, and none outside of the range.
        let accounted = UInt64(used.count + free.count)
        let expected = last + 1 - Self.first
        if accounted == expected { return nil }
        var number = Self.first
        while used.contains(number) || free.contains(number) { number += 1 }
        return (number, expected - accounted)
    }
}

/// A set of page numbers: a bit for each, without room for the ranges that have none.
private struct PageSet {
    private var words: [UInt64: UInt64] = [:]
    private(set) var count = 0

    func contains(_ number: UInt64) -> Bool {
        (words[number / 64] ?? 0) & 1 << (number % 64) != 0
    }

    /// - Returns: whether it was not there yet.
    mutating func insert(_ number: UInt64) -> Bool {
        if contains(number) { return false }
        words[number / 64, default: 0] |= 1 << (number % 64)
        count += 1
        return true
    }
}
