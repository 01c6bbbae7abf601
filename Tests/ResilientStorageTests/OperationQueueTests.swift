import FoundationEssentials
import LMDB
import Testing

@testable import ResilientStorage

struct OperationQueueTests {
    private let folder = QueueFolder()

    // MARK: Order

    @Test func theOrderIsKeptOverReopening() async throws {
        let operations = (0..<20).map { QueuedOperation.put("key-\($0 % 3)", [UInt8($0)]) }
        let added = try await add(operations)
        let queue = try await folder.open()
        let found = try await queue.first(100)
        #expect(found == added)
        #expect(queue.depth == 20)
        let next = try await queue.add(.put("key-0", [20]))
        let last = try #require(added.last)
        #expect(next.number > last.number)
        let all = try await queue.first(100)
        #expect(all == added + [next])
    }

    @Test func whatWasRemovedStaysRemovedOverReopening() async throws {
        let added = try await add((0..<4).map { QueuedOperation.put("key-\($0)") })
        try await remove([added[0], added[2]])
        let queue = try await folder.open()
        let found = try await queue.first(100)
        #expect(found == [added[1], added[3]])
        #expect(queue.depth == 2)
    }

    @Test(arguments: 1...6) func theFirstAreNoMoreThanTheLimit(limit: Int) async throws {
        let queue = try await folder.open()
        for index in 0..<4 { _ = try await queue.add(.put("key-\(index)")) }
        let keys = try await queue.first(limit).map(\.operation.key)
        let expected = (0..<min(limit, 4)).map { "key-\($0)" }
        #expect(keys == expected)
    }

    @Test func removingTwiceChangesNothing() async throws {
        let queue = try await folder.open()
        let entry = try await queue.add(.put("a"))
        _ = try await queue.add(.put("b"))
        try await queue.remove(entry)
        try await queue.remove(entry)
        #expect(queue.depth == 1)
        let keys = try await queue.first(10).map(\.operation.key)
        #expect(keys == ["b"])
    }

    @Test func theDepthIsWhatIsAddedAndNotRemoved() async throws {
        let queue = try await folder.open()
        #expect(queue.depth == 0)
        var entries: [QueueEntry] = []
        for index in 1...5 {
            entries.append(try await queue.add(.put("same key")))
            #expect(queue.depth == index)
        }
        for (index, entry) in entries.enumerated() {
            try await queue.remove(entry)
            #expect(queue.depth == 4 - index)
        }
        let rest = try await queue.first(10)
        #expect(rest.isEmpty)
    }

    @Test func aNumberIsNotGivenAgainWhenAnEmptiedQueueIsReopened() async throws {
        let added = try await add((0..<3).map { QueuedOperation.put("key-\($0)") })
        try await remove(added)
        let queue = try await folder.open()
        #expect(queue.depth == 0)
        let next = try await queue.add(.put("key"))
        let last = try #require(added.last)
        #expect(next.number > last.number)
    }

    @Test func epochAndTimeComeBackAfterReopening() async throws {
        let time = Date(timeIntervalSince1970: 1_750_000_000.123)
        var operation = QueuedOperation.put("key")
        operation.epoch = 7
        let path = folder.path
        let entry = try await OperationQueue(directory: path, now: { time }).add(operation)
        #expect(abs(entry.added.timeIntervalSince(time)) < 0.001)
        let queue = try await folder.open()
        let found = try await queue.first(1)
        #expect(found == [entry])
        #expect(found.first?.operation.epoch == 7)
    }

    // MARK: The last of a key

    @Test func whatIsPendingForAKeyIsTheLastThatWasQueued() async throws {
        let queue = try await folder.open()
        let first = try await queue.add(.put("a", [1]))
        _ = try await queue.add(.put("b", [2]))
        let second = try await queue.add(QueuedOperation(key: "a", action: .delete))
        #expect(try await queue.pending(for: "a") == second)
        try await queue.remove(first)
        #expect(try await queue.pending(for: "a") == second)
        try await queue.remove(second)
        #expect(try await queue.pending(for: "a") == nil)
        #expect(try await queue.pending(for: "never queued") == nil)
        let other = try await queue.pending(for: "b")
        #expect(other?.operation == QueuedOperation.put("b", [2]))
    }

    @Test func whatIsPendingIsKnownAfterReopening() async throws {
        let added = try await add([.put("a", [1]), .put("b", [2]), .put("a", [3])])
        let queue = try await folder.open()
        #expect(try await queue.pending(for: "a") == added[2])
        #expect(try await queue.pending(for: "b") == added[1])
    }

    @Test func keysOfDifferentBytesAreDifferentKeys() async throws {
        // The same to a reader, and to `==` of strings, but not to the storage.
        let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
        let queue = try await folder.open()
        let first = try await queue.add(.put(composed, [1]))
        #expect(try await queue.pending(for: decomposed) == nil)
        let second = try await queue.add(.put(decomposed, [2]))
        #expect(try await queue.pending(for: composed) == first)
        #expect(try await queue.pending(for: decomposed) == second)
    }

    // MARK: What comes back

    @Test(arguments: [
        QueuedOperation.put("plain", [1, 2, 3]),
        QueuedOperation.put("empty", []),
        QueuedOperation.put("all bytes", Array(0...255)),
        QueuedOperation.put("metadata", [0], ["seq": "7", "naïve": "\"ü\" → \n\\", "": ""]),
        QueuedOperation.put("no metadata", [0], [:]),
        QueuedOperation.put("ключ/🗝️ e\u{301}+%2F?&=", [0]),
        QueuedOperation.put("\u{0}\u{1f}\"\\/", [0]),
        QueuedOperation.put(String(repeating: "long/", count: 200), [0]),
        QueuedOperation(key: "gone", action: .delete),
        QueuedOperation(key: "weg/ü", action: .delete),
    ])
    func anOperationComesBackAsItWasAlsoAfterReopening(operation: QueuedOperation) async throws {
        let added = try await add([operation])
        let queue = try await folder.open()
        let found = try await queue.first(10)
        #expect(found == added)
        let entry = try #require(found.first)
        #expect(entry.operation == operation)
        #expect(Array(entry.operation.key.utf8) == Array(operation.key.utf8))
    }

    @Test(arguments: UInt64(0)..<5)
    func randomOperationsComeBackAsTheyWere(round: UInt64) async throws {
        var random = SplitMix64(round: round)
        let operations = (0..<100).map { _ in QueuedOperation.random(using: &random) }
        _ = try await add(operations)
        let queue = try await folder.open()
        let found = try await queue.first(1000).map(\.operation)
        #expect(found == operations, Seed.note(round: round))
        let bytes = found.map { Array($0.key.utf8) }
        #expect(bytes == operations.map { Array($0.key.utf8) }, Seed.note(round: round))
    }

    @Test(
        arguments: [
            [], [0], [0, 0, 0], [0, 0, 0, 9, 0x7b], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 1, 0x7b],
            [0, 0, 0, 2, 0x7b, 0x7d],
        ] as [[UInt8]])
    func whatIsNoStoredOperationIsSaidToBeDamaged(bytes: [UInt8]) {
        var caught: (any Error)?
        do {
            _ = try OperationQueue.decode(.integer(1), bytes.span.bytes)
        } catch {
            caught = error
        }
        #expect((caught as? OperationQueueError)?.code == .damaged, "\(bytes)")
    }

    /// Adds to the queue in the folder, and closes it.
    private func add(_ operations: [QueuedOperation]) async throws -> [QueueEntry] {
        let queue = try await folder.open()
        var entries: [QueueEntry] = []
        for operation in operations { entries.append(try await queue.add(operation)) }
        return entries
    }

    private func remove(_ entries: [QueueEntry]) async throws {
        let queue = try await folder.open()
        for entry in entries { try await queue.remove(entry) }
    }
}

extension QueuedOperation {
    static func put(
        _ key: String, _ body: [UInt8] = [1], _ metadata: [String: String] = ["seq": "1"]
    ) -> QueuedOperation {
        QueuedOperation(key: key, action: .put(body: body, metadata: metadata))
    }

    static func random(using random: inout SplitMix64) -> QueuedOperation {
        let key = random.text(upTo: 30)
        if Int.random(in: 0..<4, using: &random) == 0 {
            return QueuedOperation(key: key, action: .delete)
        }
        let size = [0, 1, 100, 5000][Int.random(in: 0..<4, using: &random)]
        var metadata: [String: String] = [:]
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            metadata[random.text(upTo: 10)] = random.text(upTo: 20)
        }
        return put(key, random.bytes(size), metadata)
    }
}
