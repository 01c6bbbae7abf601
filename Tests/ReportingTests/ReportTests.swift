import DRTesting
import EventLog
import Foundation
import Projections
import Reporting
import Testing

struct ReportTests {
    private let log = SampleLog()

    private func report(asOf position: UInt64? = nil) throws -> PeriodReport {
        let period = Period(.weekly, containing: SampleLog.start)
        return try PeriodReport(
            log.reader(), period: period, name: "Weekly", asOf: position, toolVersion: "0")
    }

    @Test func runsAreCountedAsTheyEnded() async throws {
        try await log.write { log in
            try await log.run("a", .completed, .passed, rto: 4000, rpo: 0)
            try await log.run("b", .failed, .failed, rto: nil, rpo: nil)
            try await log.run("c", .failed, .inconclusive, rto: nil, rpo: 500)
            try await log.run("d", .cancelled, .none, rto: nil, rpo: nil)
            try await log.run("e", nil, .none, rto: nil, rpo: nil)
            try await log.run("f", .failed, .failed, rto: nil, rpo: nil, purpose: "proof")
        }
        let statistics = try report().statistics
        #expect(statistics.total == 3)
        #expect(statistics.completed == 1 && statistics.failed == 1)
        #expect(statistics.inconclusive == 1 && statistics.cancelled == 1)
        #expect(statistics.running == 1)
        #expect(abs((statistics.successRate ?? 0) - 100 / 3) < 1e-9)
        #expect(statistics.averageRTOMs == 4000 && statistics.rtoCount == 1)
        #expect(statistics.averageRPOMs == 250 && statistics.rpoCount == 2)
    }

    @Test func aPeriodWithoutRunsHasNoRate() async throws {
        try await log.write { _ in }
        let report = try report()
        #expect(report.runs.isEmpty)
        #expect(report.statistics.successRate == nil)
        #expect(try report.html().contains("No drill was run in this period."))
    }

    @Test func theSameLogGivesTheSameBytes() async throws {
        try await log.write { try await $0.run("a", .completed, .passed, rto: 4000, rpo: 0) }
        let (first, second) = (try report(), try report())
        #expect(first.json == second.json)
        #expect(try first.html() == second.html())
    }

    @Test func aReportAsOfAPositionIsNotChangedByWhatCameLater() async throws {
        try await log.write { try await $0.run("a", .completed, .passed, rto: 4000, rpo: 0) }
        let position = try log.reader().head().position
        let before = try report(asOf: position)
        try await log.write { try await $0.run("b", .failed, .failed, rto: nil, rpo: nil) }
        let after = try report(asOf: position)
        #expect(before.json == after.json)
        #expect(try report().runs.count == 2)
    }

    @Test func aRunOfAnotherWeekIsLeftOut() async throws {
        try await log.write { try await $0.run("a", .completed, .passed, rto: 4000, rpo: 0) }
        let period = Period(.weekly, containing: SampleLog.start + 8 * 86_400_000_000)
        let report = try PeriodReport(
            log.reader(), period: period, name: "Weekly", asOf: nil, toolVersion: "0")
        #expect(report.runs.isEmpty)
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "\u{1b}[31mred", "a\u{202e}b", "\"><img src=x>", "a\nb",
        "=cmd",
        "{{name}}", "&lt;", "'; --",
    ])
    func hostileTextIsHarmless(_ text: String) async throws {
        try await log.write {
            try await $0.run(text, .failed, .failed, rto: nil, rpo: nil, message: text)
        }
        let report = try report()
        let html = try report.html()
        #expect(!html.contains("<script") && !html.contains("<img"))
        #expect(!html.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{202e}" })
        let json = try JSONSerialization.jsonObject(with: Data(report.json)) as? [String: Any]
        let runs = try #require(json?["test_summary"] as? [[String: Any]])
        #expect(runs.first?["scenario"] as? String == text)
    }

    @Test func thePageNeedsNothingElse() async throws {
        try await log.write { try await $0.run("a", .completed, .passed, rto: 4000, rpo: 0) }
        let html = try report().html()
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("src="))
        #expect(html.contains("<svg") && html.contains("fault effective 1.00 s"))
        #expect(!html.contains("{{"))
    }

    @Test func whatFailedIsRecommended() async throws {
        try await log.write { try await $0.run("a", .failed, .failed, rto: 290_000, rpo: nil) }
        let sentences = try report().recommendations
        #expect(sentences.contains { $0.contains("circuit_breaker") }, "\(sentences)")
        #expect(sentences.contains { $0.contains("little to spare") }, "\(sentences)")
    }
}
