import Testing

@testable import EventLog

/// One field of one page changes, and that page is named.
struct PageWalkDamageTests {
    @Test func aPageOfWhichOneFieldIsDamagedIsNamed() async throws {
        let whole = try await Fixture().buildLogOfManyPages()
        let damaged = try DamagedFile()
        #expect(try damaged.walk(whole.bytes).problems == [])
        for row in PageDamageTable.rows {
            var file = whole
            let page = try row.damage(&file)
            let report = try damaged.walk(file.bytes)
            #expect(report.names(page), "\(row.name): page \(page), \(report.problems)")
        }
    }

    /// LMDB itself reads some of them only, so that damage can show today or at the next write.
    @Test func everyBitInTheHeadOfAPageInUseCounts() async throws {
        let whole = try await Fixture().buildLogOfManyPages(appends: 4)
        let damaged = try DamagedFile()
        var random = SplitMix64(seed: Seed.value)
        let inUse = try whole.pagesInUse().shuffled(using: &random)
        for kind in [Page.Kind.meta, .branch, .leaf, .overflow] {
            let page = try #require(inUse.first { $0.kind == kind }).number
            for bit in 0..<Page.headSize * 8 {
                var file = whole
                file.flip(bit: Int(page) * whole.meta.pageSize * 8 + bit)
                let report = try damaged.walk(file.bytes)
                // A longer run takes pages from others, and those miss them.
                let isFound = kind == .overflow ? !report.isClean : report.names(page)
                #expect(isFound, "page \(page), bit \(bit), \(report.problems), seed \(Seed.value)")
            }
        }
    }

    @Test func aPageThatIsNeitherInUseNorFreeIsNamed() async throws {
        var file = try await Fixture().buildLogOfManyPages()
        let freed = try file.freed()
        // The numbers descend, so the last one in the list is the least.
        let last = file.page(freed.page).bytes[freed.value].suffix(8)
        let lost = KeyOrder.integer(last)
        try file.change(freed.page, at: freed.value.lowerBound) { (count: inout UInt64) in
            count -= 1
        }
        let expected = "page \(lost) of data.mdb: neither in use nor free: 1 such from here on"
        #expect(try DamagedFile().walk(file.bytes).problems == [expected])
    }

    @Test func whatLiesBelowADamagedPageIsNotMissedAsWell() async throws {
        var file = try await Fixture().buildLogOfManyPages()
        try file.change(file.branch().page, at: 8) { (padding: inout UInt16) in padding = 1 }
        #expect(try DamagedFile().walk(file.bytes).problems.count == 1)
    }

    @Test func atMostTwentyProblemsAreListed() async throws {
        var file = try await Fixture().buildLogOfManyPages(appends: 21)
        for (page, kind) in try file.pagesInUse() where kind == .overflow {
            try file.change(page, at: 0) { (number: inout UInt64) in number = 0 }
        }
        let report = try DamagedFile().walk(file.bytes)
        #expect(report.problems.count == 20)
        #expect(report.isTruncated)
    }

    @Test func theVerifierReportsThePageWithoutAPosition() async throws {
        let fixture = Fixture()
        var file = try await fixture.buildLogOfManyPages()
        let leaf = try file.leaf().page
        // LMDB does not look at it, and every event is still there.
        try file.change(leaf, at: 8) { (padding: inout UInt16) in padding = 1 }
        try fixture.withRawLog { _ in }
        try file.write(to: fixture.directory)
        let problems = try fixture.problems(outside: fixture.outside)
        let message = "page \(leaf) of data.mdb (events): it does not have the head of leaf pages"
        #expect(problems.map(\.message) == [message])
        #expect(problems.map(\.position) == [nil])
    }

    // MARK: Not a log at all

    @Test(arguments: [0, 1, 151, 152, 4095, 4096, 4247, 8191, 8192])
    func aFileThatEndsInItsFirstPagesIsDamaged(size: Int) async throws {
        var file = try await Fixture().buildLogOfManyPages(appends: 1)
        file.cut(to: size)
        let report = try DamagedFile().walk(file.bytes)
        #expect(!report.isClean)
        #expect(report.pagesWalked != nil)
    }

    @Test func aFileThatIsCutAnywhereInAPageInUseIsDamaged() async throws {
        let whole = try await Fixture().buildLogOfManyPages(appends: 4)
        let damaged = try DamagedFile()
        let lastInUse = try #require(try whole.pagesInUse().map(\.number).max())
        for page in 0...lastInUse {
            var file = whole
            file.cut(to: Int(page) * whole.meta.pageSize + whole.meta.pageSize / 2)
            #expect(try !damaged.walk(file.bytes).isClean, "in page \(page)")
        }
    }

    @Test func garbageIsFoundAndNeverCrashesTheWalk() async throws {
        let whole = try await Fixture().buildLogOfManyPages(appends: 2)
        let damaged = try DamagedFile()
        var random = SplitMix64(seed: Seed.value)
        let inUse = Set(try whole.pagesInUse().map(\.number))
        for round in 0..<2000 {
            var file = whole
            let page = file.spoil(using: &random)
            let report = try damaged.walk(file.bytes)
            #expect(report.pagesWalked != nil)
            if let page, inUse.contains(page) {
                #expect(!report.isClean, "page \(page), round \(round), seed \(Seed.value)")
            }
        }
    }

    @Test func garbageFromTheFirstByteIsDamage() throws {
        let damaged = try DamagedFile()
        var random = SplitMix64(seed: Seed.value)
        for _ in 0..<50 {
            let count = Int.random(in: 1...40_000, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            #expect(try !damaged.walk(bytes).isClean, Seed.note)
        }
    }
}

extension LogBytes {
    /// Damages the file in one of several ways.
    ///
    /// - Returns: the page that was overwritten, head and all; `nil` if the damage is of another
    ///   kind, and need not be in the structure.
    fileprivate mutating func spoil(using random: inout SplitMix64) -> UInt64? {
        let size = meta.pageSize
        let page = Int.random(in: 0..<bytes.count / size, using: &random)
        let extent = page * size..<(page + 1) * size
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            for _ in 0..<64 { flip(bit: Int.random(in: 0..<bytes.count * 8, using: &random)) }
        case 1:
            let byte: UInt8 = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
            let start = extent.lowerBound + Int.random(in: 0..<200, using: &random)
            replace(start..<start + 8, with: [UInt8](repeating: byte, count: 8))
        case 2:
            cut(to: Int.random(in: bytes.indices, using: &random))
        case 3:
            let other = Int.random(in: 0..<bytes.count / size, using: &random)
            replace(extent, with: Array(bytes[other * size..<(other + 1) * size]))
            return other == page ? nil : UInt64(page)
        default:
            replace(extent, with: extent.map { _ in .random(in: .min ... .max, using: &random) })
            return UInt64(page)
        }
        return nil
    }
}
