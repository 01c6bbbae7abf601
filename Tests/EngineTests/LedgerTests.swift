import Testing

@testable import Engine

struct LedgerTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    /// A book in which these keys hold an object.
    private func book(of count: Int, live: Range<Int> = 0..<0) -> LedgerBook {
        var book = LedgerBook(keys: count)
        for key in live {
            let write = book.begin(.creation, of: key, at: at(0))
            book.end(write, as: .served, at: at(1))
        }
        return book
    }

    // MARK: Which key is written

    @Test func writesAreNumberedOverAllKeys() {
        var book = LedgerBook(keys: 10)
        for number in 1...5 {
            let write = book.begin(.creation, choosing: UInt64(number), at: at(0))
            #expect(write?.sequence == number)
        }
    }

    @Test func aCreationTakesAKeyThatIsFree() {
        for roll in UInt64(0)..<20 {
            var book = book(of: 10, live: 0..<7)
            let write = book.begin(.creation, choosing: roll, at: at(2))
            #expect(write?.change == .creation)
            #expect([7, 8, 9].contains(write?.key))
        }
    }

    @Test(arguments: [OperationMix.Change.overwrite, .deletion])
    func othersTakeAKeyThatHoldsAnObject(_ change: OperationMix.Change) throws {
        var keys: Set<Int> = []
        for roll in UInt64(0)..<20 {
            var book = book(of: 10, live: 2..<5)
            let begun = book.begin(change, choosing: roll, at: at(2))
            let write = try #require(begun)
            #expect(write.change == change)
            keys.insert(write.key)
        }
        #expect(keys == [2, 3, 4])
    }

    @Test func whereEveryKeyIsInUseACreationOverwrites() {
        var book = book(of: 3, live: 0..<3)
        let write = book.begin(.creation, choosing: 1, at: at(2))
        #expect(write?.change == .overwrite)
    }

    @Test(arguments: [OperationMix.Change.overwrite, .deletion])
    func whereNoKeyIsInUseEverythingCreates(_ change: OperationMix.Change) {
        var book = LedgerBook(keys: 3)
        let write = book.begin(change, choosing: 1, at: at(2))
        #expect(write?.change == .creation)
    }

    @Test func aKeyIsWrittenByOneAtATime() throws {
        var book = LedgerBook(keys: 3)
        var writes: [LedgerBook.Write] = []
        for _ in 0..<3 {
            let begun = book.begin(.creation, choosing: 0, at: at(0))
            writes.append(try #require(begun))
        }
        #expect(Set(writes.map(\.key)) == [0, 1, 2])
        for change in [OperationMix.Change.creation, .overwrite, .deletion] {
            let refused = book.begin(change, choosing: 0, at: at(1))
            #expect(refused == nil)
        }
        book.end(writes[1], as: .failed, at: at(2))
        let next = book.begin(.creation, choosing: 0, at: at(3))
        #expect(next?.key == writes[1].key)
    }

    @Test(
        arguments: zip(
            [OperationSample.Outcome.served, .deferred, .refused, .failed, .indeterminate],
            [true, true, false, false, true]))
    func aCreatedKeyIsReadIfItMayHoldAnObject(_ outcome: OperationSample.Outcome, isRead: Bool) {
        var book = book(of: 100, live: 40..<41)
        let write = book.begin(.creation, of: 60, at: at(2))
        book.end(write, as: outcome, at: at(3))
        let keys = Set((UInt64(0)..<100).map { book.keyToRead(choosing: $0) })
        #expect(keys == (isRead ? [40, 60] : [40]))
    }

    @Test(
        arguments: zip(
            [OperationSample.Outcome.served, .deferred, .refused, .failed, .indeterminate],
            [false, false, true, true, true]))
    func aDeletedKeyIsReadIfItMayHoldAnObject(_ outcome: OperationSample.Outcome, isRead: Bool) {
        var book = book(of: 100, live: 40..<42)
        let write = book.begin(.deletion, of: 41, at: at(2))
        book.end(write, as: outcome, at: at(3))
        let keys = Set((UInt64(0)..<100).map { book.keyToRead(choosing: $0) })
        #expect(keys == (isRead ? [40, 41] : [40]))
    }

    // MARK: What is counted

    @Test(arguments: OperationSample.Outcome.allCases)
    func aWriteCountsAsItEnded(_ outcome: OperationSample.Outcome) {
        var book = LedgerBook(keys: 1)
        let write = book.begin(.creation, of: 0, at: at(0))
        #expect(book.expectations().indeterminate == 1)
        book.end(write, as: outcome, at: at(5))
        let isAcknowledged = [.served, .deferred].contains(outcome)
        #expect(book.acknowledged == (isAcknowledged ? 1 : 0))
        #expect(book.firstAcknowledged == (isAcknowledged ? at(5) : nil))
        #expect(book.expectations().acknowledged == (isAcknowledged ? 1 : 0))
        #expect(book.expectations().indeterminate == (outcome == .indeterminate ? 1 : 0))
    }

    @Test func theSecondEndOfAWriteChangesNothing() {
        var book = LedgerBook(keys: 2)
        let write = book.begin(.creation, of: 0, at: at(0))
        book.end(write, as: .served, at: at(1))
        let before = book.expectations()
        book.end(write, as: .indeterminate, at: at(2))
        book.end(LedgerBook.Write(key: 1, sequence: 9, change: .creation), as: .served, at: at(2))
        #expect(book.expectations() == before)
        #expect(book.acknowledged == 1)
        #expect(book.indeterminate == 0)
    }

    // MARK: What is kept

    @Test func manyWritesAreNotManyVersions() {
        var book = LedgerBook(keys: 5)
        for number in 0..<10_000 {
            let write = book.begin(.creation, of: number % 5, at: at(2 * number))
            book.end(write, as: .served, at: at(2 * number + 1))
        }
        #expect(book.acknowledged == 10_000)
        #expect(book.expectations().keys.map(\.allowed.count) == [1, 1, 1, 1, 1])
    }

    /// Otherwise a storage that never answers would fill the memory of its runner.
    @Test func aKeyWithTooManyDoubtsIsLeftAlone() {
        var book = LedgerBook(keys: 1)
        for number in 0..<LedgerBook.maximumDoubts {
            let write = book.begin(.overwrite, choosing: 0, at: at(2 * number))
            #expect(write != nil)
            guard let write else { return }
            book.end(write, as: .indeterminate, at: at(2 * number + 1))
        }
        let next = book.begin(.overwrite, choosing: 0, at: at(9999))
        #expect(next == nil)
    }

    // MARK: Snapshots

    @Test func aSnapshotNeedsWhatWasKeptSince() {
        var book = LedgerBook(keys: 1)
        let unasked = book.takeSnapshot(asOf: at(0))
        #expect(unasked == nil)
        book.keepEverything(since: at(10))
        let early = book.takeSnapshot(asOf: at(9))
        #expect(early == nil)
        book.keepEverything(since: at(10))
        // The second time changes nothing.
        book.keepEverything(since: at(20))
        let taken = book.takeSnapshot(asOf: at(10))
        #expect(taken == LedgerExpectations())
        let again = book.takeSnapshot(asOf: at(11))
        #expect(again == nil)
    }

    /// What was forgotten before may be what decides.
    @Test func aMomentBeforeEverythingWasKeptIsNotKnown() {
        var book = book(of: 2, live: 0..<1)
        #expect(book.keptExpectations(asOf: at(5)) == nil)
        book.keepEverything(since: at(10))
        #expect(book.keptExpectations(asOf: at(9)) == nil)
        #expect(book.keptExpectations(asOf: at(10)) == book.expectations(asOf: at(10)))
        #expect(book.keptExpectations(asOf: at(10))?.keys.map(\.key) == [0])
    }

    @Test func whatIsNotKeptAnyMoreIsForgotten() {
        var book = LedgerBook(keys: 1)
        book.keepEverything(since: at(0))
        for number in 0..<100 {
            let write = book.begin(.creation, of: 0, at: at(10 * number))
            book.end(write, as: .served, at: at(10 * number + 5))
        }
        #expect(book.keptExpectations(asOf: at(505))?.keys.first?.last?.sequence == 51)
        book.keepNoMore()
        #expect(book.keptExpectations(asOf: at(505)) == nil)
        // Nothing of that time is left.
        #expect(book.expectations(asOf: at(505)).keys.isEmpty)
        #expect(book.expectations().keys.first?.allowed.map(\.sequence) == [100])
    }

    @Test func changesAreCountedSinceTheSnapshot() {
        var book = book(of: 9, live: 0..<3)
        #expect(book.changesSinceSnapshot == LedgerBook.Changes())
        book.keepEverything(since: at(10))
        let changes: [(OperationMix.Change, Int, Int)] = [
            (.creation, 3, 11), (.overwrite, 0, 19), (.overwrite, 3, 21), (.deletion, 1, 25),
        ]
        for (change, key, time) in changes {
            book.end(book.begin(change, of: key, at: at(time - 1)), as: .deferred, at: at(time))
        }
        _ = book.takeSnapshot(asOf: at(20))
        #expect(
            book.changesSinceSnapshot
                == LedgerBook.Changes(creations: 0, overwrites: 1, deletions: 1))
        book.end(book.begin(.creation, of: 4, at: at(30)), as: .served, at: at(31))
        book.end(book.begin(.overwrite, of: 3, at: at(32)), as: .served, at: at(33))
        book.end(book.begin(.overwrite, of: 2, at: at(34)), as: .refused, at: at(35))
        #expect(
            book.changesSinceSnapshot
                == LedgerBook.Changes(creations: 1, overwrites: 2, deletions: 1))
        let oldest = book.expectations().keys.map { [$0.key: $0.oldestChange] }
        #expect(oldest == [[0: nil], [1: at(25)], [2: nil], [3: at(21)], [4: at(31)]])
    }

    @Test func aSnapshotForgetsWhatItNeededAgain() {
        var book = LedgerBook(keys: 1)
        book.keepEverything(since: at(0))
        for number in 0..<100 {
            let write = book.begin(.creation, of: 0, at: at(10 * number))
            book.end(write, as: .served, at: at(10 * number + 5))
        }
        let taken = book.takeSnapshot(asOf: at(505))
        #expect(taken?.keys.first?.last?.sequence == 51)
        #expect(taken?.acknowledged == 51)
        #expect(book.expectations().keys.first?.allowed.map(\.sequence) == [100])
    }
}
