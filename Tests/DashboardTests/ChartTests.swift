import Testing

@testable import Dashboard

struct ChartTests {
    @Test func whatWasNotMeasuredHasNoMeter() {
        #expect(Meter.svg(nil, limit: 5) == "")
        #expect(Meter.svg(5, limit: nil) == "")
        #expect(Meter.svg(0, limit: 0) == "")
    }

    @Test func aMeterShowsWhetherTheLimitIsKept() {
        #expect(Meter.svg(5, limit: 5).contains("s-passed"))
        #expect(Meter.svg(6, limit: 5).contains("s-failed"))
        // Far beyond, the bar is all of it and the line stands where the limit is.
        let beyond = Meter.svg(50, limit: 5)
        #expect(beyond.contains("width=\"100%\" height=\"100%\" rx=\"3\"/><line"))
        #expect(beyond.contains("x1=\"10%\""))
    }

    @Test func daysWithoutDrillsAreNoChart() {
        #expect(TrendChart(days: [TrendChart.Day(name: "2026-11-23")]).svg == nil)
    }

    @Test func aDayShowsHowItsDrillsWent() {
        let day = TrendChart.Day(name: "2026-11-23", passed: 3, failed: 1, recovery: 41_000)
        let svg = TrendChart(days: [day]).svg
        #expect(svg?.contains("2026-11-23: 3 passed, 0 inconclusive, 1 failed") == true)
        #expect(svg?.contains("2026-11-23: 41 s") == true)
        #expect(svg?.contains("s-inconclusive") == false)
    }

    @Test func aDayWithoutARecoveryTimeHasNoDot() {
        let svg = TrendChart(days: [TrendChart.Day(name: "2026-11-23", passed: 1)]).svg
        #expect(svg?.contains("no recovery time was measured") == true)
        #expect(svg?.contains("circle") == false)
    }

    @Test func aStripShowsTheNewestDrillsAlone() {
        let marks = (1...30).map { number in
            VerdictStrip.Mark(test: UInt64(number), verdict: "passed", words: "passed")
        }
        let svg = VerdictStrip.svg(marks)
        #expect(!svg.contains("/tests/10\""))
        #expect(svg.contains("/tests/11\""))
        #expect(svg.contains("/tests/30\""))
    }
}
