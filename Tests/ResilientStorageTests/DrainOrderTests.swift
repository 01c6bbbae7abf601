import Testing

@testable import ResilientStorage

struct DrainOrderTests {
    @Test func onlyTheFirstOfEachKeyIsTakenInTheOrderOfTheQueue() {
        var order = DrainOrder()
        let taken = order.take(10, from: entries("a", "b", "a", "c", "b", "a"))
        #expect(taken.map(\.number) == [1, 2, 4])
    }

    @Test(arguments: 0...5) func noMoreAreTakenThanTheLimit(limit: Int) {
        var order = DrainOrder()
        let taken = order.take(limit, from: entries("a", "b", "c", "d"))
        let expected = (1...4).prefix(limit).map { UInt64($0) }
        #expect(taken.map(\.number) == expected)
    }

    @Test func whatTheLimitLeftOutIsTakenNext() {
        var order = DrainOrder()
        let queue = entries("a", "b", "c", "a")
        _ = order.take(2, from: queue)
        let next = order.take(2, from: queue)
        #expect(next.map(\.number) == [3])
    }

    @Test func aKeyInFlightWaitsUntilItsEntryIsFinished() {
        var order = DrainOrder()
        let queue = entries("a", "a", "b")
        let first = order.take(10, from: queue)
        #expect(first.map(\.number) == [1, 3])
        let none = order.take(10, from: queue)
        #expect(none.isEmpty)
        order.finished(first[0])
        let second = order.take(10, from: Array(queue.dropFirst()))
        #expect(second.map(\.number) == [2])
    }

    @Test func anEntryThatFailedIsTakenAgainBeforeTheNextOfItsKey() {
        var order = DrainOrder()
        let queue = entries("a", "a")
        let first = order.take(10, from: queue)
        order.finished(first[0])
        let again = order.take(10, from: queue)
        #expect(again.map(\.number) == [1])
    }

    @Test(arguments: UInt64(0)..<100)
    func howeverDeliveriesInterleaveAKeyIsDeliveredInOrder(round: UInt64) throws {
        var drain = RandomDrain(round: round)
        for _ in 0..<20_000 where !drain.isDone {
            let problem = drain.step()
            let context: Comment = "\(problem ?? ""), \(Seed.note(round: round))"
            try #require(problem == nil, context)
        }
        #expect(drain.isDone, Seed.note(round: round))
        #expect(drain.delivered == drain.expected, Seed.note(round: round))
    }

    private func entries(_ keys: String...) -> [QueueEntry] {
        keys.enumerated().map { QueueEntry(number: UInt64($0 + 1), key: $1) }
    }
}

extension QueueEntry {
    fileprivate init(number: UInt64, key: String) {
        self.init(number: number, operation: QueuedOperation(key: key, action: .delete))
    }
}

/// A queue that is filled and drained at random; deliveries fail at random.
private struct RandomDrain {
    private var random: SplitMix64
    private var order = DrainOrder()
    private var queue: [QueueEntry] = []
    private var inFlight: [QueueEntry] = []
    private var added: UInt64 = 0
    private(set) var expected: [String: [UInt64]] = [:]
    private(set) var delivered: [String: [UInt64]] = [:]

    init(round: UInt64) { random = SplitMix64(round: round) }

    var isDone: Bool { added == 100 && queue.isEmpty && inFlight.isEmpty }

    /// - Returns: what is wrong.
    mutating func step() -> String? {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: add()
        case 1: return take()
        default: finish()
        }
        return nil
    }

    private mutating func add() {
        guard added < 100 else { return }
        added += 1
        let key = "key-\(Int.random(in: 0..<6, using: &random))"
        queue.append(QueueEntry(number: added, key: key))
        expected[key, default: []].append(added)
    }

    private mutating func take() -> String? {
        let limit = Int.random(in: 1...4, using: &random)
        let window = Int.random(in: 1...20, using: &random)
        let taken = order.take(limit, from: Array(queue.prefix(window)))
        if taken.count > limit { return "\(taken.count) are more than \(limit)" }
        let keys = (inFlight + taken).map(\.operation.key)
        if Set(keys).count != keys.count { return "a key is in flight twice" }
        inFlight += taken
        return nil
    }

    private mutating func finish() {
        guard !inFlight.isEmpty else { return }
        let entry = inFlight.remove(at: Int.random(in: inFlight.indices, using: &random))
        if Int.random(in: 0..<3, using: &random) > 0 {
            queue.removeAll { $0.number == entry.number }
            delivered[entry.operation.key, default: []].append(entry.number)
        }
        order.finished(entry)
    }
}
