import DRTesting
import Projections
import Testing

struct MetricTextTests {
    private func metric(
        _ value: Double?, _ unit: String, limit: Double? = nil, passed: Bool? = nil
    ) -> MetricRecorded {
        var metric = MetricRecorded()
        (metric.name, metric.value, metric.unit) = ("own", value, unit)
        (metric.threshold, metric.passed) = (limit, passed)
        return metric
    }

    @Test(arguments: [
        (4.2531, "ms", "4.25 ms"), (43.96, "ms", "44 ms"), (999.4, "ms", "999 ms"),
        (12_345, "ms", "12.3 s"), (0.001234, "ratio", "0.0012"), (3, "1", "3"),
        (1536, "bytes", "1.5 KiB"), (20_971_520, "bytes/s", "20 MiB/s"),
        (512, "bytes", "512 bytes"),
        (1234.56, "1/s", "1235/s"), (-2.5, "bytes", "-2.5 bytes"),
    ])
    func numbersAreRounded(value: Double, unit: String, text: String) {
        #expect(metric(value, unit).valueText == text)
    }

    @Test func whatIsUnknownIsNotZero() {
        #expect(metric(nil, "ms", limit: 10).valueText == "unknown")
        #expect(metric(nil, "ms", limit: 10).limitText == "limit 10 ms")
        #expect(metric(nil, "ms", limit: 10).verdict == .inconclusive)
        #expect(metric(5, "ms").limitText == nil)
        #expect(metric(5, "ms").verdict == .none)
    }

    @Test(arguments: [
        (4.0, true, "at most 5"), (6, false, "at most 5"), (6, true, "at least 5"),
        (4, false, "at least 5"), (5, true, "limit 5"),
    ])
    func theWayALimitIsMeantFollowsFromWhetherItWasKept(
        value: Double, passed: Bool, text: String
    ) {
        let metric = metric(value, "ratio", limit: 5, passed: passed)
        #expect(metric.limitText == text)
        #expect(metric.verdict == (passed ? .passed : .failed))
    }

    @Test func objectivesAreLimitsFromAbove() {
        var metric = metric(nil, "ms", limit: 120_000)
        metric.name = Objective.Kind.failbackTime.metricName
        #expect(metric.limitText == "at most 2 min")
    }

    @Test func aLimitMissedByALittleDoesNotLookKept() {
        #expect(metric(10.04, "ms", limit: 10, passed: false).valueText == "10.04 ms")
        #expect(metric(10, "ms", limit: 10, passed: true).valueText == "10 ms")
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e16])
    func numbersThatNobodyMeasuresAreSurvived(value: Double) {
        for unit in ["ms", "bytes", "bytes/s", "1", "ratio", "own"] {
            #expect(!metric(value, unit, limit: value, passed: true).valueText.isEmpty)
        }
    }
}
