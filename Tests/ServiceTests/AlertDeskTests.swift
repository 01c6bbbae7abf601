import DRTesting
import EventLog
import Logging
import Projections
import Testing
import Wire

@testable import Service

/// Alerts that no run raises.
struct AlertDeskTests {
    @Test func oneCauseRaisesOneAlert() async throws {
        let fixture = try AlertingFixture()
        let views = try ViewStore(fixture.store.reader)
        let desk = AlertDesk(store: fixture.store)
        try await fixture.alert("of a run")
        var alert = AlertRaised()
        (alert.alertType, alert.severity) = ("dr_overdue", "medium")
        (alert.serviceName, alert.message) = ("dr_testing", "overdue")
        #expect(try await desk.raise(alert, cause: "a"))
        #expect(try await desk.raise(alert, cause: "a") == false)
        #expect(try await desk.raise(alert, cause: "b"))
        try views.catchUp(AlertsView.self)
        let ids = try views.table(AlertsView.self).rows.map { try JSONValue(json: $0)["id"] }
        #expect(ids == [1, 2, 3])
        try fixture.verify()
    }

    @Test func anOverdueDrillIsToldOnceForEachTimeItWasDue() async throws {
        let fixture = try AlertingFixture()
        let views = try ViewStore(fixture.store.reader)
        var cadence = CadenceDefinition()
        (cadence.id, cadence.scenarioName, cadence.targetName) = (1, "Failover", "staging")
        (cadence.intervalMs, cadence.reason, cadence.by) = (86_400_000, "DORA", "sre")
        try await fixture.append(.cadenceCreated(cadence), to: Cadences.stream)
        // The log's own clock says when it was made.
        let made = try fixture.store.reader.head().recorded
        func look(daysLater days: UInt64) async throws -> Int {
            let now = made + days * 86_400_000_000 + 1_000_000
            let watch = AlertWatch(
                store: fixture.store, views: views, integrity: nil,
                clock: LogClock(now: { now }, uptime: { now }), logger: Logger(label: "test"))
            try await watch.lookForOverdue()
            return try fixture.events(of: Alerts.stream).count
        }
        #expect(try await look(daysLater: 0) == 0)
        #expect(try await look(daysLater: 1) == 1)
        #expect(try await look(daysLater: 1) == 1)
        #expect(try await look(daysLater: 2) == 2)
        try fixture.verify()
    }

    private struct Auditor: IntegrityChecking {
        let found: [String]

        func problems() async throws -> [String] { found }
    }

    @Test func aLogThatWasChangedIsToldOnceADay() async throws {
        let fixture = try AlertingFixture()
        let views = try ViewStore(fixture.store.reader)
        let watch = AlertWatch(
            store: fixture.store, views: views, integrity: Auditor(found: ["event 7 is another"]),
            logger: Logger(label: "test"))
        try await watch.checkIntegrity()
        let whole = AlertWatch(
            store: fixture.store, views: views, integrity: Auditor(found: []),
            logger: Logger(label: "test"))
        try await whole.checkIntegrity()
        guard case .alertRaised(let alert)? = try fixture.events(of: Alerts.stream).first else {
            Issue.record("nothing was raised")
            return
        }
        #expect(alert.alertType == "dr_integrity" && alert.severity == "critical")
        #expect(Alerts.types.contains(alert.alertType))
        #expect(alert.details.contains(NamedValue("failure_reason", "event 7 is another")))
        #expect(try fixture.events(of: Alerts.stream).count == 1)
    }

    private struct AbsentAuditor: IntegrityChecking {
        func problems() async throws -> [String] { throw AuditProgramError(status: "gone") }
    }

    @Test func aCheckThatCameToNoEndIsMadeAgainWithinTheDay() async throws {
        let fixture = try AlertingFixture()
        let views = try ViewStore(fixture.store.reader)
        func nextCheck(by auditor: any IntegrityChecking) async -> UInt64 {
            let watch = AlertWatch(
                store: fixture.store, views: views, integrity: auditor, clock: fixture.log,
                logger: Logger(label: "test"))
            return await watch.check()
        }
        #expect(await nextCheck(by: AbsentAuditor()) == fixture.now + 3_600_000_000)
        let tomorrow = (fixture.now / 86_400_000_000 + 1) * 86_400_000_000
        #expect(await nextCheck(by: Auditor(found: [])) == tomorrow)
        #expect(try fixture.events(of: Alerts.stream).isEmpty)
    }
}
