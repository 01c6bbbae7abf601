import DRTesting
import Testing

/// When a drill that nobody ran is overdue.
struct OverdueDrillsTests {
    private static let due: UInt64 = 1_000_000_123
    private static let day: UInt64 = 86_400_000_000

    /// Weekly, with a day of grace.
    private static let cadence = CadenceStanding(
        id: 7, scenario: "Failover", target: "staging", intervalMs: 7 * 86_400_000,
        graceMs: 86_400_000, dueTime: due, lastSuccess: nil)

    private func overdue(at now: UInt64, excuses: [UInt64] = []) -> [UInt64] {
        OverdueDrills.overdue(
            [Self.cadence],
            excuses: excuses.map {
                ExcusedDrill(scenario: "Failover", target: "staging", dueTime: $0)
            }, at: now
        ).map(\.dueTime)
    }

    @Test func itIsOverdueWhenItsGraceIsOver() {
        #expect(overdue(at: 0) == [])
        #expect(overdue(at: Self.due + Self.day) == [])
        #expect(overdue(at: Self.due + Self.day + 1) == [Self.due])
    }

    @Test func itIsDueAnewAfterEachInterval() {
        let second = Self.due + 7 * Self.day
        #expect(overdue(at: second + Self.day) == [Self.due])
        #expect(overdue(at: second + Self.day + 1) == [second])
        #expect(overdue(at: second + 700 * Self.day + Self.day + 1) == [second + 700 * Self.day])
    }

    @Test func anExcuseIsForOneDrillAndNoLaterOne() {
        let now = Self.due + Self.day + 1
        // As tables show it: in whole milliseconds.
        #expect(overdue(at: now, excuses: [Self.due / 1000 * 1000]) == [])
        #expect(overdue(at: now, excuses: [Self.due + Self.day]) == [])
        #expect(overdue(at: now, excuses: [Self.due - 1000]) == [Self.due])
        let second = Self.due + 7 * Self.day
        #expect(overdue(at: second + Self.day + 1, excuses: [Self.due]) == [second])
    }

    @Test func anExcuseOfAnotherTargetExcusesNothing() {
        let excuse = ExcusedDrill(scenario: "Failover", target: "production", dueTime: Self.due)
        let found = OverdueDrills.overdue(
            [Self.cadence], excuses: [excuse], at: Self.due + 2 * Self.day)
        #expect(found.map(\.cadence.id) == [7])
    }

    @Test func timesBeyondAllTimesAreNeverReached() {
        let never = CadenceStanding(
            id: 1, scenario: "a", target: "b", intervalMs: .max, graceMs: .max, dueTime: .max,
            lastSuccess: nil)
        #expect(OverdueDrills.overdue([never], excuses: [], at: .max) == [])
    }

    @Test func theAlertNamesTheDrill() {
        let alert = OverdueDrill(cadence: Self.cadence, dueTime: Self.due).alert { "at \($0)" }
        #expect(alert.alertType == "dr_overdue" && alert.testID == 0)
        #expect(Alerts.types.contains(alert.alertType))
        #expect(alert.message == "Disaster Recovery test overdue: Failover on staging")
        #expect(alert.details.contains(NamedValue("due_at", "at \(Self.due)")))
        #expect(alert.details.contains(NamedValue("last_success", "never")))
    }
}
