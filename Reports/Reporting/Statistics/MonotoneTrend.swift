/// Whether values rise or fall with time, and by how much: by pairs of points, so that a slow week
/// does not pull a line with it.
///
/// The slope has the unit of y by that of x. Everything is `nil` below eight points, and if one is
/// not finite or two share an x: they would have no order.
enum MonotoneTrend {
    typealias Point = (x: Double, y: Double)

    /// With fewer, a slope says nothing about a drift.
    static let fewestPoints = 8
    /// With more, the normal distribution takes the place of counting.
    static let mostCountedPoints = 40

    /// The median of the slopes between all pairs of points (Theil, 1950; Sen, 1968).
    static func theilSen(_ points: [Point]) -> Double? {
        ordered(points).flatMap { OrderStatistics.median(slopes($0)) }
    }

    /// The slopes that Kendall's test does not reject, with a confidence of at least 95 % (Sen,
    /// 1968): from one slope between two points to another.
    static func slopeInterval(_ points: [Point]) -> ClosedRange<Double>? {
        guard let points = ordered(points) else { return nil }
        let slopes = slopes(points).sorted()
        guard slopes.allSatisfy(\.isFinite) else { return nil }
        let rank = intervalRank(points.count)
        return slopes[rank - 1]...slopes[slopes.count - rank]
    }

    /// S: pairs of points that rise less pairs that fall (Mann, 1945; Kendall, 1938).
    static func kendallS(_ points: [Point]) -> Int? { ordered(points).map(risesLessFalls) }

    /// τ-b: S by √(pairs × pairs of different y), from −1 to 1 (Kendall, 1945).
    ///
    /// - Returns: `nil` also if all y are equal.
    static func kendallTau(_ points: [Point]) -> Double? {
        guard let points = ordered(points) else { return nil }
        let pairs = points.count * (points.count - 1) / 2
        let different = pairs - tiedPairs(tieSizes(points))
        guard different > 0 else { return nil }
        let scale = (Double(pairs) * Double(different)).squareRoot()
        return min(max(Double(risesLessFalls(points)) / scale, -1), 1)
    }

    /// The two-sided chance of an S at least as far from 0, if any order of these y were as likely:
    /// up to 40 points counted out, also with equal y.
    static func kendallP(_ points: [Point]) -> Double? {
        guard let points = ordered(points) else { return nil }
        let (s, ties) = (risesLessFalls(points), tieSizes(points))
        return points.count <= mostCountedPoints
            ? countedP(s, tieSizes: ties) : normalP(s, tieSizes: ties)
    }

    /// The chance of an S by counting: twice that of the nearer end, at most 1.
    static func countedP(_ s: Int, tieSizes: [Int]) -> Double {
        let ways = orders(tieSizes)
        let falls = (ways.count - 1 - abs(s)) / 2
        return min(1, 2 * ways[...falls].reduce(0, +) / ways.reduce(0, +))
    }

    /// The chance of an S by the normal distribution, corrected for equal values and for S having
    /// steps (Kendall, 1970).
    static func normalP(_ s: Int, tieSizes: [Int]) -> Double {
        let count = tieSizes.reduce(0, +)
        let variance = tieSizes.reduce(varianceOfS(count)) { $0 - varianceOfS($1) }
        guard variance > 0 else { return 1 }
        let distance = Double(max(0, abs(s) - 1))
        return min(1, 2 * Distributions.normalCDF(-distance / variance.squareRoot()))
    }

    /// In the order of x.
    private static func ordered(_ points: [Point]) -> [Point]? {
        guard points.count >= fewestPoints,
            points.allSatisfy({ $0.x.isFinite && $0.y.isFinite })
        else { return nil }
        let ordered = points.sorted { $0.x < $1.x }
        let isDistinct = zip(ordered, ordered.dropFirst()).allSatisfy { $0.x < $1.x }
        return isDistinct ? ordered : nil
    }

    private static func slopes(_ points: [Point]) -> [Double] {
        var slopes: [Double] = []
        for (index, point) in points.enumerated() {
            for later in points[(index + 1)...] {
                slopes.append((later.y - point.y) / (later.x - point.x))
            }
        }
        return slopes
    }

    private static func risesLessFalls(_ points: [Point]) -> Int {
        var sum = 0
        for (index, point) in points.enumerated() {
            for later in points[(index + 1)...] where later.y != point.y {
                sum += later.y > point.y ? 1 : -1
            }
        }
        return sum
    }

    private static func tieSizes(_ points: [Point]) -> [Int] {
        OrderStatistics.tieSizes(points.map { $0.y })
    }

    private static func tiedPairs(_ sizes: [Int]) -> Int {
        sizes.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
    }

    /// n (n − 1) (2n + 5) / 18, of n different values.
    private static func varianceOfS(_ n: Int) -> Double {
        Double(n) * Double(n - 1) * Double(2 * n + 5) / 18
    }

    /// The rank, from 1, of the slope that the interval begins at; it ends at the same rank from
    /// above. No slope is equal to the true one, so nothing here is tied.
    private static func intervalRank(_ n: Int) -> Int {
        guard n <= mostCountedPoints else {
            let reach = Distributions.normalQuantile(0.975) * varianceOfS(n).squareRoot()
            return Int((Double(n * (n - 1) / 2) - reach) / 2)
        }
        let ways = orders(Array(repeating: 1, count: n))
        let limit = 0.025 * ways.reduce(0, +)
        var (rank, sum) = (0, ways[0])
        while sum <= limit {
            rank += 1
            sum += ways[rank]
        }
        // Of at least eight points the first sum is one of 8! orders: the rank is not 0.
        return rank
    }

    /// For each number of pairs that fall, the number of different orders of the values that have
    /// it: whole numbers, to 2⁵³ without any error.
    private static func orders(_ tieSizes: [Int]) -> [Double] {
        var ways = [1.0]
        var before = 0
        for size in tieSizes {
            ways = product(ways, insertions(size, among: before))
            before += size
        }
        return ways
    }

    /// For each number of pairs that fall, the ways to put equal values among lesser ones: the
    /// coefficients of the Gaussian binomial, each the number of sums of at most `size` parts that
    /// are at most `others`.
    private static func insertions(_ size: Int, among others: Int) -> [Double] {
        let none = [1] + [Double](repeating: 0, count: size * others)
        var ways = Array(repeating: none, count: size + 1)
        for greatest in stride(from: 1, through: others, by: 1) {
            for parts in 1...size {
                for sum in greatest...(parts * greatest) {
                    ways[parts][sum] += ways[parts - 1][sum - greatest]
                }
            }
        }
        return ways[size]
    }

    /// Of two polynomials, by their coefficients.
    private static func product(_ left: [Double], _ right: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: left.count + right.count - 1)
        for (power, factor) in left.enumerated() where factor > 0 {
            for (other, coefficient) in right.enumerated() {
                result[power + other] += factor * coefficient
            }
        }
        return result
    }
}
