#if canImport(Glibc)
    internal import Glibc
#endif

/// The distributions that intervals and tests are made of. Pure functions of numbers without a
/// unit.
enum Distributions {
    /// Φ(x) = ½ erfc(−x / √2): the chance that a standard normal variable is at most `x`. Far below
    /// 0 it keeps its digits.
    static func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

    /// Φ⁻¹(p), to the last digits of a `Double`.
    ///
    /// - Parameter p: from 0 to 1; at the ends, and outside, the result is infinite.
    static func normalQuantile(_ p: Double) -> Double {
        guard p > 0 else { return -.infinity }
        guard p < 1 else { return .infinity }
        // Only below 0 does Φ have all its digits.
        if p > 0.5 { return -normalQuantile(1 - p) }
        return argument(where: normalCDF, reaches: p, from: -40, to: 0)
    }

    /// The chance that a variable of Student's t distribution (Student, 1908) is at most `t`, by
    /// the incomplete beta function. Far below 0 it keeps its digits.
    ///
    /// - Parameter degrees: of freedom; above 0.
    static func studentTCDF(_ t: Double, degrees: Double) -> Double {
        if t > 0 { return 1 - studentTCDF(-t, degrees: degrees) }
        let square = t * t
        // Near the middle the difference from a half is what has digits, elsewhere the tail.
        if square < 1 {
            return 0.5 - 0.5 * regularizedBeta(square / (degrees + square), 0.5, degrees / 2)
        }
        return 0.5 * regularizedBeta(degrees / (degrees + square), degrees / 2, 0.5)
    }

    /// I_x(a, b), the chance that a beta variable is at most `x`, by its continued fraction
    /// (DiDonato and Morris, 1992).
    ///
    /// - Parameters:
    ///   - x: from 0 to 1; outside, the result is that of the nearer end.
    ///   - a: above 0, as is `b`.
    static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges fast only below the mean; the rest is its mirror image.
        if x > (a + 1) / (a + b + 2) { return 1 - regularizedBeta(1 - x, b, a) }
        return betaPower(x, a, b) / (a * betaFraction(x, a, b))
    }

    /// The x at which I_x(a, b) is `p`.
    ///
    /// - Parameter p: between 0 and 1.
    static func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
        argument(where: { regularizedBeta($0, a, b) }, reaches: p, from: 0, to: 1)
    }

    /// x^a (1 − x)^b / B(a, b), without the difference of great numbers that the logarithms of the
    /// gamma function would make of it (Loader, 2000).
    private static func betaPower(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let sum = a + b
        let left = a * log(x * sum / a)
        let right = b * log((1 - x) * sum / b)
        let rest = stirlingError(sum) - stirlingError(a) - stirlingError(b)
        let scale = a / sum * b / (2 * Double.pi)
        return scale.squareRoot() * exp(left + right + rest)
    }

    /// ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π): what Stirling's formula leaves, by its series, which
    /// is good to 10⁻¹⁶ from 16 on.
    private static func stirlingError(_ x: Double) -> Double {
        var (x, error) = (x, 0.0)
        while x < 16 {
            error += (x + 0.5) * log(1 + 1 / x) - 1
            x += 1
        }
        let inverse = 1 / (x * x)
        return error + stirlingSeries.reversed().reduce(0.0) { $0 * inverse + $1 } / x
    }

    /// Of odd powers of 1 / x.
    private static let stirlingSeries: [Double] = [
        1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188,
    ]

    /// 1 + d₁ / (1 + d₂ / (1 + …)), front to back (Lentz, 1976; Thompson and Barnett, 1986).
    private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        func awayFromZero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
        var (result, numerator, denominator) = (1.0, 1.0, 0.0)
        // It takes some √max(a, b) steps: the limit is never reached with numbers of runs.
        for step in 1...100_000 {
            let m = Double(step / 2)
            let place = a + 2 * m
            var d = x / place
            if step.isMultiple(of: 2) {
                d *= m * (b - m) / (place - 1)
            } else {
                d *= -(a + m) * (a + b + m) / (place + 1)
            }
            denominator = 1 / awayFromZero(1 + d * denominator)
            numerator = awayFromZero(1 + d / numerator)
            result *= numerator * denominator
            if abs(numerator * denominator - 1) < 1e-15 { break }
        }
        return result
    }

    /// Where a function that does not fall reaches a value, by halving until nothing lies between.
    private static func argument(
        where function: (Double) -> Double, reaches value: Double, from low: Double,
        to high: Double
    ) -> Double {
        var (low, high) = (low, high)
        while true {
            let middle = low + (high - low) / 2
            guard middle > low, middle < high else { return middle }
            if function(middle) < value { low = middle } else { high = middle }
        }
    }
}
