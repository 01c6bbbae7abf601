import DRTesting
import Testing

/// Swift Testing has a type of this name too.
typealias Comparison = DRTesting.Expectation.Comparison

struct ExpectationTests {
    private func expectation(
        _ name: String = "queue.depth", _ comparison: Comparison = .equals,
        _ expected: ObservedValue, within: Duration? = nil, samples: Int? = nil
    ) -> DRTesting.Expectation {
        DRTesting.Expectation(
            observation: name, comparison: comparison, expected: expected, within: within,
            minimumSamples: samples)
    }

    private func verdict(
        _ seen: Double, _ comparison: Comparison, _ expected: Double
    ) -> Verdict {
        expectation("queue.depth", comparison, .number(expected))
            .judge(Observation(.number(seen)))
    }

    @Test(arguments: Comparison.allCases)
    func nothingSeenIsInconclusive(_ comparison: Comparison) {
        let expectation = expectation("queue.depth", comparison, .number(0))
        #expect(expectation.judge(Observation(nil)) == .inconclusive)
        #expect(expectation.judge(Observation(nil, samples: 1000)) == .inconclusive)
    }

    @Test func numbersAreComparedAtTheirEdges() {
        // Below, at and above what is expected.
        let table: [(comparison: Comparison, verdicts: [Verdict])] = [
            (.equals, [.failed, .passed, .failed]), (.atLeast, [.failed, .passed, .passed]),
            (.atMost, [.passed, .passed, .failed]), (.moreThan, [.failed, .failed, .passed]),
            (.lessThan, [.passed, .failed, .failed]),
        ]
        #expect(table.count == Comparison.allCases.count)
        for (comparison, verdicts) in table {
            #expect([2, 3, 4].map { verdict($0, comparison, 3) } == verdicts, "\(comparison)")
            #expect(
                [-0.2, -0.1, 0].map { verdict($0, comparison, -0.1) } == verdicts,
                "\(comparison)")
        }
    }

    @Test func wordsAndFlagsAreEqualOrNot() {
        let open = expectation("breaker.state", .equals, .text("open"))
        #expect(open.judge(Observation(.text("open"))) == .passed)
        #expect(open.judge(Observation(.text("Open"))) == .failed)
        #expect(open.judge(Observation(.text(""))) == .failed)
        let restored = expectation("workload.restored", .equals, .flag(true))
        #expect(restored.judge(Observation(.flag(true))) == .passed)
        #expect(restored.judge(Observation(.flag(false))) == .failed)
    }

    @Test(arguments: [Comparison.atLeast, .atMost, .moreThan, .lessThan])
    func whatHasNoOrderIsInconclusive(_ comparison: Comparison) {
        let values: [ObservedValue] = [.text("open"), .flag(true), .number(1)]
        for seen in values {
            for expected in values where seen != .number(1) || expected != .number(1) {
                let expectation = expectation("queue.depth", comparison, expected)
                #expect(expectation.judge(Observation(seen)) == .inconclusive)
            }
        }
    }

    @Test func differentKindsOfValuesNeverPass() {
        let values: [ObservedValue] = [.text("1"), .flag(true), .number(1), .text("true")]
        for (index, seen) in values.enumerated() {
            for (other, expected) in values.enumerated() where index != other {
                let expectation = expectation("queue.depth", .equals, expected)
                #expect(expectation.judge(Observation(seen)) != .passed)
            }
        }
    }

    @Test(
        arguments: zip(
            [Int?.none, 0, 99, 100, 101],
            [Verdict.inconclusive, .inconclusive, .inconclusive, .passed, .passed]))
    func tooFewSamplesProveNothing(samples: Int?, expected: Verdict) {
        let expectation = expectation("queue.depth", .equals, .number(1), samples: 100)
        #expect(expectation.judge(Observation(.number(1), samples: samples)) == expected)
    }

    @Test func tooFewSamplesDisproveNothingEither() {
        let expectation = expectation("queue.depth", .equals, .number(1), samples: 100)
        #expect(expectation.judge(Observation(.number(0), samples: 99)) == .inconclusive)
        #expect(expectation.judge(Observation(.number(0), samples: 100)) == .failed)
    }

    @Test func anExpectationIsASentence() {
        #expect(
            expectation("breaker.state", .equals, .text("open"), within: .seconds(30)).sentence
                == "breaker.state equals open within 30 s")
        #expect(
            expectation("queue.killed_acknowledged", .atLeast, .number(200)).sentence
                == "queue.killed_acknowledged at least 200")
        #expect(
            expectation("workload.not_served_ratio", .lessThan, .number(0.25)).sentence
                == "workload.not_served_ratio less than 0.25")
        #expect(
            expectation("workload.restored", .equals, .flag(true), within: .seconds(60)).sentence
                == "workload.restored equals true within 1 min")
    }

    @Test func aConditionLeavesOutTheNameAndTheDeadline() {
        let expectation = expectation("a.b", .moreThan, .number(3), within: .seconds(1))
        #expect(expectation.condition == "more than 3")
        #expect(
            Comparison.allCases.map(\.rawValue)
                == ["equals", "at_least", "at_most", "more_than", "less_than"])
    }
}
