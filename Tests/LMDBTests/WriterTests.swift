import Dispatch
import Foundation
import LMDB
import Synchronization
import Testing

/// Several writers, and a writer without room.
@Suite(.timeLimit(.minutes(2)))
struct WriterTests {
    private let key = Key.name("key")

    @Test func aWriteOnAnotherThreadWaitsForTheFirst() throws {
        let store = try TestStore()
        let seen = Seen()
        let (started, finished) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        try store.environment.write { transaction in
            Thread.detachNewThread {
                started.signal()
                do { seen.value = try store.valueInWrite(for: .name("key")) } catch {}
                finished.signal()
            }
            started.wait()
            Thread.sleep(forTimeInterval: 0.1)
            #expect(seen.value == nil)
            try transaction.put([1], for: key, in: store.names)
            try transaction.commit()
        }
        finished.wait()
        #expect(seen.value == [1])
    }

    @Test func aWriteFollowsAnAbortedOneOnTheSameThread() throws {
        let store = try TestStore()
        for value in UInt8(1)...3 {
            try store.environment.write { transaction in
                try transaction.put([value], for: key, in: store.names)
            }
        }
        #expect(try store.value(for: key, in: store.names) == nil)
        try store.put([4], for: [key], in: store.names)
        #expect(try store.value(for: key, in: store.names) == [4])
    }

    @Test func afterItsCommitAThreadMayWriteAgainInTheSameBody() throws {
        let store = try TestStore()
        try store.environment.write { transaction in
            try transaction.put([1], for: key, in: store.names)
            try transaction.commit()
            try store.put([2], for: [key], in: store.names)
        }
        #expect(try store.value(for: key, in: store.names) == [2])
    }

    @Test func noWriteOfAnyThreadIsLost() throws {
        let store = try TestStore()
        let failures = Seen()
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<10 {
                do { try store.increment(.integer(1)) } catch { failures.value = [1] }
            }
        }
        #expect(failures.value == nil)
        #expect(try store.value(for: .integer(1), in: store.numbers) == [40])
    }

    @Test func aFullMapIsAnErrorAndTheStoreRemainsUsable() throws {
        let store = try TestStore(mapSize: 1 << 18)
        try store.put([1], for: [key], in: store.names)
        let error = #expect(throws: LMDBError.self) { try store.fill() }
        #expect(error?.code == .mapFull)
        #expect(error?.isOutOfSpace == true)

        #expect(try store.value(for: key, in: store.names) == [1])
        #expect(try store.count(of: store.numbers) == 0)
        try store.put([2], for: [key], in: store.names)
        #expect(try store.value(for: key, in: store.names) == [2])
    }

    @Test func aTransactionThatFailedCannotBeCommitted() throws {
        let store = try TestStore(mapSize: 1 << 18)
        let error = #expect(throws: LMDBError.self) {
            try store.environment.write { transaction in
                do {
                    try transaction.fill(store.numbers)
                } catch let error as LMDBError where error.code == .mapFull {
                    try transaction.commit()
                }
            }
        }
        #expect(error?.code == .badTransaction)
        try store.put([1], for: [key], in: store.names)
        #expect(try store.count(of: store.numbers) == 0)
    }
}

/// A value that threads hand to each other.
private final class Seen: Sendable {
    private let state = Mutex<[UInt8]?>(nil)

    var value: [UInt8]? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

extension WriteTransaction {
    /// Writes until something stops it.
    fileprivate borrowing func fill(_ database: Database) throws {
        for number in 0..<UInt64.max {
            try append([UInt8](repeating: 1, count: 1000), for: .integer(number), in: database)
        }
    }
}

extension TestStore {
    fileprivate func valueInWrite(for key: Key) throws -> [UInt8]? {
        try environment.write { transaction in try transaction.value(for: key, in: names) }
    }

    fileprivate func increment(_ key: Key) throws {
        try environment.write { transaction in
            let count = try transaction.value(for: key, in: numbers)?.first ?? 0
            try transaction.put([count + 1], for: key, in: numbers)
            try transaction.commit()
        }
    }

    fileprivate func fill() throws {
        try environment.write { transaction in
            try transaction.fill(numbers)
            try transaction.commit()
        }
    }
}
