import LMDB
import Testing

struct KeyTests {
    private let store: TestStore

    init() throws {
        store = try TestStore()
    }

    private func bytes(_ count: Int) -> Key { .bytes([UInt8](repeating: 7, count: count)) }

    private func appended(_ keys: [Key], to database: Database) throws {
        try store.environment.write { transaction in
            for key in keys { try transaction.append([1], for: key, in: database) }
            try transaction.commit()
        }
    }

    @Test(arguments: [1, 2, 511])
    func aKeyOfOneToFiveHundredElevenBytesIsStored(count: Int) throws {
        try store.put([1], for: [bytes(count)], in: store.names)
        #expect(try store.value(for: bytes(count), in: store.names) == [1])
        #expect(try store.keys(of: store.names) == [bytes(count)])
    }

    @Test(arguments: [0, 512, 5000])
    func aKeyOfAnotherLengthIsRefused(count: Int) throws {
        let put = #expect(throws: LMDBError.self) {
            try store.put(for: [bytes(count)], in: store.names)
        }
        let append = #expect(throws: LMDBError.self) {
            try appended([bytes(count)], to: store.names)
        }
        #expect(put?.code == .badValueSize)
        #expect(append?.code == .badValueSize)
        #expect(try store.count(of: store.names) == 0)
    }

    @Test func aKeyThatIsTooLongIsNotFound() throws {
        #expect(try store.value(for: bytes(512), in: store.names) == nil)
        let removed = try store.environment.write { transaction in
            try transaction.remove(bytes(512), in: store.names)
        }
        #expect(!removed)
    }

    @Test func anEmptyKeyIsRefusedByEveryOperation() throws {
        let (empty, names) = (bytes(0), store.names)
        let read = #expect(throws: LMDBError.self) { try store.value(for: empty, in: names) }
        let scan = #expect(throws: LMDBError.self) { try store.keys(of: names, from: empty) }
        let removal = #expect(throws: LMDBError.self) {
            try store.environment.write { transaction in
                try transaction.remove(empty, in: names)
            }
        }
        for error in [read, scan, removal] { #expect(error?.code == .badValueSize) }
    }

    @Test func bytesAreOrderedAsBytes() throws {
        let names: [[UInt8]] = [
            [0], [0, 0], [0, 1], [1], [1, 0], [127], [128], [255], [255, 0],
        ]
        let keys = names.map { Key.bytes($0) }
        try store.put(for: keys.reversed(), in: store.names)
        #expect(try store.keys(of: store.names) == keys)
    }

    @Test func integersAreOrderedAsNumbers() throws {
        let numbers: [UInt64] = [0, 1, 2, 255, 256, 257, 65_536, 1 << 32, 1 << 63, .max]
        let keys = numbers.map { Key.integer($0) }
        try store.put(for: keys.reversed(), in: store.numbers)
        #expect(try store.keys(of: store.numbers) == keys)
    }

    @Test func aKeyThatIsAppendedMustBeGreaterThanTheLast() throws {
        try appended([.integer(1), .integer(5)], to: store.numbers)
        for key in [0, 1, 4, 5] as [UInt64] {
            let error = #expect(throws: LMDBError.self) {
                try appended([.integer(key)], to: store.numbers)
            }
            #expect(error?.code == .keyExists, "\(key)")
        }
        try appended([.integer(6), .integer(256)], to: store.numbers)
        #expect(
            try store.keys(of: store.numbers) == [1, 5, 6, 256].map { Key.integer($0) })
    }

    @Test func namesAreAppendedInOrderToo() throws {
        try appended([.name("a"), .name("b")], to: store.names)
        let error = #expect(throws: LMDBError.self) {
            try appended([.name("aa")], to: store.names)
        }
        #expect(error?.code == .keyExists)
    }

    @Test func aTransactionGoesOnAfterAKeyThatWasRefused() throws {
        try store.environment.write { transaction in
            try transaction.append([5], for: .integer(5), in: store.numbers)
            do {
                try transaction.append([4], for: .integer(4), in: store.numbers)
                Issue.record("a smaller key was appended")
            } catch let error as LMDBError {
                #expect(error.code == .keyExists)
            }
            try transaction.append([6], for: .integer(6), in: store.numbers)
            try transaction.commit()
        }
        #expect(try store.keys(of: store.numbers) == [.integer(5), .integer(6)])
    }

    @Test func aNameIsItsUTF8Bytes() {
        #expect(Key.name("é") == .bytes([0xc3, 0xa9]))
    }
}
