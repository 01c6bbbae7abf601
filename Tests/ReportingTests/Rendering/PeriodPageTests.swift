import DRTesting
import EventLog
import Foundation
import Testing

@testable import Reporting

/// What the page of a period report has, and that it harms nobody.
struct PeriodPageTests {
    /// With a run in depth.
    private func fullPage(_ text: String = "Failover Mechanism") async throws -> String {
        let log = SampleLog()
        try await log.write { writer in
            try await writer.run(text, .failed, .failed, rto: 4000, rpo: nil, message: text)
        }
        return try PageFixture.report(text, details: log.records()).html()
    }

    // MARK: What is in it

    @Test func theVerdictAndTheThreeLinesComeFirst() throws {
        let html = try PageFixture.report().html()
        let order = [
            "<h1>Failover Mechanism</h1>", "✗</span> Not good: Failover Mechanism.</p>",
            "<li>Drills: Failover Mechanism.</li>", "<li>Findings: Failover Mechanism.</li>",
            "<li>To decide: Failover Mechanism.</li>", "<b>3 of 4</b>", "id=\"decisions\"",
            "id=\"scorecard\"",
        ]
        var rest = html[...]
        for piece in order {
            let place = try #require(rest.firstRange(of: piece), "\(piece)")
            rest = rest[place.upperBound...]
        }
    }

    @Test func everySectionStandsInThePageInTheOrderOfItsReaders() async throws {
        let ids = PageTags(try await fullPage())["section"].compactMap { $0["id"] }
        #expect(
            ids == [
                "decisions", "scorecard", "coverage", "recovery", "parts", "success", "trend",
                "integrity", "degradation", "benchmark", "unstable", "findings", "changes",
                "not-run", "next", "runs", "depth", "method", "origin",
            ])
    }

    @Test func keyFiguresSayWhatTheyAreJudgedBy() throws {
        let html = try PageFixture.report().html()
        for words in [
            "<b>3 of 4</b>", "1 failed", "95 % interval of the rate: 30 % to 95 %",
            "<b>130 s</b>", "objective missed", "of 2 min allowed; test 10",
            "<b>unknown</b>", "known of none of 1", "<b>0 of 1 run</b>", "1 not run",
            "1 new, 1 closed by a retest",
            "longest: Failover Mechanism on Failover Mechanism, 3 days",
        ] { #expect(html.contains(words), "\(words)") }
    }

    /// No key is missing where none was looked at, and nobody may read that it was.
    @Test func whatWasNotComparedIsUnknownAndNotZero() throws {
        let compared = HistoryFixture.run(HistoryFixture.drill(10, at: 1)) { measures in
            measures.ledgers = [HistoryFixture.ledger(at: 15)]
        }
        let not = HistoryFixture.run(HistoryFixture.drill(20, at: 2))
        func table(_ run: DrillRun) throws -> String {
            let report = PeriodReport(HistoryFixture.history(runs: [run]))
            return try #require(PeriodPage(report).integrity.body).html
        }
        #expect(try table(not).components(separatedBy: ">unknown<").count - 1 == 7)
        #expect(try table(not).contains("not compared"))
        #expect(try !table(compared).contains(">unknown<"))
    }

    @Test func whereTheTimesOfTwoPeriodsCannotBeToldApartThatIsSaid() {
        let earlier = (0..<6).map { HistoryFixture.drill(UInt64($0 + 1), at: Double($0) - 8) }
        func words(_ earlier: [DrillSummary]) -> String {
            let runs = [HistoryFixture.run(HistoryFixture.drill(100, at: 1))]
            let history = HistoryFixture.history(runs: runs, earlier: earlier)
            return PeriodPage(PeriodReport(history)).recovery.body?.html ?? ""
        }
        #expect(words(earlier).contains("too few drills, or times too alike, to tell."))
        #expect(!words([]).contains("Period against before"))
    }

    @Test func aFigureOfALossNamesTheDataThatWasDamaged() {
        let damaged = HistoryFixture.run(HistoryFixture.drill(10, at: 1)) { measures in
            measures.ledgers = [HistoryFixture.ledger(at: 15, stale: 2)]
        }
        let whole = HistoryFixture.run(HistoryFixture.drill(20, at: 2))
        func figure(_ runs: DrillRun...) -> KeyFigure? {
            PeriodPage(PeriodReport(HistoryFixture.history(runs: runs))).figures.first {
                $0.label == "Most data lost (RPO)"
            }
        }
        #expect(figure(whole)?.value == "0 ms" && figure(whole)?.mark == .passed("objective met"))
        let worse = figure(whole, damaged)
        #expect(worse?.value == "data damaged" && worse?.mark == .failed("in 1 drill"))
        #expect(worse?.note.hasPrefix("lost as a time: 0 ms of 1 min allowed; test ") == true)
    }

    @Test func anObjectiveIsNotMetByADrillOfWhichNothingWasMeasured() {
        func figures(_ rtoTargetMs: UInt64?) -> [KeyFigure] {
            let drills = [
                HistoryFixture.drill(10, at: 1),
                HistoryFixture.drill(20, .lost, at: 2, rtoMs: nil, rtoTargetMs: rtoTargetMs),
            ]
            let history = HistoryFixture.history(runs: drills.map { HistoryFixture.run($0) })
            return PeriodPage(PeriodReport(history)).figures
        }
        let mark = figures(120_000).first { $0.label == "Slowest recovery (RTO)" }?.mark
        #expect(mark == .inconclusive("met, but unknown of 1 drill"))
        // It has none, so it misses none.
        let other = figures(nil).first { $0.label == "Slowest recovery (RTO)" }
        #expect(other?.mark == .passed("objective met"))
        #expect(other?.note.hasSuffix("known of 1 of 2") == true)
    }

    @Test func aSeriesThatDoesNotChangeIsALineAndOneThatDoesADrawing() throws {
        func trend(_ weekly: [UInt64]) throws -> PageTags {
            let drills = weekly.enumerated().map { index, rtoMs in
                HistoryFixture.drill(
                    UInt64(index + 1) * 10, at: 1 - 7 * Double(weekly.count - 1 - index),
                    rtoMs: rtoMs)
            }
            let last = try #require(drills.last)
            let history = HistoryFixture.history(
                runs: [HistoryFixture.run(last)], earlier: Array(drills.dropLast()))
            return PageTags(try #require(PeriodPage(PeriodReport(history)).trends.body).html)
        }
        let steady = try trend(Array(repeating: 60_000, count: 10))
        #expect(steady["figure"].isEmpty && steady["svg"].isEmpty)
        // The head, and one for the one scenario.
        #expect(steady["tr"].count == 2)
        let slower: [UInt64] = [60, 61, 59, 60, 62, 58, 60, 600, 610, 620]
        let moving = try trend(slower.map { $0 * 1000 })
        #expect(moving["figure"].count == 1 && moving["svg"].count == 1)
        #expect(moving["tr"].count == 1 + slower.count)
    }

    @Test func aPDFDoesNotPassForValidated() throws {
        let html = try PageFixture.report().html()
        #expect(html.contains("the PDF edition declares PDF/A-3a, with the CSV files inside."))
        #expect(html.contains("No validator was run on it"))
    }

    @Test func howNumbersComeAboutIsToldOnceAndAsEverywhere() throws {
        let html = try PageFixture.report().html()
        for note in PeriodReport.methodNotes {
            let text = Markup(text: note.text).html
            #expect(html.components(separatedBy: text).count == 2, "\(note.title)")
        }
    }

    @Test func theMostUrgentIsDecidedFirst() throws {
        let html = try PageFixture.report().html()
        let critical = try #require(html.firstRange(of: "rule R06"))
        let low = try #require(html.firstRange(of: "rule R22"))
        #expect(critical.lowerBound < low.lowerBound)
        #expect(html.contains("Evidence: events <code>12</code>, <code>45</code>."))
    }

    @Test func whatIsUnknownIsNeverZero() throws {
        let html = try PageFixture.report().html()
        #expect(html.contains("unknown<small>of 1 min allowed</small>"))
        #expect(!html.contains("<b>0 ms</b>"))
    }

    @Test func whatAddsUpIsShownToAddUp() throws {
        let html = try PageFixture.report().html()
        #expect(html.contains("1 in the figures, 2 left out: 1 proof, 1 under way"))
        #expect(html.contains("0 on time, 0 late, 1 overdue, 0 excused"))
        // Two runs that ended and one under way are three rows.
        #expect(html.contains("✓</span>\u{a0}yes</span>"))
        #expect(!html.contains("✗</span>\u{a0}no</span>"))
    }

    @Test func aPeriodOfWhichNothingIsKnownSaysSo() throws {
        let html = try PageFixture.empty.html()
        let ids = PageTags(html)["section"].compactMap { $0["id"] }
        #expect(ids == ["decisions", "nothing", "method", "origin"])
        #expect(html.contains("No run ended in the period, and none was under way."))
        #expect(html.contains("no rate can be given"))
        #expect(!html.contains("class=\"verdict passed\""))
    }

    @Test func anIncidentIsOneRunInDepth() async throws {
        let log = SampleLog()
        try await log.write { writer in
            try await writer.run("a", .failed, .failed, rto: 4000, rpo: 0)
        }
        let (start, end) = (PageFixture.period.start, PageFixture.period.end)
        let period = try #require(Period(.incident, from: start, to: end))
        let html = try PageFixture.report(details: log.records(), period: period).html()
        let ids = PageTags(html)["section"].compactMap { $0["id"] }
        #expect(ids == ["depth", "method", "origin"])
        #expect(html.contains("fault effective 1.00 s") && html.contains("<b>130 s</b>"))
    }

    @Test func theSameReportGivesTheSamePage() throws {
        #expect(try PageFixture.report().html() == PageFixture.report().html())
    }

    // MARK: How it is built

    @Test func everyElementIsEndedInItsPlace() async throws {
        #expect(PageTags(try await fullPage()).misplacedEnd == nil)
        #expect(PageTags(try PageFixture.empty.html()).misplacedEnd == nil)
    }

    @Test func everyTableHasACaptionAndHeadersWithTheirScope() async throws {
        let tags = PageTags(try await fullPage())
        let tables = tags.all.indices.filter { tags.all[$0].name == "table" }
        #expect(tables.count > 15)
        for index in tables {
            let inside = tags.inside(index)
            #expect(inside.first?.name == "caption" && inside.first?.text.isEmpty == false)
            #expect(tags.all[index - 1].name == "div" && tags.all[index - 1]["tabindex"] == "0")
            #expect(tags.all[index - 1]["aria-label"]?.isEmpty == false)
        }
        #expect(tags["th"].allSatisfy { $0["scope"] == "col" || $0["scope"] == "row" })
    }

    @Test func everyDrawingHasATitleAndADescription() async throws {
        let tags = PageTags(try await fullPage())
        let drawings = tags.all.indices.filter { tags.all[$0].name == "svg" }
        // The calendar, the strip, the parts, the trend, two bars, and the course of the run.
        #expect(drawings.count == 7)
        for index in drawings {
            let inside = tags.inside(index).filter { !$0.name.hasPrefix("/") }
            #expect(tags.all[index]["role"] == "img")
            #expect(inside.prefix(2).map(\.name) == ["title", "desc"])
            #expect(inside.prefix(2).allSatisfy { !$0.text.isEmpty })
        }
    }

    @Test func headingsSkipNoLevel() async throws {
        for html in [try await fullPage(), try PageFixture.empty.html()] {
            let levels = PageTags(html).all.compactMap { tag -> Int? in
                guard tag.name.count == 2, tag.name.hasPrefix("h") else { return nil }
                return Int(tag.name.dropFirst())
            }
            #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
            #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
        }
    }

    @Test func namesAreUniqueAndEveryLinkLeadsToOne() async throws {
        let tags = PageTags(try await fullPage())
        #expect(Set(tags.ids).count == tags.ids.count)
        let links = tags["a"].compactMap { $0["href"] }
        #expect(links.count > 20)
        for link in links {
            #expect(link.hasPrefix("#") && tags.ids.contains(String(link.dropFirst())), "\(link)")
        }
        let labels = tags.all.compactMap { $0["aria-labelledby"] }
        #expect(labels.allSatisfy { tags.ids.contains($0) })
    }

    @Test func thePageNeedsNothingElse() async throws {
        let html = try await fullPage()
        for reference in ["http:", "https:", "url(", "src=", "@import", "<script", "<link", "{{"] {
            #expect(!html.contains(reference), "\(reference)")
        }
        #expect(html.hasPrefix("<!doctype html>\n<html lang=\"en\">\n<head>"))
        #expect(
            html.contains(
                "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\""))
        #expect(
            html.contains("<title>DR-2026-W48-1a2b3c4d · Failover Mechanism, 2026-W48</title>"))
        #expect(html.contains("<a class=\"skip\" href=\"#content\">"))
    }

    // MARK: What comes from a log

    @Test(arguments: [
        "<script>alert(1)</script>", "\u{1b}[31mred", "a\u{202e}b", "\"><img src=x>", "a\nb",
        "=cmd", "{{name}}", "]]></title><script>", "</style><script>", "'; --", "&lt;b&gt;",
        "\"\u{301} onmouseover=alert(1) x=\"", "<\u{301}img src=x>", "\u{0}\u{7f}\u{85}",
        "\" } @page { x: \"",
    ])
    func hostileTextIsHarmlessWhereverItComes(_ text: String) async throws {
        let html = try await fullPage(text)
        let tags = PageTags(html)
        for piece in ["<script", "<img", "</style><", "</title><script"] {
            #expect(!html.contains(piece), "\(piece)")
        }
        let hidden: Set<Unicode.Scalar> = ["\u{1b}", "\u{202e}", "\u{0}", "\u{7f}", "\u{85}"]
        #expect(!html.unicodeScalars.contains { hidden.contains($0) })
        #expect(tags.unknownAttributes.isEmpty, "\(tags.unknownAttributes)")
        #expect(tags.misplacedEnd == nil)
        #expect(tags["title"].count == 1 + tags["svg"].count && tags["style"].count == 1)
        #expect(Set(tags.ids).count == tags.ids.count)
    }

    @Test func aVeryLongNameIsCutInDrawingsAndWholeInTables() throws {
        let name = String(repeating: "long name ", count: 500)
        let tags = PageTags(try PageFixture.report(name).html())
        #expect(tags["text"].allSatisfy { $0.text.count <= 90 })
        #expect(tags["th"].contains { $0.text == name })
    }
}
