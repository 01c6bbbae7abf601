import LMDB
import Testing

struct TransactionTests {
    private struct Stop: Error {}

    private let store: TestStore
    private let key = Key.name("key")

    init() throws {
        store = try TestStore()
    }

    @Test func aCommitIsVisibleToTheNextRead() throws {
        try store.environment.write { transaction in
            try transaction.put([1, 2], for: key, in: store.names)
            try transaction.commit()
        }
        #expect(try store.value(for: key, in: store.names) == [1, 2])
    }

    @Test func whatIsNotCommittedIsAborted() throws {
        try store.environment.write { transaction in
            try transaction.put([1], for: key, in: store.names)
        }
        #expect(try store.value(for: key, in: store.names) == nil)
        #expect(try store.count(of: store.names) == 0)
    }

    @Test func whatThrowsIsAbortedAndItsErrorIsThrownOn() throws {
        #expect(throws: Stop.self) {
            try store.environment.write { transaction in
                try transaction.put([1], for: key, in: store.names)
                throw Stop()
            }
        }
        #expect(try store.value(for: key, in: store.names) == nil)
        try store.put([2], for: [key], in: store.names)
        #expect(try store.value(for: key, in: store.names) == [2])
    }

    @Test func aReadThatThrowsGivesItsErrorAndItsSlotBack() throws {
        for _ in 0..<2000 {
            #expect(throws: Stop.self) {
                try store.environment.read { _ in throw Stop() }
            }
        }
        #expect(try store.value(for: key, in: store.names) == nil)
    }

    @Test func whatTheBodyReturnsIsReturned() throws {
        let written = try store.environment.write { transaction in
            try transaction.commit()
            return 5
        }
        let read = try store.environment.read { _ in 6 }
        #expect(written == 5 && read == 6)
    }

    @Test func aReadKeepsItsSnapshotWhileACommitPasses() throws {
        try store.put([1], for: [key], in: store.names)
        try store.environment.read { transaction in
            try store.put([2], for: [key], in: store.names)
            let before = try transaction.value(for: key, in: store.names)
            #expect(before == [1])
            #expect(try store.value(for: key, in: store.names) == [2])
        }
    }

    @Test func aReadInsideAWriteDoesNotSeeIt() throws {
        try store.environment.write { transaction in
            try transaction.put([1], for: key, in: store.names)
            #expect(try store.value(for: key, in: store.names) == nil)
            let own = try transaction.value(for: key, in: store.names)
            #expect(own == [1])
            try transaction.commit()
        }
    }

    @Test func eachCommitHasTheNextNumber() throws {
        let before = try store.environment.read { transaction in transaction.number }
        let writing = try store.environment.write { transaction in
            let number = transaction.number
            try transaction.put([1], for: key, in: store.names)
            try transaction.commit()
            return number
        }
        let after = try store.environment.read { transaction in transaction.number }
        #expect(writing == before + 1)
        #expect(after == writing)
    }

    @Test func puttingReplacesAValue() throws {
        for value in [[1], [2, 3], []] as [[UInt8]] {
            try store.put(value, for: [key], in: store.names)
            #expect(try store.value(for: key, in: store.names) == value)
        }
        #expect(try store.count(of: store.names) == 1)
    }

    @Test func removingTellsWhetherTheKeyWasThere() throws {
        try store.put([1], for: [key], in: store.names)
        let removed = try store.environment.write { transaction in
            let first = try transaction.remove(key, in: store.names)
            let second = try transaction.remove(key, in: store.names)
            try transaction.commit()
            return [first, second]
        }
        #expect(removed == [true, false])
        #expect(try store.value(for: key, in: store.names) == nil)
    }

    @Test func aRemovalThatIsNotCommittedIsAborted() throws {
        try store.put([1], for: [key], in: store.names)
        _ = try store.environment.write { transaction in
            try transaction.remove(key, in: store.names)
        }
        #expect(try store.value(for: key, in: store.names) == [1])
    }

    @Test func keysAreCounted() throws {
        #expect(try store.count(of: store.names) == 0)
        try store.put(for: [.name("a"), .name("b"), .name("a")], in: store.names)
        #expect(try store.count(of: store.names) == 2)
        #expect(try store.count(of: store.numbers) == 0)
    }

    @Test func aValueIsHandedOverWithoutACopy() throws {
        let value = [UInt8](repeating: 7, count: 100_000) + [9]
        try store.put(value, for: [key], in: store.names)
        try store.environment.read { transaction in
            let ends = try transaction.withValue(for: key, in: store.names) { span in
                span.withUnsafeBytes { [$0.count, Int($0[0]), Int($0[100_000])] }
            }
            #expect(ends == [100_001, 7, 9])
            let absent = try transaction.withValue(for: .name("b"), in: store.names) { span in
                span.byteCount
            }
            #expect(absent == nil)
        }
    }

    @Test func anEmptyValueIsNotAMissingOne() throws {
        try store.put([], for: [key], in: store.names)
        #expect(try store.value(for: key, in: store.names) == [])
    }
}
