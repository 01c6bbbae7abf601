import FoundationEssentials
import Testing

/// What all chance in these tests follows from. `DR_TEST_SEED` sets another one.
enum Seed {
    static let value =
        ProcessInfo.processInfo.environment["DR_TEST_SEED"].flatMap { UInt64($0) } ?? 20_260_101

    /// For the messages of failures.
    static func note(round: UInt64) -> Comment { "DR_TEST_SEED=\(value), round \(round)" }
}

/// A generator of which every run with one seed gives the same numbers (Steele et al., 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// One of many that follow from the seed of the tests.
    init(round: UInt64) { state = Seed.value &+ round &* 0x9e37_79b9_7f4a_7c15 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for _ in 0..<count { bytes.append(UInt8.random(in: .min ... .max, using: &self)) }
        return bytes
    }

    /// Text of all lengths and planes, with quotes, controls and combining marks.
    mutating func text(upTo count: Int) -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0x00...0x1f, 0x20...0x7e, 0x20...0x7e, 0xa1...0x24f, 0x300...0x36f, 0x400...0x4ff,
            0x4e00...0x9fff, 0x1f300...0x1f64f,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...count, using: &self) {
            let range = ranges[Int.random(in: ranges.indices, using: &self)]
            let number = UInt32.random(in: range, using: &self)
            if let scalar = Unicode.Scalar(number) { text.append(scalar) }
        }
        return String(text)
    }
}
