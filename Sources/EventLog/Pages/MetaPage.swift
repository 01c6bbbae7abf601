/// Where a tree begins and what it holds: LMDB's `MDB_db`.
struct TreeRecord: Equatable {
    struct Counts: Equatable {
        var branchPages: UInt64 = 0
        var leafPages: UInt64 = 0
        var overflowPages: UInt64 = 0
        var entries: UInt64 = 0
    }

    static let size = 48

    /// In the record of the free list the size of pages. Otherwise a log does not use it.
    let padding: UInt32
    let flags: UInt16
    /// How many pages lie on the way from the root to an entry, both ends included.
    let depth: UInt16
    let counts: Counts
    /// `nil` while there is nothing in the tree.
    let root: UInt64?

    init(_ page: Page, at offset: Int) throws(PageDamage) {
        padding = try page.integer(at: offset)
        flags = try page.integer(at: offset + 4)
        depth = try page.integer(at: offset + 6)
        counts = Counts(
            branchPages: try page.integer(at: offset + 8),
            leafPages: try page.integer(at: offset + 16),
            overflowPages: try page.integer(at: offset + 24),
            entries: try page.integer(at: offset + 32))
        let root: UInt64 = try page.integer(at: offset + 40)
        self.root = root == .max ? nil : root
    }
}

/// One of the first two pages. Commits write them by turns, so that the other one always shows the
/// commit before.
struct MetaPage: Equatable {
    /// What is used of the page.
    static let size = 152

    let number: UInt64
    let pageSize: Int
    /// The number of the commit; 0 before the first.
    let commit: UInt64
    /// The last page that the file may have. It need not reach that far: what was freed before it
    /// was ever written can lie behind the end.
    let lastPage: UInt64
    let freeList: TreeRecord
    let catalogue: TreeRecord

    init(_ page: Page) throws(PageDamage) {
        try page.checkHead(.meta)
        let unused: UInt32 = try page.integer(at: 12)
        let magic: UInt32 = try page.integer(at: 16)
        let version: UInt32 = try page.integer(at: 20)
        guard unused == 0, magic == 0xBEEF_C0DE, version == 1 else {
            throw page.damage("it does not begin a file of LMDB 0.9")
        }
        number = page.number
        freeList = try TreeRecord(page, at: 40)
        catalogue = try TreeRecord(page, at: 88)
        lastPage = try page.integer(at: 136)
        commit = try page.integer(at: 144)
        pageSize = Int(freeList.padding)
        try check(page)
    }

    private func check(_ page: Page) throws(PageDamage) {
        guard (512...32_768).contains(pageSize), pageSize.nonzeroBitCount == 1 else {
            throw page.damage("it says that pages have \(pageSize) bytes")
        }
        // LMDB would put the map there; a log leaves the choice to the system.
        let address: UInt64 = try page.integer(at: 24)
        let mapSize: UInt64 = try page.integer(at: 32)
        guard address == 0, lastPage >= 1, lastPage < mapSize / UInt64(pageSize) else {
            throw page.damage(
                "its map of \(mapSize) bytes at \(address) does not hold \(lastPage) pages")
        }
        guard commit == 0 || commit % 2 == number else {
            throw page.damage("it never holds commit \(commit)")
        }
    }
}

/// The two commits that a file holds. An idle file holds both whole: what the last one freed is
/// used again by the next but one.
struct Commits: Equatable {
    let last: MetaPage
    let previous: MetaPage

    /// The newer one is the last, as for LMDB.
    init(_ first: MetaPage, _ second: MetaPage) throws(PageDamage) {
        (previous, last) = first.commit < second.commit ? (first, second) : (second, first)
        guard last.commit - previous.commit == min(last.commit, 1) else {
            throw PageDamage(
                last.number,
                "it holds commit \(last.commit), the other meta page commit \(previous.commit)")
        }
        guard first.pageSize == second.pageSize else {
            throw PageDamage(second.number, "it has another page size than page \(first.number)")
        }
    }
}
