/// Numbers that look random, and are the same when everything is done again.
struct SplitMix64: RandomNumberGenerator, Sendable {
    static let step: UInt64 = 0x9e37_79b9_7f4a_7c15

    private var state: UInt64

    /// - Parameter path: whom the numbers are for. Others with the same seed get numbers that have
    ///   nothing to do with these.
    init(seed: UInt64, path: [UInt64] = []) {
        state = seed
        for place in path { state = Self.mixed(state &+ (place &+ 1) &* Self.step) }
    }

    mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mixed(state)
    }

    /// From 0 up to, and without, 1.
    mutating func nextFraction() -> Double { Self.fraction(of: next()) }

    static func fraction(of number: UInt64) -> Double { Double(number >> 11) / Double(1 << 53) }

    /// The number that has this place, for those who know where they are.
    static func mixed(_ value: UInt64) -> UInt64 {
        var bits = value
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits >> 31
    }
}
