import Foundation

/// Numbers that another program made of the same formulas: `stats-vectors.json`.
struct StatisticsVectors: Decodable {
    struct Rate: Decodable {
        let k: Int
        let n: Int
        let wilson: [Double]
        let clopperPearson: [Double]
        let jeffreys: [Double]
    }

    struct RunsNeeded: Decodable {
        let reliability: Double
        let confidence: Double
        let n: Int
    }

    struct UpperBound: Decodable {
        let n: Int
        let exact: Double
        let ruleOfThree: Double
    }

    struct MaximumBound: Decodable {
        let percentile: Double
        let confidence: Double
        let n: Int
    }

    struct UpperRank: Decodable {
        let n: Int
        let p: Double
        let rank: Int?
    }

    /// Ranks: the lower, the upper, and the confidence that they have.
    struct MedianRanks: Decodable {
        let n: Int
        let ranks: [Double]?
    }

    struct Percentiles: Decodable {
        let samples: [Double]
        let nearestRank: [String: Double]
        let linearType7: [String: Double]
        let median: Double
        let mad: Double
        let madScaled: Double
    }

    struct SmallestP: Decodable {
        let n1: Int
        let n2: Int
        let p: Double
    }

    struct TwoSamples: Decodable {
        enum CodingKeys: String, CodingKey {
            case first = "a"
            case second = "b"
            case u = "U"
            case p
        }

        let first: [Double]
        let second: [Double]
        let u: Double
        let p: Double
    }

    struct Trend: Decodable {
        let weeks: [Double]
        let medianRecoverySeconds: [Double]
        let theilSenSlope: Double
        let slopeCI95: [Double]
        let mannKendallS: Int
        let kendallTau: Double
        let pExact: Double
    }

    struct KnownCUSUM: Decodable {
        struct Row: Decodable {
            let value: Double
            let high: Double
            let low: Double
            let isSignal: Bool

            init(from decoder: any Decoder) throws {
                var row = try decoder.unkeyedContainer()
                value = try row.decode(Double.self)
                high = try row.decode(Double.self)
                low = try row.decode(Double.self)
                isSignal = try row.decode(Bool.self)
            }
        }

        let mean: Double
        let sigma: Double
        let k: Double
        let h: Double
        let rows: [Row]
    }

    struct Budget: Decodable {
        let objective: Double
        let runs: Int
        let failures: Int
        let allowedFailures: Double
        let consumed: Double
        let remaining: Double
    }

    struct UnknownCUSUM: Decodable {
        struct Row: Decodable {
            let index: Int
            let value: Double
            let t: Double
            let df: Int
            let u: Double
            let upper: Double
            let lower: Double
            let signal: Bool
        }

        let samples: [Double]
        let k: Double
        let h: Double
        let firstScored: Int
        let rows: [Row]
    }

    let z: Double
    let proportions: [Rate]
    let zeroFailureRunsNeeded: [RunsNeeded]
    let zeroFailureUpperBound95: [UpperBound]
    let percentileUpperBoundByMax: [MaximumBound]
    let orderStatisticUpperRank95: [UpperRank]
    let medianCI95: [MedianRanks]
    let percentileExample: Percentiles
    let mannWhitneyMinP: [SmallestP]
    let mannWhitneyExample: TwoSamples
    let trendExample: Trend
    let cusumExample: KnownCUSUM
    let errorBudgetExample: Budget
    let selfStartingCusum: UnknownCUSUM

    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors/stats-vectors.json")

    static func read() throws -> StatisticsVectors {
        try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    }

    /// Within the tolerance that the file names.
    static func agree(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) <= 1e-9 } ?? false
    }

    static func agree(_ interval: ClosedRange<Double>?, _ ends: [Double]) -> Bool {
        agree(interval?.lowerBound, ends[0]) && agree(interval?.upperBound, ends[1])
    }
}
