import Testing

@testable import Reporting

struct MannWhitneyTests {
    @Test func smallestChancesAgreeWithTheVectors() throws {
        let rows = try StatisticsVectors.read().mannWhitneyMinP
        #expect(rows.count == 7)
        for row in rows {
            #expect(StatisticsVectors.agree(MannWhitney.smallestP(row.n1, row.n2), row.p))
            #expect(StatisticsVectors.agree(MannWhitney.smallestP(row.n2, row.n1), row.p))
        }
    }

    @Test func theExampleAgreesWithTheVectors() throws {
        let example = try StatisticsVectors.read().mannWhitneyExample
        #expect(MannWhitney.u(example.first, example.second) == example.u)
        let p = MannWhitney.exactP(example.first, example.second)
        #expect(StatisticsVectors.agree(p, example.p))
        #expect(MannWhitney.p(example.second, example.first) == p)
    }

    /// U and the chance, by trying every way to share the values out.
    private func tried(_ a: [Double], _ b: [Double]) -> (doubledU: Int, p: Double) {
        let pooled = a + b
        func doubledU(_ chosen: Int) -> Int {
            var sum = 0
            for first in pooled.indices where (chosen >> first) & 1 == 1 {
                for second in pooled.indices where (chosen >> second) & 1 == 0 {
                    if pooled[first] > pooled[second] { sum += 2 }
                    if pooled[first] == pooled[second] { sum += 1 }
                }
            }
            return sum
        }
        let observed = doubledU((1 << a.count) - 1)
        let all = (0..<(1 << pooled.count)).filter { $0.nonzeroBitCount == a.count }.map(doubledU)
        let below = all.filter { $0 <= observed }.count
        let above = all.filter { $0 >= observed }.count
        return (observed, min(1, 2 * Double(min(below, above)) / Double(all.count)))
    }

    @Test(
        arguments: [
            ([1, 2, 3, 4], [5, 6, 7, 8]),
            ([5, 1, 9, 3], [2, 4, 6, 8, 10]),
            ([1, 1, 2, 3], [3, 3, 4, 5, 5, 6]),
            ([2, 2, 2, 7, 7], [1, 2, 7, 7, 9]),
            ([4, 4, 5, 6, 7], [1, 2, 3, 4]),
        ] as [([Double], [Double])])
    func equalValuesAreCountedHonestly(a: [Double], b: [Double]) {
        let (doubledU, p) = tried(a, b)
        #expect(MannWhitney.u(a, b) == Double(doubledU) / 2)
        #expect(StatisticsVectors.agree(MannWhitney.exactP(a, b), p))
        #expect(StatisticsVectors.agree(MannWhitney.exactP(b, a), p))
    }

    @Test func theTwoSamplesShareAllPairs() {
        let (a, b) = ([1.0, 4, 4, 9], [2.0, 4, 8])
        #expect(MannWhitney.u(a, b) + MannWhitney.u(b, a) == 12)
    }

    @Test func tooFewValuesToFindAnythingHaveNoChance() {
        let eight = (1...8).map { Double($0) }
        #expect(MannWhitney.p([100], eight) == nil)
        #expect(MannWhitney.p([1, 2, 3], [4, 5, 6]) == nil)
        #expect(MannWhitney.p([], eight) == nil)
        #expect(MannWhitney.p([], []) == nil)
        #expect(StatisticsVectors.agree(MannWhitney.p([100, 101], eight), 2 / 45.0))
        #expect(MannWhitney.smallestP(0, 8) == 1)
        #expect(MannWhitney.smallestP(1, 1) == 1)
    }

    @Test func equalValuesLeaveNothingToFind() {
        let same = [Double](repeating: 400, count: 20)
        #expect(MannWhitney.exactP(same, same) == nil)
        #expect(MannWhitney.normalP(same, same) == nil)
        // Of 45 ways to choose two of these, 9 hold the one that is greater.
        #expect(MannWhitney.p([7, 8], [7, 7, 7, 7, 7, 7, 7, 7]) == nil)
    }

    @Test func valuesThatAreNotFiniteAreNotCompared() {
        let eight = (1...8).map { Double($0) }
        for value in [Double.nan, .infinity] {
            #expect(MannWhitney.exactP([1, 2, 3, value], eight) == nil)
            #expect(MannWhitney.normalP([1, 2, 3, value], eight) == nil)
        }
        let huge = Double.greatestFiniteMagnitude
        #expect(MannWhitney.exactP([huge, huge, -huge, huge], eight)?.isFinite == true)
    }

    /// SciPy 1.17.1, `mannwhitneyu`, with the methods `exact` and `asymptotic`.
    @Test func manyValuesAgreeWithAnotherProgram() {
        let expected = [
            (0.0, 0.5362037570806347, 0.5327635688365302),
            (5.0, 0.42607132328195185, 0.4225416727733944),
            (10.0, 0.05048293094211259, 0.05110575919677182),
        ]
        for (shift, counted, normal) in expected {
            let a = (0..<20).map { Double($0 * 7 % 41) + shift }
            let b = (0..<30).map { Double($0 * 11 % 43) + 0.5 }
            #expect(StatisticsVectors.agree(MannWhitney.exactP(a, b), counted))
            #expect(StatisticsVectors.agree(MannWhitney.normalP(a, b), normal))
        }
    }

    @Test func manyValuesAreNotCounted() throws {
        let a = (0..<400).map { Double($0) }
        let b = (0..<500).map { Double($0) * 0.8 + 0.1 }
        #expect(MannWhitney.exactP(a, b) == nil)
        let p = try #require(MannWhitney.p(a, b))
        #expect(p > 0.05 && p <= 1)
        let shifted = try #require(MannWhitney.p(a.map { $0 + 300 }, b))
        #expect(shifted >= 0 && shifted < 1e-9)
    }

    @Test func chancesStayWithinTheirBounds() {
        let a = (0..<12).map { Double($0) }
        for shift in stride(from: -20.0, through: 20, by: 1) {
            let p = MannWhitney.exactP(a, a.map { $0 + shift })
            #expect(p.map { $0 > 0 && $0 <= 1 } == true)
        }
    }
}
