import DRTesting
import EventLog
import Foundation
import Merkle
import Testing

@testable import Projections

/// The tables of what people keep, and of what follows from it.
struct CatalogViewTests {
    private let fixture = LogFixture()

    private static let fields: [String: String] = [
        "test_scenarios": """
        id scenario_name test_type description test_steps expected_outcomes rto_target_ms \
        rpo_target_ms prerequisites cleanup_steps enabled created_at updated_at
        """,
        "test_schedules": """
        id scenario_id schedule_name cron_expression time_zone enabled last_run next_run run_count \
        failure_count created_at updated_at
        """,
        "test_reports": """
        id report_name report_type period_start period_end total_tests passed_tests failed_tests \
        avg_rto_ms avg_rpo_ms success_rate test_summary recommendations generated_at generated_by \
        files
        """,
        "service_alerts": """
        id alert_type severity service_name message details created_at acknowledged_at
        """,
        "findings": """
        id scenario test_type target target_kind environment status verdict error_message \
        occurrences opened_at opened_by_test last_seen_at last_seen_in_test closed_at \
        closed_by_test
        """,
        "excuses": """
        id scenario target due_at reason executor approver recorded_by enabled created_at updated_at
        """,
        "cadences": """
        id scenario target interval_ms grace_ms reason enabled last_success due_at overdue_at \
        created_at updated_at
        """,
        "statistics": """
        id day test_type environment target status verdict not_recovered rto_actual_ms \
        rpo_actual_ms components
        """,
    ]

    @Test func everyTableIsAView() {
        let ofTests = ["dr_tests", "test_results", "test_logs", "test_metrics"]
        let names = Views.all.map { $0.name }
        #expect(names.sorted() == (ofTests + Self.fields.keys).sorted())
    }

    @Test(arguments: CatalogViewTests.fields.keys.sorted())
    func rowsAreAsInTheSnapshot(view name: String) async throws {
        try await fixture.write(CatalogHistory.events)
        let view = try #require(Views.view(named: name))
        let table = try fixture.folded(view).table
        let expected = try History.snapshot(of: name)
        #expect(table.rows.map { String(decoding: $0, as: UTF8.self) } == expected)
        #expect(table.position == CatalogHistory.lastPosition)
        let fields = try #require(Self.fields[name]).split(separator: " ").map { String($0) }
        for row in table.rows { #expect(TopLevelNames.of(row) == fields, "\(name)") }
    }

    @Test func batchesOfARandomHistoryDoNotMatter() async throws {
        var random = SplitMix64(seed: Seed.value)
        var events = CatalogHistory.events
        for _ in 0..<150 { events.append(CatalogHistory.events.randomElement(using: &random)!) }
        try await fixture.write(events)
        let reader = try fixture.openReader()
        for view in Views.all {
            let digests = try [1, 7, 5000].map { batch in
                var folded = FoldedView(view)
                try folded.fold(reader, upTo: reader.head().position, batch: batch)
                return folded.digest
            }
            #expect(Set(digests).count == 1, "\(view.name), seed \(Seed.value)")
        }
    }

    // MARK: Rows that people keep

    @Test func aRowThatIsChangedIsAnotherRowWithItsId() async throws {
        var changed = CatalogHistory.scenario
        (changed.description, changed.rtoTargetMs) = ("Looks.", 1000)
        try await fixture.write([
            ScriptedEvent("scenarios", .scenarioCreated(CatalogHistory.scenario)),
            ScriptedEvent("scenarios", .scenarioDisabled(RowChange(id: 7, by: "sre"))),
            ScriptedEvent("scenarios", .scenarioChanged(changed)),
        ])
        let rows = try fixture.rows(of: ScenariosView.self)
        #expect(rows.map { $0["id"] as? Int } == [7])
        #expect(rows.map { $0["description"] as? String } == ["Looks."])
        #expect(rows.map { $0["rto_target_ms"] as? Int } == [1000])
        // Whether it is enabled is not part of what it says.
        #expect(rows.map { $0["enabled"] as? Bool } == [false])
        #expect(rows.map { $0["created_at"] as? String } == ["2026-11-23T08:30:01.000Z"])
        #expect(rows.map { $0["updated_at"] as? String } == ["2026-11-23T08:30:03.000Z"])
    }

    @Test func aRowThatIsRemovedIsGone() async throws {
        let events = Array(CatalogHistory.events.prefix(4))
        let removals: [ScriptedEvent] = [
            ScriptedEvent("scenarios", .scenarioRemoved(RowChange(id: 7, by: "sre"))),
            ScriptedEvent("schedules", .scheduleRemoved(RowChange(id: 1, by: "sre"))),
            ScriptedEvent("cadences", .cadenceRemoved(RowChange(id: 1, by: "sre"))),
        ]
        // What is said of it afterwards brings nothing back.
        let after = [CatalogHistory.failing.requested, CatalogHistory.failing.ended(.failed)]
        let passing = CatalogHistory.passing.whole(.passed)
        let changed = ScriptedEvent("scenarios", .scenarioChanged(CatalogHistory.scenario))
        try await fixture.write(events + removals + after + passing + [changed])
        let views: [any ReadModel.Type] = [
            ScenariosView.self, SchedulesView.self, CadencesView.self,
        ]
        for view in views {
            #expect(try fixture.folded(view).table.rows == [], "\(view.name)")
        }
    }

    @Test func whatIsSaidOfNoRowChangesNothing() async throws {
        let nobody = RowChange(id: 5, by: "sre")
        try await fixture.write([
            ScriptedEvent("scenarios", .scenarioChanged(CatalogHistory.scenario)),
            ScriptedEvent("schedules", .scheduleEnabled(nobody)),
            ScriptedEvent("schedules", .scheduleFired(CatalogHistory.fired)),
            ScriptedEvent("cadences", .cadenceDisabled(nobody)),
            ScriptedEvent("excuses", .excuseRemoved(nobody)),
            ScriptedEvent("alerts", .alertAcknowledged(AlertAcknowledged(id: 5, by: "ops"))),
        ])
        for view in Views.all { #expect(try fixture.folded(view).table.rows == [], "\(view.name)") }
    }

    @Test func whoSawAnAlertFirstCounts() async throws {
        try await fixture.write([
            ScriptedEvent("alerts", .alertRaised(CatalogHistory.alert)),
            ScriptedEvent("alerts", .alertAcknowledged(AlertAcknowledged(id: 1, by: "ops"))),
            ScriptedEvent("alerts", .alertAcknowledged(AlertAcknowledged(id: 1, by: "sre"))),
        ])
        let rows = try fixture.rows(of: AlertsView.self)
        #expect(rows.map { $0["acknowledged_at"] as? String } == ["2026-11-23T08:30:02.000Z"])
    }
}
