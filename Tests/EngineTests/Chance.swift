import Foundation
import Testing

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
