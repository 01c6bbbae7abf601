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
        let formats = files.compactMap { $0["format"]?.stringValue }
        #expect(Set(formats) == ["html", "md", "csv", "json", "junit"])
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

    @Test func aDateThatEndsAPeriodIsInIt() async throws {
        let fixture = try await ChangingFixture()
        let made = try await fixture.send(
            .post, Self.path,
            #"{"report_type": "weekly", "period_start": "2026-11-16", "#
                + #""period_end": "2026-11-22"}"#)
        #expect(made.data["period_start"] == "2026-11-16T00:00:00.000Z")
        #expect(made.data["period_end"] == "2026-11-23T00:00:00.000Z")
    }

    @Test(arguments: [
        (#"{"report_type": "daily"}"#, "2026-11-23", "2026-11-24"),
        (#"{"report_type": "monthly"}"#, "2026-11-01", "2026-12-01"),
        (#"{"report_type": "compliance", "framework": "soc2"}"#, "2026-10-01", "2027-01-01"),
    ])
    func withoutAPeriodItIsTheOneThatItIsNow(
        _ body: String, _ start: String, _ end: String
    ) async throws {
        let fixture = try await ChangingFixture()
        let made = try await fixture.send(.post, Self.path, body)
        #expect(made.data["period_start"] == .string("\(start)T00:00:00.000Z"))
        #expect(made.data["period_end"] == .string("\(end)T00:00:00.000Z"))
    }

    @Test func aPeriodMayBeNamedAndTheFormatsChosen() async throws {
        let fixture = try await ChangingFixture()
        let made = try await fixture.send(
            .post, Self.path,
            #"{"report_type": "weekly", "period": "2026-W47", "formats": ["json", "json"]}"#)
        #expect(made.data["period_start"] == "2026-11-16T00:00:00.000Z")
        #expect(made.data["period_end"] == "2026-11-23T00:00:00.000Z")
        let names = made.data["files"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        #expect(names.count == 1)
        #expect(names.first?.hasPrefix("weekly-2026-W47-") == true)
        #expect(names.first?.hasSuffix(".json") == true)
    }

    @Test func whatTheLogEvidencesIsMadeForAFramework() async throws {
        let fixture = try await ChangingFixture()
        let made = try await fixture.send(
            .post, Self.path,
            #"{"report_type": "compliance", "framework": "dora", "period": "2026-Q4"}"#)
        #expect(made.status == 201)
        #expect(made.data["report_type"] == "compliance")
        let files = made.data["files"]?.arrayValue ?? []
        let formats = Set(files.compactMap { $0["format"]?.stringValue })
        #expect(formats == ["html", "md", "csv", "json", "oscal"])
        let names = files.compactMap { $0["name"]?.stringValue }
        #expect(names.count == files.count)
        #expect(names.allSatisfy { $0.hasPrefix("compliance-dora-2026-Q4-") })
        try fixture.expectCleanLog()
    }

    @Test func anIncidentIsAboutOneTestThatHasEnded() async throws {
        let fixture = try await ChangingFixture()
        let none = try await fixture.send(
            .post, Self.path, #"{"report_type": "incident", "test_id": 999}"#)
        #expect(none.status == 404)
        #expect(try fixture.events(of: "reports") == [])
    }

    @Test(arguments: [
        (#"{"report_type": "yearly"}"#, ["report_type"]), ("{}", ["report_type"]),
        (#"{"report_type": "incident"}"#, ["test_id"]),
        (#"{"report_type": "incident", "test_id": 2, "period": "2026-W47"}"#, ["period"]),
        (#"{"report_type": "custom"}"#, ["period_start", "period_end"]),
        (#"{"report_type": "compliance"}"#, ["framework"]),
        (#"{"report_type": "compliance", "framework": "iso9001"}"#, ["framework"]),
        (#"{"report_type": "daily", "framework": "soc2"}"#, ["framework"]),
        (#"{"report_type": "daily", "period": "2026-W47"}"#, ["period"]),
        (#"{"report_type": "weekly", "period": "soon"}"#, ["period"]),
        (#"{"report_type": "daily", "formats": ["docx"]}"#, ["formats"]),
        (#"{"report_type": "daily", "formats": []}"#, ["formats"]),
        (
            #"{"report_type": "custom", "period_start": "2026-11-16", "period_end": "2026-11-15"}"#,
            ["period_end"]
        ),
        (
            #"{"report_type": "daily", "period_start": "16.11.2026", "period_end": "2026-11-17"}"#,
            ["period_start"]
        ),
    ])
    func whatCannotBeMeantIsRefused(_ body: String, _ fields: [String]) async throws {
        let fixture = try await ChangingFixture()
        let refused = try await fixture.send(.post, Self.path, body)
        #expect(refused.status == 422)
        #expect(Set(refused.refusedFields).isSuperset(of: fields))
        #expect(try fixture.events(of: "reports") == [])
    }
}
