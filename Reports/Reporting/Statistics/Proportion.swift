#if canImport(Glibc)
    internal import Glibc
#endif

/// What k of n says about a rate. Rates are shares, from 0 to 1; intervals are two-sided, with a
/// confidence of 95 %.
enum Proportion {
    /// What is left out at each end of an interval.
    private static let tail = 0.025
    private static let z = Distributions.normalQuantile(1 - tail)

    /// The score interval (Wilson, 1927): (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n).
    ///
    /// - Returns: `nil` of none, and of counts that cannot be.
    static func wilson(_ k: Int, of n: Int) -> ClosedRange<Double>? {
        guard isPossible(k, n) else { return nil }
        let count = Double(n)
        let share = Double(k) / count
        let weight = z * z / count
        let centre = (share + weight / 2) / (1 + weight)
        let variance = share * (1 - share) / count + weight / (4 * count)
        let reach = z * variance.squareRoot() / (1 + weight)
        // At the ends the formula gives 0 and 1, but for rounding.
        let lower = k == 0 ? 0 : max(0, centre - reach)
        let upper = k == n ? 1 : min(1, centre + reach)
        return lower...upper
    }

    /// The interval that never promises too much (Clopper and Pearson, 1934): from the 2.5 %
    /// quantile of Beta(k, n − k + 1) to the 97.5 % quantile of Beta(k + 1, n − k).
    ///
    /// - Returns: `nil` of none, and of counts that cannot be.
    static func clopperPearson(_ k: Int, of n: Int) -> ClosedRange<Double>? {
        guard isPossible(k, n) else { return nil }
        let (met, missed) = (Double(k), Double(n - k))
        let lower = k == 0 ? 0 : Distributions.betaQuantile(tail, met, missed + 1)
        let upper = k == n ? 1 : Distributions.betaQuantile(1 - tail, met + 1, missed)
        return lower...upper
    }

    /// Both quantiles of Beta(k + ½, n − k + ½), after Jeffreys (Brown, Cai and DasGupta, 2001).
    /// Theirs is widened at k = 0 and k = n; this one is not, and there leaves out the rate that
    /// was seen.
    ///
    /// - Returns: `nil` of none, and of counts that cannot be.
    static func jeffreys(_ k: Int, of n: Int) -> ClosedRange<Double>? {
        guard isPossible(k, n) else { return nil }
        let (met, missed) = (Double(k) + 0.5, Double(n - k) + 0.5)
        let lower = Distributions.betaQuantile(tail, met, missed)
        let upper = Distributions.betaQuantile(1 - tail, met, missed)
        return lower...upper
    }

    /// How many runs, all of them passed, show a reliability: the least n with Rⁿ ≤ 1 − C (the
    /// order statistics of Wilks, 1941).
    ///
    /// - Parameters:
    ///   - reliability: R, between 0 and 1, as is the confidence.
    ///   - confidence: C.
    static func zeroFailureRuns(reliability: Double, confidence: Double) -> Int {
        precondition(reliability > 0 && reliability < 1, "a reliability lies between 0 and 1")
        precondition(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1")
        let runs = log(1 - confidence) / log(reliability)
        // Decimal shares are rounded: what is whole but for that stays whole.
        return max(1, Int((runs - 1e-9).rounded(.up)))
    }

    /// The highest failure rate that n runs without a failure leave possible: 1 − (1 − C)^(1/n).
    /// Its well-known approximation for 95 % is 3/n (Hanley and Lippman-Hand, 1983).
    ///
    /// - Parameter confidence: C, one-sided, between 0 and 1.
    /// - Returns: `nil` without runs.
    static func zeroFailureUpperBound(runs: Int, confidence: Double) -> Double? {
        precondition(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1")
        guard runs > 0 else { return nil }
        return 1 - exp(log(1 - confidence) / Double(runs))
    }

    private static func isPossible(_ k: Int, _ n: Int) -> Bool { n > 0 && k >= 0 && k <= n }
}
