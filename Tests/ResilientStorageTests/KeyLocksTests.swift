import Testing

@testable import ResilientStorage

@Suite(.timeLimit(.minutes(1))) struct KeyLocksTests {
    @Test func aFreeKeyIsTakenAtOnceAndKeysDoNotWaitForEachOther() async {
        let locker = Locker()
        await locker.lock("a")
        await locker.lock("b")
        #expect(await locker.held == ["a", "b"])
    }

    @Test func aKeyIsFreeAgainAfterItsLastUnlock() async {
        let locker = Locker()
        for _ in 0..<3 {
            await locker.lock("a")
            await locker.unlock("a")
        }
        #expect(await locker.held.isEmpty)
    }

    @Test func thoseWhoWaitGetTheKeyInTheOrderInWhichTheyCame() async throws {
        let locker = Locker()
        await locker.lock("a")
        let order = try await withThrowingTaskGroup(
            of: Void.self, returning: [Int].self
        ) { group in
            for index in 0..<20 {
                group.addTask {
                    await locker.lock("a")
                    await locker.note(index)
                    await locker.unlock("a")
                }
                // The next one comes only after this one has come.
                try await eventually("number \(index) has asked") {
                    await locker.asked == index + 2
                }
            }
            #expect(await locker.notes.isEmpty)
            await locker.unlock("a")
            try await group.waitForAll()
            return await locker.notes
        }
        #expect(order == Array(0..<20))
    }

    @Test func neverDoTwoHaveAKeyAtOnce() async {
        let locker = Locker()
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<300 {
                group.addTask {
                    let key = "key-\(index % 5)"
                    await locker.lock(key)
                    await Task.yield()
                    await locker.unlock(key)
                }
            }
        }
        #expect(await locker.collisions == 0)
        #expect(await locker.asked == 300)
        #expect(await locker.held.isEmpty)
    }
}

/// Uses the locks as the store does: inside one actor.
private actor Locker {
    private var locks = KeyLocks()
    private(set) var held: Set<String> = []
    private(set) var asked = 0
    private(set) var collisions = 0
    private(set) var notes: [Int] = []

    func lock(_ key: String) async {
        await withCheckedContinuation { (turn: CheckedContinuation<Void, Never>) in
            asked += 1
            if locks.take(key, or: turn) { turn.resume() }
        }
        if !held.insert(key).inserted { collisions += 1 }
    }

    func unlock(_ key: String) {
        held.remove(key)
        locks.unlock(key)
    }

    func note(_ number: Int) { notes.append(number) }
}
