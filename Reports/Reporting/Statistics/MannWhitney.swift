/// Whether values of one sample tend to be greater than those of another (Mann and Whitney, 1947).
///
/// U is the number of pairs of a value of each in which that of the first is the greater; a pair of
/// equal values counts half. The chance is that of all the ways to share the pooled values out to
/// two samples of these sizes, so it is exact also with equal values (Lehmann, 1975), which leave
/// fewer different ways. It is two-sided: twice the chance of the nearer side, at most 1.
enum MannWhitney {
    /// What a chance must be able to fall below, to be told.
    static let significance = 0.05

    /// U of the first sample.
    static func u(_ a: [Double], _ b: [Double]) -> Double { Double(doubledU(a, b)) / 2 }

    /// The least chance that samples of these sizes can have, without equal values:
    /// 2 / C(n + m, n). Without values it is 1.
    static func smallestP(_ n: Int, _ m: Int) -> Double {
        guard n > 0, m > 0 else { return 1 }
        return min(1, 2 / combinations(Double(n) + Double(m), min(n, m)))
    }

    /// The exact chance, or with very many values the one by the normal distribution.
    ///
    /// - Returns: `nil` if it could never fall below 0.05 with so few values or so many equal
    ///   ones, and if one is not finite.
    static func p(_ a: [Double], _ b: [Double]) -> Double? {
        isCountable(a.count, b.count) ? exactP(a, b) : normalP(a, b)
    }

    /// The chance, counted out. Counts are whole numbers: to 2⁵³ without any error, and then with
    /// one that no report shows.
    ///
    /// - Returns: `nil` also if there are too many values to count.
    static func exactP(_ a: [Double], _ b: [Double]) -> Double? {
        let (few, many) = a.count <= b.count ? (a, b) : (b, a)
        guard !few.isEmpty, (few + many).allSatisfy(\.isFinite),
            isCountable(few.count, many.count)
        else { return nil }
        let ways = sharings(few.count, ofGroups: OrderStatistics.tieSizes(few + many))
        let all = ways.reduce(0, +)
        guard let least = ways.first(where: { $0 > 0 }),
            let greatest = ways.last(where: { $0 > 0 }),
            2 * min(least, greatest) / all < significance
        else { return nil }
        let observed = doubledU(few, many)
        let below = ways[...observed].reduce(0, +)
        let above = ways[observed...].reduce(0, +)
        return min(1, 2 * min(below, above) / all)
    }

    /// The chance by the normal distribution, corrected for equal values and for U having steps.
    ///
    /// - Returns: `nil` without values, with one that is not finite, and if all are equal.
    static func normalP(_ a: [Double], _ b: [Double]) -> Double? {
        let pooled = a + b
        guard !a.isEmpty, !b.isEmpty, pooled.allSatisfy(\.isFinite) else { return nil }
        let (pairs, count) = (Double(a.count) * Double(b.count), Double(pooled.count))
        let ties = OrderStatistics.tieSizes(pooled).reduce(0.0) { sum, size in
            sum + (Double(size) * Double(size) - 1) * Double(size)
        }
        let variance = pairs / 12 * (count + 1 - ties / (count * (count - 1)))
        guard variance > 0 else { return nil }
        let distance = max(0, abs(u(a, b) - pairs / 2) - 0.5)
        return min(1, 2 * Distributions.normalCDF(-distance / variance.squareRoot()))
    }

    /// Whether counting takes a few milliseconds: a report compares each scenario on each target.
    private static func isCountable(_ n: Int, _ m: Int) -> Bool {
        let (few, many) = (Double(min(n, m)), Double(max(n, m)))
        return (few + many) * few * few * many <= 1e6
    }

    private static func doubledU(_ a: [Double], _ b: [Double]) -> Int {
        var sum = 0
        for left in a {
            for right in b where left >= right { sum += left > right ? 2 : 1 }
        }
        return sum
    }

    /// For each 2U, the number of ways to choose the values of the first sample that give it.
    ///
    /// - Parameters:
    ///   - n: the size of the first sample.
    ///   - groups: how many values are equal to each other, in ascending order of the values.
    private static func sharings(_ n: Int, ofGroups groups: [Int]) -> [Double] {
        let m = groups.reduce(0, +) - n
        // For each number of values of the first sample, among the groups so far.
        var ways = Array(repeating: [Double](repeating: 0, count: 2 * n * m + 1), count: n + 1)
        ways[0][0] = 1
        var before = 0
        for size in groups {
            // From above, so that what is added to comes after what is added.
            let least = max(1, before + size - m)
            for total in stride(from: min(n, before + size), through: least, by: -1) {
                for chosen in 1...min(size, total) {
                    let others = before - (total - chosen)
                    guard others >= 0, others <= m else { continue }
                    let source = ways[total - chosen]
                    let gain = chosen * (2 * others + size - chosen)
                    let choices = combinations(Double(size), chosen)
                    for doubledU in 0...(2 * (total - chosen) * others) {
                        ways[total][doubledU + gain] += source[doubledU] * choices
                    }
                }
            }
            before += size
        }
        return ways[n]
    }

    /// C(n, k): whole at each step, since what is divided is a product of that many neighbours.
    private static func combinations(_ n: Double, _ k: Int) -> Double {
        (0..<k).reduce(1) { product, taken in
            product * (n - Double(taken)) / Double(taken + 1)
        }
    }
}
