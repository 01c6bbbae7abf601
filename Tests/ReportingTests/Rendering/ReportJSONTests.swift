import DRTesting
import Testing
import Wire

@testable import Reporting

/// Reports as JSON, held to the schemas that are published with them.
struct ReportJSONTests {
    private typealias Fixture = HistoryFixture

    private func read(_ bytes: [UInt8]) throws -> JSONValue { try JSONValue(json: bytes) }

    @Test func aPeriodReportHasTheMembersOfItsSchema() throws {
        let check = try SchemaCheck(ReportSchema.period)
        for history in [Fixture.mixed, Fixture.history()] {
            let document = try read(PeriodReport(history).json)
            #expect(check.complaints(about: document) == [])
        }
    }

    @Test(arguments: Framework.allCases)
    func aComplianceReportHasTheMembersOfItsSchema(_ framework: Framework) throws {
        let check = try SchemaCheck(ReportSchema.compliance)
        for history in [Fixture.mixed, Fixture.history()] {
            let document = try read(ComplianceReport(history, framework: framework).json)
            #expect(check.complaints(about: document) == [])
        }
    }

    @Test func theCheckNoticesWhatIsOtherwise() throws {
        let check = try SchemaCheck(ReportSchema.period)
        let document = try read(PeriodReport(Fixture.mixed).json)
        let changes: [(String, JSONValue?)] = [
            ("more", 1), ("total_tests", nil), ("total_tests", "3"), ("success_rate", 101),
            ("report_type", "yearly"), ("period_start", "2026-11-23"), ("origin", .null),
        ]
        for (name, value) in changes {
            var object = try #require(document.objectValue)
            object[name] = value
            #expect(check.complaints(about: .object(object)) != [], "\(name)")
        }
    }

    /// A list without rows would show nothing of them.
    @Test func theListsOfTheMixedHistoryHaveRows() throws {
        let period = try read(PeriodReport(Fixture.mixed).json)
        for name in [
            "scorecard", "recovery_times", "successes", "findings", "recommendations", "advice",
            "not_run", "next", "test_summary",
        ] { #expect(period[name]?.arrayValue?.isEmpty == false, "\(name)") }
        #expect(period["due"]?["drills"]?.arrayValue?.isEmpty == false)
        let compliance = try read(ComplianceReport(Fixture.mixed, framework: .dora).json)
        for name in [
            "tally", "controls", "population", "due_drills", "findings", "excuses", "standings",
            "evidence", "unrecorded_facts",
        ] { #expect(compliance[name]?.arrayValue?.isEmpty == false, "\(name)") }
    }

    @Test func theSchemasSayWhatTheyAre() throws {
        let period = try JSONValue(json: ReportSchema.period)
        let compliance = try JSONValue(json: ReportSchema.compliance)
        #expect(period["$id"]?.stringValue == ReportSchema.periodID)
        #expect(compliance["$id"]?.stringValue == ReportSchema.complianceID)
        for schema in [period, compliance] {
            #expect(
                schema["$schema"]?.stringValue == "https://json-schema.org/draft/2020-12/schema")
        }
        let named = try read(PeriodReport(Fixture.mixed).json)["schema"]
        #expect(named?["id"]?.stringValue == ReportSchema.periodID)
        #expect(named?["version"]?.stringValue == "1.0")
    }

    @Test func theFiguresAreThoseOfTheHistory() throws {
        let report = try read(PeriodReport(Fixture.mixed).json)
        #expect(report["report_type"] == "weekly" && report["period"] == "2026-W48")
        #expect(report["period_start"] == "2026-11-23T00:00:00.000Z")
        #expect(report["total_tests"] == 3 && report["passed_tests"] == 1)
        #expect(report["failed_tests"] == 1 && report["inconclusive_tests"] == 1)
        #expect(report["cancelled_tests"] == 1 && report["running_tests"] == 1)
        // Of 60 and 130 seconds.
        #expect(report["avg_rto_ms"] == 95_000 && report["avg_rto_count"] == 2)
        #expect(report["due"]?["excused"] == 1 && report["due"]?["reconciled"] == true)
        let rows = report["test_summary"]?.arrayValue ?? []
        #expect(rows.map { $0["id"]?.intValue } == [10, 20, 30, 40, 50, 60])
        #expect(rows.map { $0["counted"]?.boolValue } == [true, true, true, false, false, false])
        #expect(rows[2]["rto_actual_ms"] == .null && rows[2]["verdict"] == "inconclusive")
        #expect(rows[3]["verdict"] == .null && rows[3]["exclusion"] == "cancelled")
        #expect(rows[5]["status"] == "under way" && rows[5]["ended_at"] == .null)
        #expect(report["origin"]?["position"] == 9000)
        #expect(report["origin"]?["verified"]?["hashed"] == 8000)
        #expect(report["origin"]?["verified"]?["stored"] == 1000)
    }

    @Test func whereNothingWasComparedNoCountOfKeysIsKnown() throws {
        let rows = try read(PeriodReport(Fixture.mixed).json)["integrity"]?.arrayValue ?? []
        let row = try #require(rows.first { $0["target"] == "eu.west" })
        #expect(row["drills"] == 1 && row["not_compared"] == 1)
        #expect(row["expected"] == .null && row["missing"] == .null && row["unchecked"] == .null)
    }

    @Test func theSentencesOfTheAdviceStandAlsoByThemselves() throws {
        let report = try read(PeriodReport(Fixture.mixed).json)
        let advice = try #require(report["advice"]?.arrayValue)
        #expect(advice.compactMap { $0["sentence"] } == report["recommendations"]?.arrayValue)
    }

    @Test func theSameHistoryGivesTheSameBytes() {
        #expect(PeriodReport(Fixture.mixed).json == PeriodReport(Fixture.mixed).json)
        #expect(
            ComplianceReport(Fixture.mixed, framework: .soc2).json
                == ComplianceReport(Fixture.mixed, framework: .soc2).json)
    }

    @Test(arguments: HistoryFixture.hostileTexts)
    func textsOfTheLogAreAsTheyWereAndHarmless(_ text: String) throws {
        let report = PeriodReport(Fixture.hostile(text))
        let compliance = ComplianceReport(Fixture.hostile(text), framework: .nis2)
        #expect(String(decoding: report.json, as: UTF8.self).isPrintedSafely)
        #expect(String(decoding: compliance.json, as: UTF8.self).isPrintedSafely)
        let row = try read(report.json)["test_summary"]?[0]
        #expect(row?["scenario"]?.stringValue?.hasSameScalars(as: text) == true)
        let member = try read(compliance.json)["population"]?[1]
        #expect(member?["environment"]?.stringValue?.hasSameScalars(as: text) == true)
        #expect(try SchemaCheck(ReportSchema.period).complaints(about: read(report.json)) == [])
    }
}

extension String {
    /// Nothing that a terminal obeys: JSON says it with an escape.
    fileprivate var isPrintedSafely: Bool {
        unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: !(0x202a...0x202e).contains(scalar.value)
            }
        }
    }
}
