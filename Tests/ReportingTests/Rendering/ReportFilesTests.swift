import DRTesting
import Merkle
import Testing

@testable import Reporting

/// Which files a report has, and what the log is told of them.
struct ReportFilesTests {
    private let report = PeriodReport(
        HistoryFixture.history(runs: [
            HistoryFixture.run(HistoryFixture.drill(10, at: 1)),
            HistoryFixture.run(HistoryFixture.drill(20, .failed, at: 2)),
        ]))

    @Test func filesAreNamedForTheTypeAndThePeriod() throws {
        let files = try report.files([.junit, .html, .json, .markdown, .html, .oscal, .pdf])
        #expect(
            files.map(\.name) == [
                "weekly-2026-W48.html", "weekly-2026-W48.md", "weekly-2026-W48.short.md",
                "weekly-2026-W48.json", "weekly-2026-W48.junit.xml",
            ])
        #expect(files.allSatisfy { !$0.bytes.isEmpty })
        let tables = try report.files([.csv]).map(\.name)
        #expect(tables.count > 1)
        #expect(tables.allSatisfy { $0.hasPrefix("weekly-2026-W48-") && $0.hasSuffix(".csv") })
    }

    @Test func theSameHistoryGivesTheSameBytes() throws {
        let formats = PeriodReport.formats
        #expect(try report.files(formats) == report.files(formats))
    }

    @Test func whatIsInAFileIsInItsNameWhenItIsRecorded() throws {
        let files = try report.files([.json, .csv])
        let recorded = report.filesToRecord(files)
        #expect(recorded.map(\.bytes) == files.map(\.bytes))
        #expect(Set(recorded.map(\.name)).count == files.count)
        for (file, before) in zip(recorded, files) {
            let ending = before.name.dropFirst("weekly-2026-W48".count)
            #expect(file.name.hasPrefix("weekly-2026-W48-"))
            #expect(file.name.hasSuffix(ending))
            #expect(file.name.utf8.count == before.name.utf8.count + 17)
        }
        #expect(report.filesToRecord(files) == recorded)
        var other = files
        other[0] = RenderedFile(name: files[0].name, format: .json, bytes: [0])
        #expect(report.filesToRecord(other).map(\.name) != recorded.map(\.name))
    }

    @Test func theLogIsToldTheDigestsAndTheFigures() throws {
        let files = report.filesToRecord(try report.files([.json]))
        let event = report.record(files, by: "ada")
        #expect(event.reportType == "weekly")
        #expect([event.totalTests, event.passedTests, event.failedTests] == [2, 1, 1])
        #expect(event.successRate == 50)
        #expect(event.position == report.origin.head)
        #expect(event.generatedBy == "ada")
        #expect(event.files.map(\.digest) == [ContentHash.of(files[0].bytes[...]).bytes])
        #expect(event.files.map(\.size) == [UInt64(files[0].bytes.count)])
        #expect(try Reports.decide(.record(event), in: Reports()).count == 1)
        #expect(RecordedReport(event, at: 7).type == "weekly")
        #expect(report.record(files, by: "ada", name: "Mine").reportName == "Mine")
    }

    @Test func aComplianceReportIsNamedForItsFramework() throws {
        let period = try #require(Period("2026-Q4"))
        let report = ComplianceReport(HistoryFixture.history(period: period), framework: .soc2)
        let files = try report.files([.json, .oscal, .junit])
        #expect(
            files.map(\.name) == [
                "compliance-soc2-2026-Q4.json", "compliance-soc2-2026-Q4.oscal.json",
            ])
        let recorded = report.filesToRecord(files)
        let event = report.record(recorded, by: "dr-nightly")
        #expect(RecordedReport(event, at: 7).framework == .soc2)
        #expect(event.successRate == nil)
        #expect(report.isEmpty)
    }

    // MARK: How it ends

    @Test func aReportIsBreachedByADrillThatDidNotPassOrWasNotRun() throws {
        #expect(report.isBreached)
        let good = PeriodReport(
            HistoryFixture.history(runs: [HistoryFixture.run(HistoryFixture.drill(10, at: 1))]))
        #expect(!good.isBreached)
        #expect(!good.isEmpty)
        let overdue = PeriodReport(
            HistoryFixture.history(
                earlier: [HistoryFixture.drill(10, at: -6)], cadences: [HistoryFixture.cadence()]))
        #expect(overdue.isBreached)
        #expect(overdue.isEmpty)
        // Overdue since the week before, and due again in three weeks.
        let still = PeriodReport(
            HistoryFixture.history(
                runs: [HistoryFixture.run(HistoryFixture.drill(20, at: 1, target: "other"))],
                earlier: [HistoryFixture.drill(10, at: -40)],
                cadences: [HistoryFixture.cadence(every: 31)]))
        #expect(still.due.due.isEmpty && still.isBreached)
        let proof = HistoryFixture.drill(10, .failed, at: 1, purpose: "proof")
        let none = PeriodReport(HistoryFixture.history(runs: [HistoryFixture.run(proof)]))
        #expect(!none.isBreached)
        #expect(none.isEmpty)
    }

    @Test(arguments: [
        ("2026-W48", "dr-weekly-report --week 2026-W48"),
        ("2026-11", "dr-weekly-report --month 2026-11"),
        ("2026-11-23", "dr-weekly-report --day 2026-11-23"),
    ])
    func theCommandMakesTheReportAgain(_ name: String, _ command: String) throws {
        let subject = ReportSubject.period(try #require(Period(name)))
        #expect(subject.command(name: nil) == command)
        #expect(
            subject.command(name: "Ada's week") == command + #" --name 'Ada'\''s week'"#)
    }

    @Test func theCommandOfAPeriodOfOnesOwnHasItsEnds() throws {
        let days = try #require(Period(from: "2026-11-16", to: "2026-11-29"))
        #expect(
            ReportSubject.period(days).command(name: nil)
                == "dr-weekly-report --from 2026-11-16 --to 2026-11-29")
        #expect(
            ReportSubject.compliance(.dora, days).command(name: nil)
                == "dr-compliance-report --framework dora --from 2026-11-16 --to 2026-11-29")
        let quarter = try #require(Period("2026-Q4"))
        #expect(
            ReportSubject.compliance(.dora, quarter).command(name: "x")
                == "dr-compliance-report --framework dora --period 2026-Q4")
        let week = try #require(
            Period(from: "2026-11-18", to: "2026-11-24T12:00:00Z", as: .weekly))
        #expect(
            ReportSubject.period(week).command(name: nil)
                == "dr-weekly-report --type weekly --from 2026-11-18 --to 2026-11-24T12:00:00Z")
        #expect(
            ReportSubject.incident(test: 7).command(name: nil)
                == "dr-weekly-report --type incident --test 7")
    }

    @Test func formatsAreReadOnceEachAndNoneIsGuessed() {
        let accepted = PeriodReport.formats
        #expect(ReportFormat.list("json,html,json", of: accepted) == [.json, .html])
        #expect(ReportFormat.list(" html, json ", of: accepted) == [.html, .json])
        for text in ["", "html,", "docx", "oscal", "HTML", "html json"] {
            #expect(ReportFormat.list(text, of: accepted) == nil, "\(text)")
        }
    }
}
