import Testing

@testable import Engine

/// Backups that take their time, and a ledger that goes back to one. Times in milliseconds.
struct LedgerRestoreTests {
    private let start = ContinuousClock.now
    private static let objects = SyntheticObjects(seed: 3, bytes: 64)
    private static let keys = KeySpace(prefix: "", count: 6)

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    private func write(
        _ change: OperationMix.Change, of key: Int, at time: Int, in book: inout LedgerBook
    ) {
        let write = book.begin(change, of: key, at: at(time))
        book.end(write, as: .served, at: at(time + 5))
    }

    /// Six keys hold an object each, of writes 1 to 6. Key 5 is deleted again by write 7.
    private var book: LedgerBook {
        var book = LedgerBook(keys: 6)
        book.keepEverything(since: at(0))
        for key in 0..<6 { write(.creation, of: key, at: 10 * key, in: &book) }
        write(.deletion, of: 5, at: 60, in: &book)
        return book
    }

    private func compared(
        _ expectations: LedgerExpectations, _ sequences: [Int: Int]
    ) -> [String: String] {
        let stored = sequences.map { key, sequence in
            (
                Self.keys.names[key],
                StoredObject(Self.objects.body(of: key, sequence: sequence))
            )
        }
        let comparison = LedgerComparison(
            expectations, stored: Dictionary(uniqueKeysWithValues: stored), keys: Self.keys,
            objects: Self.objects)
        let offences = comparison.offences.map { ($0.key, $0.finding.rawValue) }
        let unexpected = comparison.unexpected.map { ($0, "unexpected") }
        return Dictionary(uniqueKeysWithValues: offences + unexpected)
    }

    // MARK: Backups that take their time

    /// The snapshot point is 100, the listing ends at 120, the last object is copied at 200.
    private func snapshot(late: [Int]) throws -> LedgerExpectations {
        var book = book
        // While it is listed, while it is copied, and afterwards.
        write(.overwrite, of: 0, at: 110, in: &book)
        write(.overwrite, of: 1, at: 150, in: &book)
        write(.overwrite, of: 2, at: 210, in: &book)
        write(.deletion, of: 3, at: 150, in: &book)
        write(.creation, of: 5, at: 110, in: &book)
        let ends = Dictionary(uniqueKeysWithValues: late.map { ($0, at(200)) })
        let taken = book.takeSnapshot(
            asOf: at(100), blur: LedgerBook.Blur(end: at(120), ends: ends))
        return try #require(taken)
    }

    @Test func whatIsWrittenDuringTheListingMayBeInTheBackupOrNot() throws {
        let snapshot = try snapshot(late: [])
        #expect(compared(snapshot, [0: 1, 1: 2, 2: 3, 3: 4, 4: 5]) == [:])
        #expect(compared(snapshot, [0: 8, 1: 2, 2: 3, 3: 4, 4: 5, 5: 12]) == [:])
    }

    @Test func whatIsWrittenAfterTheListingIsNotInTheBackup() throws {
        let snapshot = try snapshot(late: [])
        let names = Self.keys.names
        #expect(
            compared(snapshot, [0: 1, 1: 9, 2: 10, 4: 5])
                == [names[1]: "stale", names[2]: "stale", names[3]: "lost"])
    }

    @Test func ofAKeyThatChangedBeforeItWasCopiedEitherIsRight() throws {
        let snapshot = try snapshot(late: [1, 2, 3])
        #expect(compared(snapshot, [0: 1, 1: 2, 2: 3, 3: 4, 4: 5]) == [:])
        #expect(compared(snapshot, [0: 1, 1: 9, 2: 3, 4: 5]) == [:])
        // That was later still.
        #expect(compared(snapshot, [0: 1, 1: 2, 2: 10, 4: 5]) == [Self.keys.names[2]: "stale"])
    }

    @Test func whatWasDeletedBeforeTheSnapshotStaysDeleted() throws {
        let snapshot = try snapshot(late: [1, 2, 3, 5])
        #expect(
            compared(snapshot, [0: 1, 1: 2, 2: 3, 4: 5, 5: 6])
                == [Self.keys.names[5]: "resurrected"])
    }

    // MARK: Going back

    /// Write 8 of key 0 was under way at the snapshot. Everything after it is undone.
    private func setBack() throws -> LedgerBook {
        var book = book
        let doubtful = book.begin(.overwrite, of: 0, at: at(95))
        let taken = book.takeSnapshot(asOf: at(100))
        let snapshot = try #require(taken)
        book.end(doubtful, as: .served, at: at(105))
        write(.overwrite, of: 1, at: 110, in: &book)
        write(.deletion, of: 2, at: 120, in: &book)
        write(.creation, of: 5, at: 130, in: &book)
        #expect(
            book.changesSinceSnapshot
                == LedgerBook.Changes(creations: 1, overwrites: 2, deletions: 1))
        book.setBack(to: snapshot, at: at(200))
        return book
    }

    @Test func aLedgerThatIsSetBackHoldsTheSnapshot() throws {
        let book = try setBack()
        #expect(book.changesSinceSnapshot == LedgerBook.Changes())
        let expectations = book.expectations()
        #expect(expectations.keys.allSatisfy { $0.oldestChange == nil })
        for sequence in [1, 8] {
            #expect(compared(expectations, [0: sequence, 1: 2, 2: 3, 3: 4, 4: 5]) == [:])
        }
        let names = Self.keys.names
        #expect(
            compared(expectations, [0: 8, 1: 9, 3: 4, 4: 5, 5: 11])
                == [names[1]: "stale", names[2]: "lost", names[5]: "resurrected"])
    }

    @Test func aLedgerThatIsSetBackIsWrittenOn() throws {
        var book = try setBack()
        let read = Set((UInt64(0)..<60).map { book.keyToRead(choosing: $0) })
        #expect(read == [0, 1, 2, 3, 4])
        let created = book.begin(.creation, choosing: 1, at: at(300))
        #expect(created?.key == 5 && created?.change == .creation)
        write(.overwrite, of: 0, at: 310, in: &book)
        let expectations = book.expectations()
        #expect(expectations.keys[0].allowed.map(\.sequence) == [13])
        #expect(compared(expectations, [0: 13, 1: 2, 2: 3, 3: 4, 4: 5]) == [:])
    }
}
