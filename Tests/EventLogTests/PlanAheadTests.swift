import LMDB
import Testing

@testable import EventLog

/// A group is planned while the one before it is written.
struct PlanAheadTests {
    private let fixture = Fixture()
    private let clock = TestClock()

    /// It is not in the log yet, or it is: the same comes of it.
    @Test func aPlanThatWasMadeAheadIsTheOneThatIsMadeInTime() async throws {
        let store = try fixture.openStore(clock: clock.log)
        var make = RequestMaker()
        var (compared, undecided) = (0, 0)
        for round in 0..<80 {
            clock.advance(by: 1000)
            let (first, second) = (try make.group(for: store), try make.group(for: store))
            let plans = try store.reader.slot.with { log in
                let written = try log.plan(first, after: nil, at: clock.wall)
                let ahead = try log.plan(second, after: written, at: clock.wall)
                try log.write(try #require(written))
                let inTime = try log.plan(second, after: nil, at: clock.wall)
                // And now and then the one that was made ahead.
                if let ahead, round.isMultiple(of: 2) { try log.write(ahead) }
                return (ahead: ahead, inTime: try #require(inTime))
            }
            guard let ahead = plans.ahead else {
                undecided += 1
                continue
            }
            compared += 1
            expectEqual(ahead, plans.inTime)
        }
        // What may be the retry of an append that is being written waits until it is.
        #expect(compared > 20 && undecided > 0, "\(compared), \(undecided), seed \(Seed.value)")
        try verify(store)
    }

    private func expectEqual(_ ahead: GroupPlan, _ inTime: GroupPlan) {
        let note = Seed.note
        #expect([ahead.base, ahead.head] == [inTime.base, inTime.head], note)
        #expect(ahead.records == inTime.records && ahead.ends == inTime.ends, note)
        #expect(ahead.appends == inTime.appends, note)
        #expect(ahead.streams == inTime.streams, note)
        #expect(ahead.streamCount == inTime.streamCount, note)
        #expect(ahead.onceIDs == inTime.onceIDs, note)
        #expect(ahead.chunks.map(\.key) == inTime.chunks.map(\.key), note)
        #expect(ahead.chunks.map(\.bytes) == inTime.chunks.map(\.bytes), note)
        #expect(ahead.kept.map(\.receipt) == inTime.kept.map(\.receipt), note)
        #expect(ahead.refused.map(\.error) == inTime.refused.map(\.error), note)
    }
}

extension LogFile {
    /// - Parameter previous: the group that is being written.
    /// - Returns: `nil` if that has to be in the log first.
    fileprivate func plan(
        _ requests: [AppendRequest], after previous: GroupPlan?, at now: UInt64
    ) throws -> GroupPlan? {
        try environment.read { transaction in
            var planner: GroupPlanner
            if let previous {
                planner = GroupPlanner(log: self, after: previous, now: now)
            } else {
                planner = try self.planner(at: head(in: transaction), now: now, in: transaction)
            }
            do {
                for request in requests { try planner.add(request, in: transaction) }
            } catch is GroupPlanner.Undecided {
                return nil
            }
            return planner.finished()
        }
    }

    fileprivate func write(_ plan: GroupPlan) throws {
        try environment.write { transaction in
            try plan.write(to: self, in: transaction)
            try transaction.commit()
        }
    }
}

/// Makes requests of all kinds: new ones, retries, and such as are refused.
private struct RequestMaker {
    private var random = SplitMix64(seed: Seed.value)
    private var make = EventMaker()
    private var earlier: [AppendRequest] = []

    mutating func group(for store: EventStore) throws -> [AppendRequest] {
        var group: [AppendRequest] = []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let request = try request(for: store)
            group.append(request)
            earlier.append(request)
        }
        return group
    }

    private mutating func request(for store: EventStore) throws -> AppendRequest {
        let kind = Int.random(in: 0..<10, using: &random)
        if kind == 0, let old = earlier.randomElement(using: &random) { return old }
        if kind == 1, let old = earlier.randomElement(using: &random) {
            return Self.request(old.events + make.events(1), old.stream, old.expected)
        }
        let stream = "run/\(Int.random(in: 0..<16, using: &random))"
        let revision = try store.reader.revision(ofStream: stream)
        let choices: [ExpectedRevision] = [
            .any, .any, .noStream, .exactly(revision), .exactly(revision), .exactly(revision + 1),
        ]
        var events = make.events(Int.random(in: 1...40, using: &random))
        if kind == 2 { events = make.events(1, size: Record.maximumSize) }
        if kind == 3 { events.append(make.event(isOnce: true)) }
        if kind == 4, let known = earlier.flatMap(\.events).last(where: \.isOnce) {
            events.append(known)
        }
        return Self.request(events, stream, choices.randomElement(using: &random)!)
    }

    private static func request(
        _ events: [NewEvent], _ stream: String, _ expected: ExpectedRevision
    ) -> AppendRequest {
        AppendRequest(
            events: events, stream: stream, expected: expected, deadline: .now, finish: { _ in })
    }
}
