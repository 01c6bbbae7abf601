import Foundation
import Testing

@testable import EventLog

/// What all chance in these tests follows from. `DR_TEST_SEED` sets another one.
enum Seed {
    static let value =
        ProcessInfo.processInfo.environment["DR_TEST_SEED"].flatMap { UInt64($0) } ?? 20_260_101

    /// For the messages of failures.
    static var note: Comment { "seed \(value)" }
}

/// A generator of which every run with one seed gives the same numbers (Steele et al., 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Makes events, all with different ids.
struct EventMaker {
    private var random: SplitMix64

    init(seed: UInt64 = Seed.value) { random = SplitMix64(seed: seed) }

    /// - Parameter size: of the payload, in bytes.
    mutating func event(size: Int = 40, isOnce: Bool = false) -> NewEvent {
        let id = EventID(time: TestClock.start, using: &random)
        let number = Int.random(in: 20...40, using: &random)
        var payload: [UInt8] = []
        payload.reserveCapacity(size)
        for _ in 0..<size { payload.append(UInt8.random(in: .min ... .max, using: &random)) }
        return NewEvent(id: id, number: number, payload: payload, isOnce: isOnce)
    }

    mutating func events(_ count: Int, size: Int = 40) -> [NewEvent] {
        var events: [NewEvent] = []
        for _ in 0..<count { events.append(event(size: size)) }
        return events
    }
}
