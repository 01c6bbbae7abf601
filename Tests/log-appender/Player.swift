import EventLog
import Foundation

/// Appends what chance asks for, and prints what became of each append. Whoever knows all that,
/// and the log, can tell whether it is right.
struct Player {
    private let store: EventStore
    private var chance: Chance
    private var earlier: [Request] = []

    init(_ store: EventStore, seed: UInt64) {
        self.store = store
        chance = Chance(state: seed)
    }

    mutating func play(appends count: Int) async throws {
        for _ in 0..<count {
            let request = try await nextRequest()
            earlier.append(request)
            // Now and then twice at the same time.
            let times = Int.random(in: 0..<8, using: &chance) == 0 ? 2 : 1
            await withTaskGroup(of: Void.self) { [store] group in
                for _ in 0..<times { group.addTask { await request.send(to: store) } }
            }
        }
    }

    private mutating func nextRequest() async throws -> Request {
        let kind = Int.random(in: 0..<10, using: &chance)
        if kind < 2, let old = earlier.randomElement(using: &chance) { return old }
        if kind == 2, let old = earlier.randomElement(using: &chance) {
            return Request(
                events: old.events + [event()], stream: old.stream, expected: old.expected,
                limit: old.limit)
        }
        let stream = "run/\(Int.random(in: 0..<5, using: &chance))"
        let revision = try await store.read { try $0.revision(ofStream: stream) }
        let choices: [ExpectedRevision] = [
            .any, .any, .noStream, .exactly(revision), .exactly(revision), .exactly(revision),
            .exactly(revision + 1), .exactly(revision / 2),
        ]
        var events: [NewEvent] = []
        for _ in 0..<Int.random(in: 1...40, using: &chance) { events.append(event()) }
        if kind == 3 { events = [event(size: 65_536)] }
        if kind == 4 { events.append(sharedEvent()) }
        return Request(
            events: events, stream: stream, expected: choices.randomElement(using: &chance)!,
            limit: kind == 5 ? .milliseconds(1) : .seconds(30))
    }

    private mutating func event(size: Int = 20) -> NewEvent {
        let id = EventID(time: LogClock.system.now(), using: &chance)
        return NewEvent(id: id, number: 100, payload: [UInt8](repeating: 0x2e, count: size))
    }

    /// All players ask for these, and each may be there once.
    private mutating func sharedEvent() -> NewEvent {
        let byte = UInt8.random(in: 0..<40, using: &chance)
        return NewEvent(
            id: EventID([UInt8](repeating: byte, count: 16))!, number: 101, payload: [],
            isOnce: true)
    }
}

/// An append that may be sent again.
private struct Request: Sendable {
    let events: [NewEvent]
    let stream: String
    let expected: ExpectedRevision
    let limit: Duration

    func send(to store: EventStore) async {
        let outcome: String
        do {
            let receipt = try await store.append(
                events, to: stream, expecting: expected, within: limit)
            outcome = "kept \(receipt.firstPosition) \(receipt.firstRevision) \(receipt.count)"
        } catch let error as EventLogError {
            outcome = "refused \(Self.word(for: error.code))"
        } catch {
            outcome = "refused \(type(of: error))"
        }
        let ids = events.map { "\($0.id)" }.joined(separator: ",")
        print("asked", stream, expectation, ids, outcome)
    }

    private var expectation: String {
        switch expected {
        case .any: "any"
        case .noStream: "0"
        case .exactly(let revision): "\(revision)"
        }
    }

    private static func word(for code: EventLogError.Code) -> String {
        switch code {
        case .wrongRevision(let actual): "wrongRevision \(actual)"
        case .idTaken(let position): "idTaken \(position)"
        default: "\(code)"
        }
    }
}

/// Of which every run with one seed gives the same numbers (Steele et al., 2014).
private struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension LogAppender {
    static func play(_ arguments: inout Arguments) async throws {
        let directory = DataDirectory(arguments.next("DATA"))
        let count = arguments.nextNumber("COUNT")
        let seed = arguments.text("--seed").flatMap { UInt64($0) } ?? 0
        let clock = arguments.text("--jumps").map { JumpingClock(seed: UInt64($0) ?? 0).log }
        let store = try await retrying(attempts: 20) {
            try EventStore(directory, clock: clock ?? .system)
        }
        let players = UInt64(arguments.number("--players", else: 24))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<players {
                group.addTask {
                    var player = Player(store, seed: seed &* 1000 &+ number)
                    try await player.play(appends: count)
                }
            }
            try await group.waitForAll()
        }
        fflush(nil)
    }
}
