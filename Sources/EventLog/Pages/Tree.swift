/// One of the trees of a file, and what was found of it so far.
struct Tree {
    enum Role {
        case freeList
        /// The names of the databases, and where they begin.
        case catalogue
        case database
    }

    /// LMDB does not go deeper.
    private static let maximumDepth = 32

    let role: Role
    let name: String
    let record: TreeRecord
    /// The page on which the record stands.
    let recordPage: UInt64
    let order: KeyOrder
    var counts = TreeRecord.Counts()
    /// A page is damaged: what lies below it was not counted.
    var isBroken = false

    init(
        _ role: Role, named name: String, _ record: TreeRecord, on page: UInt64
    ) throws(PageDamage) {
        (self.role, self.name, self.record, recordPage) = (role, name, record, page)
        guard let order = KeyOrder(flags: record.flags), order == .integers || role != .freeList
        else {
            throw PageDamage(page, "the record of the tree has the flags \(record.flags)")
        }
        guard role == .freeList || record.padding == 0 else {
            throw PageDamage(page, "the record of the tree is that of another kind")
        }
        guard (record.root == nil ? 0...0 : 1...Self.maximumDepth).contains(Int(record.depth))
        else {
            throw PageDamage(page, "the record of the tree has the depth \(record.depth)")
        }
        self.order = order
    }

    /// Compares what was counted with the record, once the whole tree was walked.
    func checkCounts() throws(PageDamage) {
        let (found, recorded) = (counts, record.counts)
        let pairs = [
            (found.branchPages, recorded.branchPages, "branch pages"),
            (found.leafPages, recorded.leafPages, "leaf pages"),
            (found.overflowPages, recorded.overflowPages, "overflow pages"),
            (found.entries, recorded.entries, "entries"),
        ]
        for (found, recorded, what) in pairs where found != recorded {
            throw PageDamage(
                recordPage, "the record of the tree counts \(recorded) \(what), there are \(found)")
        }
    }
}
