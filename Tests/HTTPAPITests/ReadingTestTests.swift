import DRTesting
import EventLog
import Foundation
import HTTPTypes
import Merkle
import Testing
import Wire

@testable import HTTPAPI

struct ReadingTestTests {
    private let fixture: ReadingFixture

    init() throws { fixture = try ReadingFixture() }

    @Test func aTestIsAnsweredWithAllThatBelongsToIt() async throws {
        let other = try await fixture.run("a", .failed)
        let id = try await fixture.run("b", .passed, logs: 3)
        let got = try await fixture.get("/api/testing/tests/\(id)")
        #expect(got.status == 200)
        #expect(got.data.objectValue?.keys == ["test", "results", "logs", "metrics"])
        #expect(got.data["test"]?["id"]?.intValue == Int(id))
        for part in TestPart.allCases {
            let rows = got.data[part.rawValue]?.arrayValue ?? []
            #expect(!rows.isEmpty)
            #expect(rows.allSatisfy { $0["test_id"]?.intValue == Int(id) })
            // The list of the part is the same.
            let list = try await fixture.get("/api/testing/tests/\(id)/\(part.rawValue)")
            #expect(list.rows == rows)
            #expect(list.json["next_cursor"] == .null)
        }
        #expect(try await fixture.get("/api/testing/tests/\(other)").data != got.data)
        try fixture.expectCleanLog()
    }

    @Test func logsAreCompleteAndAscendingWithoutALimit() async throws {
        let id = try await fixture.run("a", .passed)
        var random = SystemRandomNumberGenerator()
        var logs = (0..<5000).map { ReadingFixture.log("\($0)") }
        // So much that it is sent while it is read.
        let padding = String(repeating: "x", count: 1000)
        for index in logs.indices { logs[index].component = padding }
        for start in stride(from: 0, to: logs.count, by: 1000) {
            let news = logs[start..<start + 1000].map {
                fixture.newEvent(.logRecorded($0), using: &random)
            }
            _ = try await fixture.store.append(news, to: "run/a", expecting: .any)
        }
        let got = try await fixture.get("/api/testing/tests/\(id)/logs")
        #expect(got.ids == got.ids.sorted())
        let own = got.rows.compactMap { $0["message"]?.stringValue }.filter { Int($0) != nil }
        #expect(own == (0..<5000).map { "\($0)" })
    }

    @Test func partsHavePagesToo() async throws {
        let id = try await fixture.run("a", .passed, logs: 5)
        let path = "/api/testing/tests/\(id)/logs"
        let all = try await fixture.get(path).ids
        var found: [Int] = []
        var uri = "\(path)?limit=3"
        while true {
            let page = try await fixture.get(uri)
            found += page.ids
            guard let cursor = page.nextCursor else { break }
            #expect(page.ids.count == 3)
            uri = "\(path)?limit=3&cursor=\(cursor)"
        }
        #expect(found == all)
        let debug = try await fixture.get("\(path)?level=debug&limit=4")
        #expect(debug.ids.count == 4)
        #expect(debug.rows.allSatisfy { $0["level"] == "debug" })
    }

    @Test func aTestThatIsNotThereIsNotFound() async throws {
        try await fixture.run("a", .passed)
        for id in ["1", "3", "999", "x", "-2", "18446744073709551616"] {
            for part in ["", "/results", "/logs", "/metrics", "/logs?limit=1"] {
                let got = try await fixture.get("/api/testing/tests/\(id)\(part)")
                #expect(got.status == 404, "\(id)\(part)")
                #expect(got.code == "not_found")
            }
        }
    }

    @Test func aPieceAtATimeGivesTheSameBytes() async throws {
        let id = try await fixture.run("a", .passed, logs: 20)
        _ = try await fixture.service.test(id)
        let row = try #require(try await fixture.service.row(id, of: .history))
        let make = { [service = fixture.service] in
            TestRows.document(ofTest: id, row: row, service.views)
        }
        var whole = make()
        let bytes = try whole.next(size: .max)
        #expect(whole.isAtEnd)
        var rows = make()
        var pieces: [UInt8] = []
        var count = 0
        while !rows.isAtEnd {
            pieces += try rows.next(size: 1)
            count += 1
        }
        #expect(count > 3)
        #expect(pieces == bytes)
    }

    // MARK: Statistics

    @Test func statisticsAreAsTheBriefHasThem() async throws {
        try await fixture.run("old", .failed, rto: 9_000_000)
        fixture.advance(bySeconds: 7 * 86_400)
        for index in 0..<3 { try await fixture.run("k\(index)", .passed, rto: 1000) }
        let failed = try await fixture.run("f", .failed, type: "full_outage", rto: 4000)
        try await fixture.run("p", .failed, purpose: "proof")
        let got = try await fixture.get("/api/testing/stats?period=7d")
        #expect(got.data["period"] == "7d")
        let overall = got.data["overall"]
        #expect(overall?["total_tests"] == 4)
        #expect(overall?["completed_tests"] == 3)
        #expect(overall?["failed_tests"] == 1)
        #expect(overall?["success_rate"] == 75)
        #expect(overall?["avg_rto_ms"] == 1750)
        // Nothing was measured: unknown is not 0.
        #expect(overall?["avg_rpo_ms"] == .null)
        let types = got.data["by_type"]?.arrayValue ?? []
        #expect(types.map { $0["test_type"]?.stringValue } == ["custom", "full_outage"])
        #expect(types.map { $0["total"]?.intValue } == [3, 1])
        #expect(types.map { $0["failed"]?.intValue } == [0, 1])
        let recent = got.data["recent_tests"]?.arrayValue ?? []
        #expect(recent.count == 4)
        #expect(recent.first?["id"]?.intValue == Int(failed))
        let longer = try await fixture.get("/api/testing/stats?period=8d")
        #expect(longer.data["overall"]?["total_tests"] == 5)
        let one = try await fixture.get("/api/testing/stats?period=8d&type=full_outage")
        #expect(one.data["overall"]?["total_tests"] == 1)
        #expect(one.data["recent_tests"]?.arrayValue?.count == 1)
    }

    @Test func aPeriodMovesOnThoughNothingIsAppended() async throws {
        try await fixture.run("a", .passed)
        let path = "/api/testing/stats?period=1d"
        #expect(try await fixture.get(path).data["overall"]?["total_tests"] == 1)
        fixture.advance(bySeconds: 86_400)
        let next = try await fixture.get(path)
        #expect(next.data["overall"]?["total_tests"] == 0)
        #expect(next.data["overall"]?["success_rate"] == .null)
    }

    // MARK: Reports

    private func record(_ name: String, _ bytes: [UInt8]) async throws {
        var report = ReportGenerated()
        (report.id, report.reportName, report.reportType) = (1, "Week 48", "weekly")
        (report.periodEnd, report.generatedBy) = (1, "nightly")
        let digest = ContentHash.of(bytes[...]).bytes
        report.files = [
            ReportFile(name: name, format: "html", digest: digest, size: UInt64(bytes.count))
        ]
        try await fixture.append([.reportGenerated(report)], to: "reports")
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        let path = "\(fixture.store.directory.reports)/\(name)"
        try Data(bytes).write(to: URL(filePath: path))
    }

    @Test func aReportAndItsFileAreRead() async throws {
        let bytes = Array("<h1>Week 48</h1>".utf8)
        try write(bytes, to: "2026-W48.html")
        try await record("2026-W48.html", bytes)
        let report = try await fixture.get("/api/testing/reports/1")
        #expect(report.data["report_name"] == "Week 48")
        let list = try await fixture.get("/api/testing/reports?limit=20&type=weekly")
        #expect(list.rows == [report.data])
        #expect(try await fixture.get("/api/testing/reports?type=daily").rows == [])
        let file = try await fixture.get("/api/testing/reports/1/files/2026-W48.html")
        #expect(file.status == 200)
        #expect(file.bytes == bytes)
        #expect(file.headers[.contentType] == "text/html; charset=utf-8")
        #expect(file.headers[.contentSecurityPolicy]?.contains("sandbox") == true)
        #expect(try await fixture.get("/api/testing/reports/2").status == 404)
        #expect(try await fixture.get("/api/testing/reports/1/files/other.html").status == 404)
    }

    @Test func aFileThatIsNotWhatWasRecordedIsNotGiven() async throws {
        try await record("2026-W48.html", Array("right".utf8))
        let path = "/api/testing/reports/1/files/2026-W48.html"
        let missing = try await fixture.get(path)
        #expect(missing.status == 410 && missing.code == "file_missing")
        try write(Array("wrong".utf8), to: "2026-W48.html")
        let changed = try await fixture.get(path)
        #expect(changed.status == 410 && changed.code == "file_changed")
    }

    @Test func noNameLeadsOutOfTheFolderOfReports() async throws {
        let bytes = Array("secret".utf8)
        try write(bytes, to: "../keys/api.secret")
        try await record("../keys/api.secret", bytes)
        for name in ["../keys/api.secret", "..%2Fkeys%2Fapi.secret", "..", "."] {
            let got = try await fixture.get("/api/testing/reports/1/files/\(name)")
            #expect(got.status == 404, "\(name)")
        }
        await #expect(throws: APIError.notFound("file")) {
            try await fixture.service.reportFile("../keys/api.secret", ofReport: 1)
        }
    }
}
