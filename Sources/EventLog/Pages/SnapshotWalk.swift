/// One walk over everything that the last commit holds: the free list, the catalogue of databases,
/// and then each database. Every page is visited once at most, and no deeper than LMDB goes.
struct SnapshotWalk {
    private let commits: Commits
    private var pages: SnapshotPages
    private var databases: [(name: String, record: TreeRecord, page: UInt64)] = []
    private var report = PageReport()

    init(_ file: PageFile, of commits: Commits) {
        self.commits = commits
        pages = SnapshotPages(file, of: commits.last)
    }

    mutating func walk() -> PageReport {
        let meta = commits.last
        walk(.freeList, "free list", meta.freeList, on: meta.number)
        walk(.catalogue, "catalogue", meta.catalogue, on: meta.number)
        for (name, record, page) in databases { walk(.database, name, record, on: page) }
        // Below a page that cannot be read, everything would be missing.
        if report.isClean {
            checkCompleteness()
            checkNumber(of: commits.last, "free list")
            checkNumber(of: commits.previous, "free list of the commit before")
        }
        // With the two that hold the commits.
        report.pagesWalked = pages.usedCount + 2
        return report
    }

    private mutating func walk(
        _ role: Tree.Role, _ name: String, _ record: TreeRecord, on page: UInt64
    ) {
        do throws(PageDamage) {
            var tree = try Tree(role, named: name, record, on: page)
            if let root = record.root {
                visit(root, from: page, level: 1, within: KeyRange(order: tree.order), of: &tree)
            }
            if !tree.isBroken { try tree.checkCounts() }
        } catch {
            report.add(error.message(in: name))
        }
    }

    private mutating func visit(
        _ number: UInt64, from source: UInt64, level: UInt16, within range: KeyRange,
        of tree: inout Tree
    ) {
        do throws(PageDamage) {
            let page = try pages.take(number, from: source)
            let kind: Page.Kind = level == tree.record.depth ? .leaf : .branch
            if kind == .leaf, tree.role == .database,
                let count = page.plainEntryCount(within: range)
            {
                tree.counts.leafPages += 1
                tree.counts.entries += UInt64(count)
                return
            }
            let nodes = try page.nodes(kind)
            // The first entry of a branch has no key: it leads to all that is less than the second.
            guard range.holds(nodes.dropFirst(kind == .branch ? 1 : 0).map(\.key)) else {
                throw page.damage("its keys are out of order, or belong on another page")
            }
            if kind == .branch {
                tree.counts.branchPages += 1
                descend(from: page, nodes, level: level, within: range, of: &tree)
            } else {
                tree.counts.leafPages += 1
                for node in nodes { add(node, on: page, to: &tree) }
            }
        } catch {
            note(error, in: &tree)
        }
    }

    private mutating func descend(
        from page: Page, _ nodes: [Node], level: UInt16, within range: KeyRange,
        of tree: inout Tree
    ) {
        for (index, node) in nodes.enumerated() {
            var below = range
            if index > 0 { below.lower = node.key }
            if index + 1 < nodes.count { below.upper = nodes[index + 1].key }
            if case .child(let number) = node.content {
                visit(number, from: page.number, level: level + 1, within: below, of: &tree)
            }
        }
    }

    private mutating func note(_ damage: PageDamage, in tree: inout Tree) {
        tree.isBroken = true
        report.add(damage.message(in: tree.name))
    }
}

// MARK: - The whole

extension SnapshotWalk {
    private mutating func checkCompleteness() {
        guard let missing = pages.unaccounted else { return }
        let what = "neither in use nor free: \(missing.count) such from here on"
        report.add(PageDamage(missing.first, what).message())
    }

    /// Every commit but the first frees pages, and lists them under its own number.
    ///
    /// If the number of a meta page changes by two, an older commit passes for the last one, and
    /// all else is in order. A commit whose last write failed is found like that too: it is lost.
    private mutating func checkNumber(of meta: MetaPage, _ name: String) {
        guard let root = meta.freeList.root, meta.commit > 1 else { return }
        do throws(PageDamage) {
            let tree = try Tree(.freeList, named: name, meta.freeList, on: meta.number)
            if try lastKey(of: tree, below: root).map({ KeyOrder.integer($0) }) != meta.commit {
                throw PageDamage(
                    meta.number, "it says that it holds commit \(meta.commit), but holds another")
            }
        } catch {
            report.add(error.message(in: name))
        }
    }

    private func lastKey(
        of tree: Tree, below root: UInt64
    ) throws(PageDamage) -> ArraySlice<UInt8>? {
        var (number, key) = (root, ArraySlice<UInt8>?.none)
        for level in 1...tree.record.depth {
            let page = try pages.page(number)
            let last = try page.nodes(level == tree.record.depth ? .leaf : .branch).last
            if case .child(let below) = last?.content { number = below }
            key = last?.key
        }
        return key
    }
}

// MARK: - Entries

extension SnapshotWalk {
    private mutating func add(_ node: Node, on page: Page, to tree: inout Tree) {
        do throws(PageDamage) {
            tree.counts.entries += 1
            if case .overflow(let first, let size) = node.content {
                tree.counts.overflowPages += try pages.takeRun(
                    from: first, holding: size, for: page.number)
            }
            switch tree.role {
            case .freeList: try readFreed(node, on: page)
            case .catalogue: try addDatabase(node, on: page)
            case .database:
                if case .tree = node.content { throw page.damage("an entry of it is a database") }
            }
        } catch {
            note(error, in: &tree)
        }
    }

    private mutating func readFreed(_ node: Node, on page: Page) throws(PageDamage) {
        // What the last commit freed is there already, though not used before the next but one.
        let commit = KeyOrder.integer(node.key)
        guard commit > 0, commit <= commits.last.commit else {
            throw page.damage("it lists pages as freed by commit \(commit), which cannot be")
        }
        try FreeRecord.read(node.content, on: page, into: &pages)
    }

    private mutating func addDatabase(_ node: Node, on page: Page) throws(PageDamage) {
        guard case .tree(let record) = node.content else {
            throw page.damage("an entry of it is no database")
        }
        let name = String(decoding: node.key, as: UTF8.self)
        databases.append((name, record, page.number))
    }
}
