import DRTesting
import Testing

/// What may be said in `test_reports`.
struct ReportsTests {
    private static func report(_ name: String) -> ReportGenerated {
        var report = ReportGenerated.full
        (report.id, report.reportName) = (0, name)
        report.files.removeAll { $0 == ReportFile() }
        return report
    }

    private func refusal(_ report: ReportGenerated) -> Reports.Refusal? {
        do {
            _ = try Reports.decide(.record(report), in: Reports())
            return nil
        } catch {
            return error
        }
    }

    @Test func theSameReportAgainAddsNothing() throws {
        var reports = Reports()
        for name in ["a", "b"] {
            var given = Self.report(name)
            given.id = UInt64(reports.rows.count) + 1
            let events = try Reports.decide(.record(Self.report(name)), in: reports)
            #expect(events == [.reportGenerated(given)])
            for event in events { reports.apply(event) }
        }
        for name in ["a", "b"] {
            #expect(try Reports.decide(.record(Self.report(name)), in: reports) == [])
        }
        #expect(reports.rows.map(\.id) == [1, 2])
        // Made anew from a longer log it is another report.
        var later = Self.report("a")
        later.position += 1
        #expect(try Reports.decide(.record(later), in: reports).count == 1)
    }

    @Test func whatIsNoReportIsRefused() {
        func refused(_ edit: (inout ReportGenerated) -> Void) -> Reports.Refusal? {
            var report = Self.report("a")
            edit(&report)
            return refusal(report)
        }
        #expect(refused { $0.generatedBy = "" } == .anonymous)
        #expect(refused { $0.reportName = " " } == .emptyName)
        #expect(refused { $0.reportType = "yearly" } == .unknownType("yearly"))
        #expect(refused { $0.periodEnd = $0.periodStart } == .emptyPeriod)
        #expect(refused { $0.totalTests = 23 } == .badCounts)
        #expect(refused { $0.failedTests = .max } == .badCounts)
        #expect(refused { $0.files = [] } == .noFiles)
        #expect(refused { $0.files[0].digest.removeLast() } == .badDigest(file: "week.html"))
        #expect(refused { $0.totalTests = 24 } == nil)
        // One that is no number is never the same report again.
        for rate in [-1, 100.5, .nan, .infinity] {
            #expect(refused { $0.successRate = rate } == .badRate)
        }
        #expect(refused { $0.successRate = nil } == nil)
        #expect(refused { $0.successRate = 100 } == nil)
        let long = String(repeating: "a", count: 65_000)
        #expect(refused { $0.testSummary = long } == .tooLarge)
    }

    @Test(arguments: ["daily", "weekly", "monthly", "custom", "incident", "compliance"])
    func everyTypeOfReportIsKnown(_ type: String) {
        var report = Self.report("a")
        report.reportType = type
        #expect(refusal(report) == nil)
    }
}
