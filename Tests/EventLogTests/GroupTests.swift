import Testing

@testable import EventLog

/// The queue of appends as a value, without a log.
struct GroupTests {
    @Test func aGroupHasAtMost4096Events() {
        var queue = AppendQueue()
        for number in 0..<5000 { _ = queue.add(request("\(number)")) }
        let (first, second, third) = (queue.takeGroup(), queue.takeGroup(), queue.takeGroup())
        #expect(first.map(\.stream) == (0..<4096).map { "\($0)" })
        #expect(second.map(\.stream) == (4096..<5000).map { "\($0)" })
        #expect(third.isEmpty)
    }

    @Test func aRequestIsNotDividedBetweenGroups() {
        var queue = AppendQueue()
        for name in ["a", "b", "c"] { _ = queue.add(request(name, events: 2000)) }
        let (first, second) = (queue.takeGroup(), queue.takeGroup())
        #expect(first.map(\.stream) == ["a", "b"])
        #expect(second.map(\.stream) == ["c"])
    }

    @Test func aGroupHasAtMostFourMegabytes() {
        var queue = AppendQueue()
        // With the 64 bytes that count for the envelope, exactly a megabyte each.
        for number in 0..<9 { _ = queue.add(request("\(number)", size: (1 << 20) - 64)) }
        let groups = [queue.takeGroup(), queue.takeGroup(), queue.takeGroup()]
        let names = groups.map { $0.map(\.stream).joined() }
        #expect(names == ["0123", "4567", "8"])
    }

    @Test(arguments: [4096, 4097])
    func aRequestOfManyEventsFillsAGroup(events: Int) {
        var queue = AppendQueue()
        _ = queue.add(request("large", events: events))
        _ = queue.add(request("next"))
        let (first, second) = (queue.takeGroup(), queue.takeGroup())
        #expect(first.map(\.stream) == ["large"])
        #expect(second.map(\.stream) == ["next"])
    }

    @Test func aRequestOfManyBytesIsAGroupByItself() {
        var queue = AppendQueue()
        _ = queue.add(request("large", size: 5 << 20))
        _ = queue.add(request("next"))
        let (first, second) = (queue.takeGroup(), queue.takeGroup())
        #expect(first.map(\.stream) == ["large"])
        #expect(second.map(\.stream) == ["next"])
    }

    /// Others may have come in the place of those that were withdrawn.
    @Test func aPlanIsOfExactlyTheRequestsThatItWasMadeFor() {
        let (first, second, third) = (request("a"), request("b"), request("c"))
        let head = LogHead(position: 1, recorded: 1)
        var plan = GroupPlan(base: head, head: head, streamCount: 1, edge: TreeEdge())
        plan.requests = [first, second]
        #expect(plan.decides([first, second]))
        let others: [[AppendRequest]] = [
            [], [first], [second], [first, third], [second, first], [first, second, third],
        ]
        for other in others { #expect(!plan.decides(other)) }
    }

    @Test func whatIsWithdrawnFromAPlannedGroupMakesRoomForTheNext() {
        var queue = AppendQueue()
        let now = ContinuousClock.now
        _ = queue.add(request("large", events: 4096, deadline: now))
        _ = queue.add(request("next"))
        let planned = queue.planGroup()
        let expired = queue.takeExpired(at: now)
        let group = queue.takeGroup()
        #expect(planned?.map(\.stream) == ["large"])
        #expect(expired.map(\.stream) == ["large"])
        #expect(group.map(\.stream) == ["next"])
    }

    @Test func anEmptyQueueGivesAnEmptyGroup() {
        var queue = AppendQueue()
        let group = queue.takeGroup()
        #expect(group.isEmpty)
        #expect(queue.isEmpty)
    }

    @Test func onlyWhatIsDueExpiresAndTheOthersKeepTheirOrder() {
        var queue = AppendQueue()
        let now = ContinuousClock.now
        for (name, seconds) in [("a", 5), ("b", 0), ("c", 3), ("d", -1), ("e", 1)] {
            _ = queue.add(request(name, deadline: now + .seconds(seconds)))
        }
        let (expired, again) = (queue.takeExpired(at: now), queue.takeExpired(at: now))
        let group = queue.takeGroup()
        #expect(expired.map(\.stream) == ["b", "d"])
        #expect(again.isEmpty)
        #expect(group.map(\.stream) == ["a", "c", "e"])
    }

    @Test func theWriterIsWokenOnceUntilItRests() {
        var queue = AppendQueue()
        let wakes = [queue.add(request("a")).writer, queue.add(request("b")).writer]
        #expect(wakes == [true, false])
        _ = queue.takeGroup()
        // The group is being written; who comes now need not wake anybody.
        let wakesDuringWrite = queue.add(request("c")).writer
        let goesOn = queue.continues()
        #expect([wakesDuringWrite, goesOn] == [false, true])
        _ = queue.takeGroup()
        let goesOnWithNothing = queue.continues()
        let wakesAfterRest = queue.add(request("d")).writer
        #expect([goesOnWithNothing, wakesAfterRest] == [false, true])
    }

    @Test func theDeadlinesAreWatchedUntilNobodyWaits() {
        var queue = AppendQueue()
        let watches = [queue.add(request("a")).watch, queue.add(request("b")).watch]
        #expect(watches == [true, false])
        let goesOn = queue.continuesWatch()
        _ = queue.takeGroup()
        let goesOnWithNothing = queue.continuesWatch()
        let watchesAgain = queue.add(request("c")).watch
        #expect([goesOn, goesOnWithNothing, watchesAgain] == [true, false, true])
    }

    @Test func aQueueIsFullAt65536Requests() {
        var queue = AppendQueue()
        let one = request("a")
        for _ in 1..<65_536 { _ = queue.add(one) }
        #expect(!queue.isFull)
        _ = queue.add(one)
        #expect(queue.isFull)
    }

    private func request(
        _ stream: String, events: Int = 1, size: Int = 10,
        deadline: ContinuousClock.Instant = ContinuousClock.now + .seconds(60)
    ) -> AppendRequest {
        let event = NewEvent(
            id: EventID([UInt8](repeating: 7, count: 16))!, number: 20,
            payload: [UInt8](repeating: 0, count: size))
        return AppendRequest(
            events: [NewEvent](repeating: event, count: events), stream: stream, expected: .any,
            deadline: deadline, finish: { _ in })
    }
}
