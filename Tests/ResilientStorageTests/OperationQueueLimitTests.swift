import ResilientStorage
import Testing

struct OperationQueueLimitTests {
    private let folder = QueueFolder()

    // MARK: Full

    @Test func aQueueFullByCountTakesNothingUntilSomethingIsRemoved() async throws {
        let queue = try await folder.open(limits: limits(operations: 2))
        let first = try await queue.add(.put("a"))
        let second = try await queue.add(.put("b"))
        for _ in 0..<3 {
            let code = try await refusal { try await queue.add(.put("c")) }
            #expect(code == .full)
        }
        #expect(queue.depth == 2)
        let found = try await queue.first(10)
        #expect(found == [first, second])
        let pending = try await queue.pending(for: "c")
        #expect(pending == nil)
        try await queue.remove(first)
        let third = try await queue.add(.put("c"))
        let rest = try await queue.first(10)
        #expect(rest == [second, third])
    }

    @Test func aQueueFullByBytesTakesNothingUntilSomethingIsRemoved() async throws {
        let queue = try await folder.open(limits: limits(bytes: 3000))
        let body = [UInt8](repeating: 7, count: 999)
        var entries: [QueueEntry] = []
        for key in ["a", "b", "c"] { entries.append(try await queue.add(.put(key, body, [:]))) }
        let put = try await refusal { try await queue.add(.put("d", [], [:])) }
        let delete = try await refusal {
            try await queue.add(QueuedOperation(key: "a", action: .delete))
        }
        #expect(put == .full && delete == .full)
        let found = try await queue.first(10)
        #expect(found == entries)
        try await queue.remove(entries[1])
        let next = try await queue.add(.put("d", body, [:]))
        let rest = try await queue.first(10)
        #expect(rest == [entries[0], entries[2], next])
    }

    @Test func whatIsLargerThanTheQueueIsNotTakenEvenIfItIsEmpty() async throws {
        let queue = try await folder.open(limits: limits(bytes: 100))
        let body = [UInt8](repeating: 7, count: 101)
        let code = try await refusal { try await queue.add(.put("a", body)) }
        #expect(code == .full)
        #expect(queue.depth == 0)
        _ = try await queue.add(.put("a", [1], [:]))
        #expect(queue.depth == 1)
    }

    @Test func metadataTakesRoomToo() async throws {
        let queue = try await folder.open(limits: limits(bytes: 10_000))
        let metadata = ["note": String(repeating: "x", count: 4000)]
        var taken = 0
        for index in 0..<10 {
            let code = try await refusal { try await queue.add(.put("\(index)", [], metadata)) }
            if code == nil { taken += 1 }
        }
        #expect(taken <= 2)
    }

    @Test func afterReopeningTheLimitsCountWhatIsThere() async throws {
        try await fill(keys: ["a", "b"])
        let queue = try await folder.open(limits: limits(operations: 2))
        let byCount = try await refusal { try await queue.add(.put("c")) }
        #expect(byCount == .full)
    }

    @Test func afterReopeningTheBytesCountWhatIsThere() async throws {
        try await fill(keys: ["a", "b"])
        let queue = try await folder.open(limits: limits(bytes: 4))
        let byBytes = try await refusal { try await queue.add(.put("c", [1], [:])) }
        #expect(byBytes == .full)
    }

    @Test func whetherThereIsRoomIsKnownBefore() async throws {
        let queue = try await folder.open(limits: limits(operations: 2, bytes: 100))
        let large = QueuedOperation.put("a", [UInt8](repeating: 7, count: 101), [:])
        #expect(!queue.hasRoom(for: large))
        for key in ["a", "b"] {
            #expect(queue.hasRoom(for: .put(key)))
            _ = try await queue.add(.put(key))
        }
        #expect(!queue.hasRoom(for: .put("c")))
        let first = try await queue.first(1)
        try await queue.remove(first[0])
        #expect(queue.hasRoom(for: .put("c")))
    }

    @Test func theErrorSaysThatTheQueueIsFullAndTheWriteNotTaken() async throws {
        let queue = try await folder.open(limits: limits(operations: 1))
        _ = try await queue.add(.put("a"))
        var text = ""
        do { _ = try await queue.add(.put("b")) } catch { text = "\(error)" }
        #expect(text.contains("full") && text.contains("not taken"), "\(text)")
    }

    // MARK: At once

    @Test func aHundredWritersAtOnceAreAllThereUnderNumbersOfTheirOwn() async throws {
        let queue = try await folder.open()
        let outcomes = await addAtOnce(100, to: queue)
        let entries = outcomes.compactMap(\.self).sorted { $0.number < $1.number }
        #expect(entries.count == 100)
        #expect(Set(entries.map(\.number)).count == 100)
        #expect(Set(entries.map(\.operation.key)).count == 100)
        let found = try await queue.first(1000)
        #expect(found == entries)
        #expect(queue.depth == 100)
    }

    @Test func theNumbersOfOneWriterAscendAmongOthers() async throws {
        let queue = try await folder.open()
        let numbers = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for writer in 0..<10 {
                group.addTask {
                    var numbers: [UInt64] = []
                    for index in 0..<10 {
                        let entry = try await queue.add(.put("\(writer)", [UInt8(index)]))
                        numbers.append(entry.number)
                    }
                    return numbers
                }
            }
            return try await group.reduce(into: [[UInt64]]()) { $0.append($1) }
        }
        #expect(numbers.allSatisfy { $0 == $0.sorted() })
        #expect(Set(numbers.flatMap { $0 }).count == 100)
    }

    @Test func writersAtOnceDoNotOverfillIt() async throws {
        let queue = try await folder.open(limits: limits(operations: 30))
        let outcomes = await addAtOnce(100, to: queue)
        #expect(outcomes.count { $0 != nil } == 30)
        #expect(queue.depth == 30)
        let found = try await queue.first(1000)
        #expect(found.count == 30)
    }

    @Test func addingAndRemovingAtOnceLeavesTheDifference() async throws {
        let queue = try await folder.open()
        let early = await addAtOnce(50, to: queue).compactMap(\.self)
        async let added = addAtOnce(50, to: queue)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for entry in early { group.addTask { try await queue.remove(entry) } }
            try await group.waitForAll()
        }
        let late = await added.compactMap(\.self).sorted { $0.number < $1.number }
        let found = try await queue.first(1000)
        #expect(found == late)
        #expect(queue.depth == 50)
    }

    // MARK: -

    private func limits(operations: Int = 1000, bytes: Int = 1 << 20) -> OperationQueue.Limits {
        var limits = OperationQueue.Limits()
        (limits.operations, limits.bytes) = (operations, bytes)
        return limits
    }

    /// Adds operations of two bytes each, and closes the queue.
    private func fill(keys: [String]) async throws {
        let queue = try await folder.open()
        for key in keys { _ = try await queue.add(.put(key, [1], [:])) }
    }

    /// - Returns: the entries; `nil` for each that was refused as too much.
    private func addAtOnce(_ count: Int, to queue: OperationQueue) async -> [QueueEntry?] {
        await withTaskGroup(of: QueueEntry?.self) { group in
            for index in 0..<count {
                group.addTask { try? await queue.add(.put("key-\(index)")) }
            }
            return await group.reduce(into: [QueueEntry?]()) { $0.append($1) }
        }
    }

    /// Why the queue refused; `nil` if it did not. Any other error is thrown on.
    private func refusal(
        of body: () async throws -> QueueEntry
    ) async throws -> OperationQueueError.Code? {
        do {
            _ = try await body()
            return nil
        } catch let error as OperationQueueError {
            return error.code
        }
    }
}
