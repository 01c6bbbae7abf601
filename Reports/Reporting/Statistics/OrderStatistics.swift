/// What can be said of values by their order alone: however they are spread, one slow run cannot
/// pull it away.
///
/// Results have the unit of the values. Without values, or with one that is not finite, they are
/// `nil`. Percentiles are shares, from 0 to 1.
enum OrderStatistics {
    /// Of an even number: halfway between the two in the middle.
    static func median(_ values: [Double]) -> Double? {
        guard let sorted = sorted(values) else { return nil }
        // Halved before they are added, so that no sum is too great.
        return sorted[(sorted.count - 1) / 2] / 2 + sorted[sorted.count / 2] / 2
    }

    /// The median of the distances from the median (Hampel, 1974).
    static func mad(_ values: [Double]) -> Double? {
        median(values).flatMap { centre in median(values.map { abs($0 - centre) }) }
    }

    /// 1.4826 × MAD, which estimates the standard deviation of values that are normal.
    static func scaledMAD(_ values: [Double]) -> Double? {
        mad(values).map { 1.4826 * $0 }
    }

    /// The value of rank ⌈p n⌉: one that was measured (Hyndman and Fan, 1996, type 1).
    static func nearestRank(_ p: Double, of values: [Double]) -> Double? {
        guard p >= 0, p <= 1, let sorted = sorted(values) else { return nil }
        // Decimal shares are rounded: what is whole but for that stays whole.
        let rank = Int((p * Double(sorted.count) - 1e-9).rounded(.up))
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }

    /// Between the values on both sides of rank 1 + p (n − 1) (Hyndman and Fan, 1996, type 7): with
    /// few values it is far below the nearest rank.
    static func linear(_ p: Double, of values: [Double]) -> Double? {
        guard p >= 0, p <= 1, let sorted = sorted(values) else { return nil }
        let place = p * Double(sorted.count - 1)
        let index = min(Int(place), sorted.count - 1)
        let (low, high) = (sorted[index], sorted[min(index + 1, sorted.count - 1)])
        let share = place - Double(index)
        return min(max(low * (1 - share) + high * share, low), high)
    }

    /// An interval for the median of what the values were drawn from, with a confidence of at least
    /// 95 %, from one value to another (Thompson, 1936).
    ///
    /// - Returns: `nil` below six values too: not even the least and the greatest of five are
    ///   enough.
    static func medianInterval(_ values: [Double]) -> ClosedRange<Double>? {
        guard let sorted = sorted(values), let ranks = medianRanks(sorted.count) else {
            return nil
        }
        return sorted[ranks.lower - 1]...sorted[ranks.upper - 1]
    }

    /// The ranks, from 1, that `medianInterval` goes between, and the confidence that they really
    /// have.
    static func medianRanks(_ n: Int) -> (lower: Int, upper: Int, coverage: Double)? {
        guard let upper = upperRank(of: 0.5, n: n, confidence: 0.975) else { return nil }
        return (n + 1 - upper, upper, 2 * chance(thatRank: upper, of: n, reaches: 0.5) - 1)
    }

    /// The least rank, from 1, whose value is an upper bound for a percentile of what n values were
    /// drawn from (Wilks, 1941; Hahn and Meeker, 1991).
    ///
    /// - Parameter confidence: one-sided.
    /// - Returns: `nil` if not even the greatest value is.
    static func upperRank(of p: Double, n: Int, confidence: Double = 0.95) -> Int? {
        func isEnough(_ rank: Int) -> Bool {
            chance(thatRank: rank, of: n, reaches: p) >= confidence
        }
        guard p > 0, p < 1, n > 0, isEnough(n) else { return nil }
        var (low, high) = (1, n)
        while low < high {
            let middle = low + (high - low) / 2
            if isEnough(middle) { high = middle } else { low = middle + 1 }
        }
        return high
    }

    /// Whether the greatest of n values is an upper bound for a percentile, with a confidence of
    /// 95 %: 1 − pⁿ ≥ 0.95. Otherwise the percentile of so few values says nothing.
    static func isMaximumBound(of p: Double, n: Int) -> Bool { upperRank(of: p, n: n) != nil }

    /// How many values are equal to each other, for each value that there is, in ascending order.
    static func tieSizes(_ values: [Double]) -> [Int] {
        var sizes: [Int] = []
        var last: Double?
        for value in values.sorted() {
            if value == last { sizes[sizes.count - 1] += 1 } else { sizes.append(1) }
            last = value
        }
        return sizes
    }

    /// The chance that the value of a rank is not below a percentile: that at most rank − 1 of n
    /// values are. The sum of the binomial distribution is an incomplete beta function.
    private static func chance(thatRank rank: Int, of n: Int, reaches p: Double) -> Double {
        Distributions.regularizedBeta(1 - p, Double(n - rank + 1), Double(rank))
    }

    private static func sorted(_ values: [Double]) -> [Double]? {
        guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
        return values.sorted()
    }
}
