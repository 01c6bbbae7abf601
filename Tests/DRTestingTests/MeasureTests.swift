import DRTesting
import Testing

struct MeasureTests {
    private func measure(_ limit: Measure.Limit?) -> Measure {
        Measure(
            name: "depth", type: "latency", observation: "queue.depth", unit: "1", limit: limit)
    }

    @Test func aMetricIsWhatWasSeen() {
        let metric = measure(nil).metric(of: Observation(.number(2.5)), time: 7)
        var expected = MetricRecorded()
        (expected.name, expected.type, expected.unit) = ("depth", "latency", "1")
        (expected.value, expected.time) = (2.5, 7)
        #expect(metric == expected)
    }

    @Test func aMetricIsHeldAgainstItsLimitAtTheEdges() {
        let table: [(limit: Measure.Limit, passed: [Bool?])] = [
            (.atMost(3), [true, true, false]), (.atLeast(3), [false, true, true]),
        ]
        for (limit, passed) in table {
            let metrics = [2.0, 3, 4].map {
                measure(limit).metric(of: Observation(.number($0)), time: 0)
            }
            #expect(metrics.map(\.passed) == passed, "\(limit)")
            #expect(metrics.map(\.threshold) == [3, 3, 3])
        }
    }

    /// Unknown is not 0, and not a pass.
    @Test(arguments: [Observation(nil), Observation(.text("3")), Observation(.flag(true))])
    func whatIsNoNumberNeitherPassedNorFailed(_ seen: Observation) {
        for limit in [Measure.Limit.atMost(3), .atLeast(3)] {
            let metric = measure(limit).metric(of: seen, time: 0)
            #expect(metric.value == nil)
            #expect(metric.passed == nil)
            #expect(metric.threshold == 3)
        }
    }
}
