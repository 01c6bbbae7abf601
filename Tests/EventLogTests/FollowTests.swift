import Testing

@testable import EventLog

struct FollowTests {
    private let fixture = Fixture()

    @Test(.timeLimit(.minutes(1)), arguments: [UInt64(0), 1, 4])
    func aFollowerGetsTheOldEventsAndThenTheNew(from position: UInt64) async throws {
        let store = try await fixture.openStore(withEvents: 5)
        let follower = Task { try await Self.follow(store, from: position, to: 13) }
        var make = EventMaker(seed: Seed.value &+ 1)
        for _ in 0..<7 {
            try await Task.sleep(for: .milliseconds(5))
            _ = try await store.append(make.events(1), to: "run/b", expecting: .any)
        }
        let positions = try await follower.value
        #expect(positions == Array(max(position, 1)...13))
        try verify(store)
    }

    @Test(.timeLimit(.minutes(1)))
    func manyFollowersGetEveryEvent() async throws {
        let store = try await fixture.openStore(withEvents: 1)
        let followers = (0..<20).map { _ in
            Task { try await Self.follow(store, from: 1, to: 42) }
        }
        var make = EventMaker(seed: Seed.value &+ 1)
        for _ in 0..<20 {
            _ = try await store.append(make.events(2), to: "run/b", expecting: .any)
        }
        for follower in followers {
            let positions = try await follower.value
            #expect(positions == Array(1...42))
        }
        try verify(store)
    }

    @Test(.timeLimit(.minutes(1)))
    func aFollowerWaitsForEventsBeyondTheHead() async throws {
        let store = try await fixture.openStore(withEvents: 1)
        let follower = Task { try await Self.follow(store, from: 4, to: 4) }
        var make = EventMaker(seed: Seed.value &+ 1)
        for _ in 0..<2 {
            _ = try await store.append(make.events(1), to: "run/b", expecting: .any)
        }
        let positions = try await follower.value
        #expect(positions == [4])
        try verify(store)
    }

    @Test(.timeLimit(.minutes(1)))
    func aCancelledFollowerEnds() async throws {
        let store = try await fixture.openStore(withEvents: 5)
        let follower = Task { try await Self.follow(store, from: 1, to: .max) }
        try await Task.sleep(for: .milliseconds(50))
        follower.cancel()
        let positions = try await follower.value
        // On a busy machine it may not have begun.
        #expect(positions.isEmpty || positions == Array(1...6))
        try verify(store)
    }

    private static func follow(
        _ store: EventStore, from position: UInt64, to last: UInt64
    ) async throws -> [UInt64] {
        var positions: [UInt64] = []
        for try await batch in store.follow(from: position) {
            positions += batch.map(\.position)
            if positions.last ?? 0 >= last { break }
        }
        return positions
    }
}
