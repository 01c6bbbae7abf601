import DRTesting
import Foundation
import Testing

@testable import Reporting

/// What an auditor finds in a compliance report, and what nobody may claim in it.
struct CompliancePageTests {
    private typealias Fixture = HistoryFixture

    private func report(
        _ history: History = Fixture.mixed, _ framework: Framework = .soc2
    ) -> ComplianceReport {
        ComplianceReport(history, framework: framework)
    }

    /// Parts of a page without their tags, and with a space where one was.
    private func text(_ html: String) -> String {
        var result = ""
        var isTag = false
        for character in html {
            if character == "<" {
                isTag = true
                result.append(" ")
            }
            if !isTag { result.append(character) }
            if character == ">" { isTag = false }
        }
        return result.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private func rows(of table: TextTable) -> [[String]] {
        table.rows.map { row in
            row.map { cell in
                ([cell.mark.map(\.words)].compactMap { $0 } + cell.lines).joined(separator: "; ")
            }
        }
    }

    // MARK: The page

    @Test func thePageIsWellFormedAndNeedsNothingElse() throws {
        for framework in Framework.allCases {
            let html = try report(framework: framework).html()
            let tags = PageTags(html)
            #expect(tags.misplacedEnd == nil)
            #expect(tags["h1"].count == 1)
            #expect(Set(tags.ids).count == tags.ids.count)
            #expect(tags.unknownAttributes == [])
            for forbidden in ["script", "img", "link", "iframe", "object", "form"] {
                #expect(tags[forbidden].isEmpty, "\(forbidden)")
            }
            #expect(html.isHarmless)
        }
    }

    private func report(framework: Framework) -> ComplianceReport {
        report(Fixture.mixed, framework)
    }

    @Test(arguments: HistoryFixture.hostileLetters)
    func hostileTextsStayTexts(_ text: String) throws {
        let html = try report(Fixture.hostile(text)).html()
        let tags = PageTags(html)
        #expect(tags.misplacedEnd == nil)
        #expect(tags.unknownAttributes == [])
        #expect(tags["script"].isEmpty && tags["img"].isEmpty)
        #expect(html.isHarmless)
    }

    @Test func theSameHistoryGivesTheSamePage() throws {
        #expect(try report().html() == report().html())
    }

    @Test(arguments: Framework.allCases)
    func nobodyIsCalledCompliant(_ framework: Framework) throws {
        let report = report(framework: framework)
        #expect(!(try report.html().lowercased().contains("compliant")))
        #expect(!report.markdown.lowercased().contains("compliant"))
    }

    // MARK: Controls

    @Test func whatIsNotEvidencedStandsBesideEachResult() throws {
        let report = report(framework: .nist80053)
        let blocks = ComplianceSections(report: report).controls.blocks
        let cards = blocks.compactMap { block -> TextCard? in
            if case .card(let card) = block { card } else { nil }
        }
        #expect(cards.count == report.matrix.count)
        for (row, card) in zip(report.matrix, cards) {
            let facts = card.facts.map { "\($0.name): \($0.value)" }
            #expect(card.title == "\(row.control.id) \(row.control.title)")
            #expect(card.mark == row.status.mark)
            #expect(facts[0] == "Why: \(row.reason)")
            #expect(facts[1] == "Not evidenced here: \(row.control.notEvidencedHere)")
            #expect(facts[2] == "In our words: \(row.control.requirement)")
            let passed = row.runs == 0 ? "none was judged" : "\(row.passed) of \(row.runs) passed"
            #expect(facts[3].contains(passed))
            for test in row.evidence { #expect(facts[3].contains("\(test)")) }
            for fact in row.control.facts { #expect(facts[4].contains(fact.rawValue)) }
            #expect(facts[5].contains("paraphrase "))
        }
    }

    @Test func eachControlHasACardWithItsStatus() throws {
        let report = report()
        let html = try report.html()
        let row = try #require(report.matrix.first)
        #expect(
            html.contains(
                "<article class=\"card\"><div class=\"head\"><h3>\(row.control.id) "
                    + "\(row.control.title)</h3><span class=\"badge "))
        #expect(PageTags(html)["article"].count == report.matrix.count)
        #expect(
            report.markdown.contains(
                "### \(row.control.id) \(row.control.title): \(row.status.mark.words)\n"))
    }

    /// The three lines stand once in the page, and once in Markdown.
    @Test func theResultIsNotToldTwice() throws {
        let report = report()
        for document in [try report.html(), report.markdown] {
            for line in report.lines {
                #expect(document.components(separatedBy: line).count == 2, "\(line)")
            }
        }
    }

    @Test func eachStatusIsCountedAlsoIfNoControlHasIt() {
        let report = report()
        let shown = rows(of: ComplianceTables(report: report).tally)
        #expect(
            shown.map { $0[0] } == [
                "✗ integrity failed", "✗ contradicted", "! overdue", "◐ partly covered",
                "✓ supported", "· not covered",
            ])
        #expect(shown.reduce(0) { $0 + (Int($1[1]) ?? 0) } == report.matrix.count)
        for cells in shown {
            let names = cells[2] == "none" ? [] : cells[2].split(separator: ", ")
            #expect(names.count == Int(cells[1]))
        }
    }

    @Test func theWorstStatusIsThatOfThePage() {
        #expect(report(Fixture.history()).mark == ResultMark.none("not covered"))
        let failed = Fixture.run(of: .failover, 10, .failed, at: 1)
        #expect(report(Fixture.history(runs: [failed])).mark == ResultMark.failed("contradicted"))
        let passed = Fixture.run(of: .failover, 10, at: 1)
        #expect(report(Fixture.history(runs: [passed])).mark.word == "partly covered")
    }

    // MARK: Counts

    @Test func identitiesArePrintedWithTheirNumbers() {
        let shown = rows(of: ComplianceTables(report: report()).identities)
        let counts = report().reconciliation
        #expect(shown.count == 3)
        #expect(shown[1][1] == "5 = 3 + 2" && shown[1][2] == "✓ holds")
        #expect(shown[0][1].hasPrefix("\(counts.scheduled) = \(counts.onTime) + "))
        #expect(shown[2][1] == "0 = 0 + 0")
    }

    @Test func anIdentityThatFailsIsToldAsSuch() throws {
        let wrong = ComplianceReport.Reconciliation(
            scheduled: 4, onTime: 1, late: 1, overdue: 0, excused: 1, runsInLog: 8, runsCounted: 3,
            excluded: [.init(reason: "proof", count: 1)], fires: 2, firesStarted: 1,
            firesRefused: 0)
        let report = report().replacing(wrong)
        let shown = rows(of: ComplianceTables(report: report).identities)
        #expect(shown.map { $0[1] } == ["4 = 1 + 1 + 0 + 1", "8 = 3 + 1", "2 = 1 + 0"])
        #expect(shown.map { $0[2] } == ["✗ fails", "✗ fails", "✗ fails"])
        #expect(try text(report.html()).contains("8 = 3 + 1 ✗ fails"))
        #expect(report.markdown.contains("| 8 = 3 + 1 | ✗ fails |"))
    }

    @Test func aLongPopulationIsCutAndSaysSo() throws {
        let limit = ComplianceTables.shownRuns
        let runs = (1...UInt64(limit) + 1).map { number in
            Fixture.run(Fixture.drill(number * 10, at: Double(number) / 1000))
        }
        let report = report(Fixture.history(runs: runs))
        #expect(report.population.count == limit + 1)
        let tables = ComplianceTables(report: report)
        #expect(tables.population.rows.count == limit && tables.manifest.rows.count == limit)
        let document = report.markdown
        #expect(document.contains("Runs shown here: \(limit) of \(limit + 1)."))
        #expect(document.contains("Drills shown here: \(limit) of \(limit + 1)."))
        // None is left out of the counts.
        #expect(document.contains("\(limit + 1) = \(limit + 1) + 0"))
    }

    // MARK: Custody

    @Test func whoRanDrillsIsNamedWhereReviewersSign() throws {
        let html = text(try report().html())
        #expect(html.contains("The log names nightly and ops as whoever ran drills"))
        let empty = text(try report(Fixture.history()).html())
        #expect(empty.contains("The log names nobody who ran a drill in the period."))
    }

    @Test func theCommandsAreThoseOfTheBundle() throws {
        let report = report()
        let proof = try #require(report.manifest.first?.proof)
        let instructions = BundleInstructions(report: report, proof: proof).text
        let blocks = ComplianceSections(report: report).verification.blocks
        let commands = blocks.flatMap { block -> [String] in
            if case .commands(let lines) = block { lines } else { [] }
        }
        #expect(commands.contains("sha256sum -c SHA256SUMS"))
        #expect(commands.contains("dr-audit check \(proof) --key checkpoint.pub"))
        #expect(commands.contains(report.origin.command))
        for command in commands where !command.isEmpty {
            #expect(instructions.contains(command), "\(command)")
        }
    }

    @Test func aPDFDoesNotPassForValidated() throws {
        let html = text(try report().html())
        #expect(html.contains("declares PDF/A-3a"))
        #expect(html.contains("No validator was run on it"))
    }

    @Test func aFormHasRoomToWrite() {
        let custody = ComplianceSections(report: report()).custody
        guard case .table(let table, _)? = custody.blocks.first else {
            Issue.record("there is no table")
            return
        }
        #expect(table.rows.count == 6)
        #expect(table.rows.dropFirst().allSatisfy { $0.allSatisfy(\.isBlank) })
        #expect(table.rows[0].allSatisfy { !$0.isBlank })
    }
}

extension ComplianceReport {
    /// The same report with other counts.
    fileprivate func replacing(_ reconciliation: Reconciliation) -> ComplianceReport {
        ComplianceReport(
            documentID: documentID, framework: framework, period: period, origin: origin,
            judgedAt: judgedAt, targets: targets, environments: environments, tally: tally,
            matrix: matrix, coverage: coverage, population: population,
            reconciliation: reconciliation, due: due, objectives: objectives, changes: changes,
            findings: findings, excuses: excuses, standings: standings, statement: statement,
            manifest: manifest, executors: executors, unrecorded: unrecorded)
    }
}
