import Foundation
import Testing

@testable import Reporting

/// That a drawing shows what there is, and not more.
struct PeriodChartsTests {
    private static let subject = Subject(scenario: "Failover", target: "staging")

    private func recovery(_ times: [Double], limitMs: Double? = 120_000) -> String? {
        let strip = PageFixture.strip(
            Self.subject, times, limitMs: limitMs, priorMedianMs: nil)
        return RecoveryChart(strip, period: PageFixture.period).svg?.html
    }

    private func count(_ piece: String, in text: String) -> Int {
        text.components(separatedBy: piece).count - 1
    }

    /// Those that go from one point to another.
    private func lines(in svg: String) -> Int {
        PageTags(svg)["path"].compactMap { $0["d"] }.count { $0.contains("L") }
    }

    @Test func noLineIsDrawnThroughFewerThanFivePoints() throws {
        let four = try #require(recovery([1000, 2000, 3000, 4000]))
        let five = try #require(recovery([1000, 2000, 3000, 4000, 5000]))
        #expect(count("<circle", in: four) == 4 && count("<circle", in: five) == 5)
        #expect(lines(in: four) == 0 && lines(in: five) == 1)
    }

    /// How many circles stand in groups of this class.
    private func circles(in svg: String, painted paint: String) -> Int {
        svg.components(separatedBy: "<g ").filter { $0.hasPrefix("class=\"\(paint)\"") }.map {
            count("<circle", in: $0.components(separatedBy: "</g>")[0])
        }.reduce(0, +)
    }

    @Test func drillsOfThePeriodAreFilledAndOthersOpen() throws {
        let svg = try #require(recovery([1000, 2000, 3000]))
        #expect(count("<circle", in: svg) == 3)
        #expect(circles(in: svg, painted: "fill-page stroke-link") == 2)
        #expect(circles(in: svg, painted: "fill-link stroke-link") == 1)
    }

    @Test func whatExceededItsObjectiveHasAShapeOfItsOwn() throws {
        let svg = try #require(recovery([1000, 130_000], limitMs: 120_000))
        #expect(count("<circle", in: svg) == 1 && count("Z\"", in: svg) == 1)
        #expect(svg.contains(">objective 2 min</text>"))
    }

    @Test func anObjectiveFarAboveAllIsNamedAndDoesNotFlattenThem() throws {
        let svg = try #require(recovery([1000, 2000]))
        #expect(svg.contains(">↑ objective 2 min</text>"))
    }

    /// Of a name beside a line, in units of the drawing.
    private func height(of name: String, in svg: String) -> Double? {
        PageTags(svg)["text"].first { $0.text.hasPrefix(name) }?["y"].flatMap { Double($0) }
    }

    @Test(arguments: [100_000, 115_000, 119_000, 120_000, 121_000, 125_000, 130_000.0])
    func namesOfLinesThatLieCloseDoNotCoverEachOther(_ medianMs: Double) throws {
        let strip = PageFixture.strip(Self.subject, [medianMs, 90_000], priorMedianMs: medianMs)
        let svg = try #require(RecoveryChart(strip, period: PageFixture.period).svg?.html)
        let objective = try #require(height(of: "objective", in: svg))
        let median = try #require(height(of: "before: ", in: svg))
        // Letters are 12 high, and what is more lies above.
        #expect(abs(objective - median) >= 14)
        #expect((median < objective) == (medianMs > 120_000))
    }

    @Test func withoutAPointThereIsNoDrawing() {
        #expect(recovery([]) == nil && recovery([.nan, .infinity]) == nil)
    }

    @Test(arguments: [0, 1e-300, 1e18, 1e300])
    func timesOfAnySizeAreDrawn(_ time: Double) throws {
        let svg = try #require(recovery([time, time / 2, time]))
        #expect(count("<circle", in: svg) + count("Z\"", in: svg) == 3)
        #expect(!svg.contains("nan") && !svg.contains("inf\""))
    }

    @Test func theSamePartHasTheSameLetterInEachBar() {
        let first = PartsChart.Bar(
            name: "one",
            parts: [.init(label: "a", milliseconds: 10), .init(label: "b", milliseconds: 10)])
        let second = PartsChart.Bar(name: "two", parts: [.init(label: "b", milliseconds: 20)])
        let chart = PartsChart([first, second])
        #expect(count("class=\"fill-part-a\"", in: chart.svg.html) == 1)
        #expect(count("class=\"fill-part-b\"", in: chart.svg.html) == 2)
        #expect(count("<li>", in: chart.legend.html) == 2)
        #expect(chart.legend.html.contains("<b>B</b>b</li>"))
    }

    @Test(arguments: [Double.nan, .infinity, -1, 0, 1e300])
    func partsOfAnyLengthAreDrawn(_ length: Double) {
        let parts = (0..<30).map { PartsChart.Part(label: "\($0)", milliseconds: length) }
        let svg = PartsChart([PartsChart.Bar(name: "", parts: parts)]).svg.html
        #expect(count("<rect", in: svg) == 30 && !svg.contains("\"nan\""))
    }

    @Test func everyWeekHasACellAndEveryCellASymbol() {
        let marks = PeriodReport.Calendar.Mark.allCases
        let calendar = PeriodReport.Calendar(
            weeks: marks.indices.map { "2026-W1\($0)" },
            rows: [
                PeriodReport.Calendar.Row(
                    subject: Self.subject, marks: marks, counts: marks.map { _ in 3 })
            ])
        let svg = CoverageChart(calendar: calendar).svg.html
        for symbol in ["✓3", "✗3", "?3", "⊘3", "◷3", "!3", "e3", "·3"] {
            #expect(svg.contains(">\(symbol)</text>"), "\(symbol)")
        }
        #expect(svg.contains(">W10</text>") && svg.contains(">on staging</text>"))
    }

    @Test func aTrendHasNoDrawingBeforeItHasASum() {
        func chart(_ sums: [Double?]) -> Markup? {
            let points = sums.map { sum in
                PeriodReport.Trend.Point(
                    week: "2026-W10", medianMs: 1, count: 1, high: sum, low: sum)
            }
            return TrendChart(
                trend: PeriodReport.Trend(
                    subject: Self.subject, points: points, signal: .none, since: nil,
                    slopeMs: nil, slopeP: nil)
            ).svg
        }
        #expect(chart([]) == nil && chart([nil, nil, nil]) == nil)
        #expect(chart([nil, nil, nil, 0.5]) != nil && chart([.infinity, 1e300]) != nil)
    }

    @Test func aBarShowsWhetherItsLimitWasKept() {
        #expect(TableBars.measured(nil, limit: 5) == "" && TableBars.measured(5, limit: nil) == "")
        #expect(TableBars.measured(5, limit: 0) == "")
        #expect(TableBars.measured(5, limit: 5).html.contains("fill-passed"))
        #expect(TableBars.measured(6, limit: 5).html.contains("fill-failed"))
        #expect(TableBars.measured(.max, limit: 1).html.contains("fill-failed"))
    }
}
