import Crypto
import EventLog
import Foundation
import HTTPTypes
import Merkle
import Testing
import Wire

@testable import HTTPAPI

/// Reports that are made when they are asked for.
struct ReportChangesTests {
    private static let path = "/api/testing/reports/generate"

    @Test func aReportIsMadeAndItsFilesHashToWhatIsRecorded() async throws {
        let fixture = try await ChangingFixture()
        let made = try await fixture.send(
            .post, Self.path,
            #"{"report_type": "weekly", "period_start": "2026-11-16T00:00:00Z", "#
                + #""period_end": "2026-11-22T23:59:59Z", "report_name": "Weekly DR Test Report"}"#)
        #expect(made.status == 201)
        #expect(made.data["report_name"] == "Weekly DR Test Report")
        #expect(made.data["report_type"] == "weekly")
        #expect(made.data["generated_by"] == "ada")
        #expect(made.data["total_tests"] == 0)
        #expect(made.data["success_rate"] == .null)
        let files = try #require(made.data["files"]?.arrayValue)
        #expect(files.compactMap { $0["format"]?.stringValue } == ["html", "json"])
        for file in files {
            let name = try #require(file["name"]?.stringValue)
            let folder = fixture.store.directory.reports
            let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
            let digest = Hexadecimal.encode(SHA256.hash(data: bytes))
            #expect(file["sha256"]?.stringValue == digest)
            #expect(file["size_bytes"]?.intValue == bytes.count)
        }
        try fixture.expectCleanLog()
    }

    @Test func theLastSecondOfADayBelongsToThePeriodThatEndsWithIt() async throws {
        let fixture = try await ChangingFixture()
        let made = try await fixture.send(
            .post, Self.path,
            #"{"report_type": "custom", "period_start": "2026-11-16", "#
                + #""period_end": "2026-11-22T23:59:59Z"}"#)
        #expect(made.data["period_end"] == "2026-11-23T00:00:00.000Z")
    }

    @Test func withoutAPeriodItIsTheOneThatItIsNow() async throws {
        let fixture = try await ChangingFixture()
        let made = try await fixture.send(.post, Self.path, #"{"report_type": "daily"}"#)
        #expect(made.data["period_start"] == "2026-11-23T00:00:00.000Z")
        #expect(made.data["period_end"] == "2026-11-24T00:00:00.000Z")
    }

    @Test(arguments: [
        (#"{"report_type": "yearly"}"#, ["report_type"]), ("{}", ["report_type"]),
        (#"{"report_type": "incident"}"#, ["period_start", "period_end"]),
        (
            #"{"report_type": "custom", "period_start": "2026-11-16", "period_end": "2026-11-16"}"#,
            ["period_end"]
        ),
        (
            #"{"report_type": "daily", "period_start": "16.11.2026", "period_end": "2026-11-17"}"#,
            ["period_start"]
        ),
    ])
    func aPeriodThatIsNoneIsRefused(_ body: String, _ fields: [String]) async throws {
        let fixture = try await ChangingFixture()
        let refused = try await fixture.send(.post, Self.path, body)
        #expect(refused.status == 422)
        #expect(Set(refused.refusedFields).isSuperset(of: fields))
        #expect(try fixture.events(of: "reports") == [])
    }
}
