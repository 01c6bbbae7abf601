#if canImport(Glibc)
    internal import Glibc
#endif

/// Cumulative sums that need no baseline: each value is scored against all before it (Hawkins,
/// 1987; Quesenberry, 1991).
///
/// With n earlier values, t = √(n / (n + 1)) (y − mean) / deviation, u = Φ⁻¹(T(t)) with T of n − 1
/// degrees of freedom: of a process that does not change, the scores u are independent and standard
/// normal from the first on, so that false alarms are as rare as they should be.
struct SelfStartingCUSUM: Equatable, Sendable {
    /// What a value made of the sums.
    struct Step: Equatable, Sendable {
        let t: Double
        let u: Double
        let high: Double
        let low: Double
        /// Whether the values became greater, and whether they became less.
        let isHigh: Bool
        let isLow: Bool
        /// From 0, the place of the value that the sum last began to grow with; `nil`: it is 0.
        let highSince: Int?
        let lowSince: Int?

        var isSignal: Bool { isHigh || isLow }
    }

    /// How many values there are before the first that is scored.
    static let fewestEarlier = 3
    /// So that squares and their sums can be held.
    private static let greatest = 1e150

    private(set) var sums: CUSUM
    /// Of the values so far, all that were added.
    private(set) var count = 0
    /// Of these, the ones that are in the mean.
    private var earlier = 0
    private var mean = 0.0
    /// Of the distances from the mean (Welford, 1962).
    private var squares = 0.0

    /// - Parameters:
    ///   - k: in standard deviations; half of the change to be found.
    ///   - h: in standard deviations; the sum that is a signal when it is exceeded.
    init(k: Double = 0.5, h: Double = 5) { sums = CUSUM(k: k, h: h) }

    /// Adds the natural logarithm of a time in milliseconds: times are skewed, and their logarithms
    /// much less. What took less than a millisecond counts as one.
    mutating func add(timeMs: Double) -> Step? { add(log(max(timeMs, 1))) }

    /// Adds a value.
    ///
    /// - Returns: `nil` if it is not scored: it is one of the first three, all earlier ones are
    ///   equal, so that nothing is known of their deviation, or it is not finite or beyond 10¹⁵⁰.
    ///   A value of the last kind is left out of the mean.
    mutating func add(_ y: Double) -> Step? {
        defer { count += 1 }
        guard abs(y) <= Self.greatest else { return nil }
        defer { take(y) }
        guard earlier >= Self.fewestEarlier, squares > 0 else { return nil }
        let n = Double(earlier)
        let deviation = (squares / (n - 1)).squareRoot()
        let t = (n / (n + 1)).squareRoot() * ((y - mean) / deviation)
        let u = Self.score(t, degrees: n - 1)
        sums.add(u, at: count)
        return Step(
            t: t, u: u, high: sums.high, low: sums.low, isHigh: sums.isHigh, isLow: sums.isLow,
            highSince: sums.highSince, lowSince: sums.lowSince)
    }

    /// Φ⁻¹(T(t)), from the lower side, where both have all their digits. Always finite.
    private static func score(_ t: Double, degrees: Double) -> Double {
        let tail = Distributions.studentTCDF(-abs(t), degrees: degrees)
        let size = -Distributions.normalQuantile(max(tail, .leastNormalMagnitude))
        return t < 0 ? -size : size
    }

    private mutating func take(_ y: Double) {
        earlier += 1
        let distance = y - mean
        mean += distance / Double(earlier)
        squares += distance * (y - mean)
    }
}
