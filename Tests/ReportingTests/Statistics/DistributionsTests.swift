import Foundation
import Testing

@testable import Reporting

struct DistributionsTests {
    @Test func theQuantileOf95PercentAgreesWithTheVectors() throws {
        let expected = try StatisticsVectors.read().z
        #expect(StatisticsVectors.agree(Distributions.normalQuantile(0.975), expected))
    }

    @Test(arguments: [-30.0, -8, -3.1, -1, -0.25, 0, 0.25, 1, 3.1, 5])
    func theNormalQuantileUndoesItsDistribution(x: Double) {
        #expect(abs(Distributions.normalQuantile(Distributions.normalCDF(x)) - x) < 1e-9)
    }

    @Test(arguments: [1e-300, 1e-20, 0.001, 0.31, 0.5])
    func theNormalQuantileIsSymmetric(p: Double) {
        let low = Distributions.normalQuantile(p)
        #expect(low.isFinite && low <= 0)
        if 1 - p < 1 { #expect(abs(Distributions.normalQuantile(1 - p) + low) < 1e-9) }
    }

    @Test func quantilesOfNothingAndAllAreInfinite() {
        #expect(Distributions.normalQuantile(0) == -.infinity)
        #expect(Distributions.normalQuantile(1) == .infinity)
        #expect(Distributions.normalQuantile(-1) == -.infinity)
        #expect(Distributions.normalQuantile(2) == .infinity)
    }

    /// With one degree of freedom it is Cauchy's distribution, and with two it is algebraic.
    @Test(arguments: [-1e8, -40, -1.5, -1, -0.3, -1e-9, 0, 1e-9, 0.3, 1, 1.5, 40, 1e8])
    func studentsDistributionAgreesWithItsClosedForms(t: Double) {
        let one = Distributions.studentTCDF(t, degrees: 1)
        #expect(abs(one - (0.5 + atan(t) / Double.pi)) < 1e-12)
        let two = Distributions.studentTCDF(t, degrees: 2)
        #expect(abs(two - (0.5 + t / (2 * (2 + t * t).squareRoot()))) < 1e-12)
    }

    @Test func studentsDistributionKeepsItsDigitsFarOut() {
        // 0.5 I(1/4; 1, 1/2) is 0.5 (1 - sqrt(3/4)) with t = -sqrt(6).
        let near = Distributions.studentTCDF(-(6.0.squareRoot()), degrees: 2)
        #expect(abs(near / (0.5 * (1 - 0.75.squareRoot())) - 1) < 1e-12)
        // By a program that counts with 40 digits.
        let far = Distributions.studentTCDF(-10.984585281339138, degrees: 518)
        #expect(abs(far / 1.1174485915881557e-25 - 1) < 1e-10)
        #expect(Distributions.studentTCDF(-1e300, degrees: 3) == 0)
        #expect(Distributions.studentTCDF(-.infinity, degrees: 3) == 0)
        #expect(Distributions.studentTCDF(.infinity, degrees: 3) == 1)
    }

    @Test func studentsDistributionRises() {
        for degrees in [1.0, 2, 5, 30, 500] {
            let values = stride(from: -6.0, through: 6, by: 0.125).map {
                Distributions.studentTCDF($0, degrees: degrees)
            }
            #expect(zip(values, values.dropFirst()).allSatisfy { $0.0 < $0.1 })
        }
    }

    @Test(arguments: [1e-12, 0.01, 0.3, 0.5, 0.77, 0.999])
    func theBetaDistributionAgreesWithItsClosedForms(x: Double) {
        for power in [0.5, 1, 3, 17.5] {
            let risen = Distributions.regularizedBeta(x, power, 1)
            #expect(abs(risen - pow(x, power)) < 1e-13)
            let fallen = Distributions.regularizedBeta(x, 1, power)
            #expect(abs(fallen - (1 - pow(1 - x, power))) < 1e-13)
        }
        let arcsine = Distributions.regularizedBeta(x, 0.5, 0.5)
        #expect(abs(arcsine - 2 / Double.pi * asin(x.squareRoot())) < 1e-13)
    }

    /// The sum of the binomial distribution, term by term.
    @Test func theBetaDistributionAgreesWithABinomialSum() {
        let (n, p) = (40, 0.3)
        var (term, sum) = (pow(1 - p, 40), 0.0)
        for k in 0..<n {
            sum += term
            let beta = Distributions.regularizedBeta(1 - p, Double(n - k), Double(k + 1))
            #expect(abs(beta - sum) < 1e-12)
            term *= Double(n - k) / Double(k + 1) * p / (1 - p)
        }
    }

    @Test(arguments: [(0.5, 0.5), (1.0, 30.0), (28.5, 2.5), (996.0, 5.0), (5000.0, 5000.0)])
    func theBetaQuantileUndoesItsDistribution(a: Double, b: Double) {
        for p in [0.001, 0.025, 0.4, 0.5, 0.975, 0.999] {
            let x = Distributions.betaQuantile(p, a, b)
            #expect(abs(Distributions.regularizedBeta(x, a, b) - p) < 1e-9)
        }
    }

    @Test func theBetaDistributionEndsAtItsEnds() {
        for x in [-1.0, 0] { #expect(Distributions.regularizedBeta(x, 2, 3) == 0) }
        for x in [1.0, 2] { #expect(Distributions.regularizedBeta(x, 2, 3) == 1) }
        #expect(Distributions.regularizedBeta(.leastNonzeroMagnitude, 1e6, 1e6) == 0)
        #expect(Distributions.regularizedBeta(1 - 1e-16, 1e6, 1e6) == 1)
    }
}
