import DRTesting
import Testing

/// What may be said in `service_alerts`.
struct AlertsTests {
    private static func alert(_ message: String, test: UInt64 = 0) -> AlertRaised {
        var alert = AlertRaised.full
        (alert.id, alert.message, alert.testID) = (0, message, test)
        return alert
    }

    /// Decides and applies one command after another; all must be accepted.
    private func alerts(after commands: [Alerts.Command]) throws -> Alerts {
        var alerts = Alerts()
        for command in commands {
            for event in try Alerts.decide(command, in: alerts) { alerts.apply(event) }
        }
        return alerts
    }

    private func refusal(_ command: Alerts.Command, in alerts: Alerts) -> Alerts.Refusal? {
        do {
            _ = try Alerts.decide(command, in: alerts)
            return nil
        } catch {
            return error
        }
    }

    @Test func theSameCommandAgainAddsNothing() throws {
        let commands: [Alerts.Command] = [
            .raise(Self.alert("a")), .raise(Self.alert("b", test: 2)),
            .acknowledge(AlertAcknowledged(id: 1, by: "sre")),
            .acknowledge(AlertAcknowledged(id: 2, by: "sre")),
        ]
        var alerts = Alerts()
        for command in commands {
            let first = try Alerts.decide(command, in: alerts)
            #expect(first.count == 1, "\(command)")
            for event in first { alerts.apply(event) }
            let before = alerts
            #expect(try Alerts.decide(command, in: alerts) == [], "\(command)")
            #expect(alerts == before)
        }
    }

    @Test func alertsAreCountedFromOne() throws {
        let one = try alerts(after: [.raise(Self.alert("a"))])
        #expect(one[1]?.raised.message == "a")
        #expect(one[0] == nil && one[2] == nil && one[.max] == nil)
    }

    @Test func noAlertSaysItsID() throws {
        var given = Self.alert("b")
        given.id = 99
        let raised = try Alerts.decide(.raise(given), in: Alerts())
        #expect(raised == [.alertRaised(Self.alert("b"))])
        // Whatever an event says, the row is counted.
        var alerts = Alerts()
        alerts.apply(.alertRaised(given))
        #expect(alerts[1]?.raised == given && alerts[99] == nil)
    }

    @Test func theFirstWhoHasSeenItCounts() throws {
        let seen = AlertAcknowledged(id: 1, by: "sre")
        var alerts = try alerts(after: [.raise(Self.alert("a"))])
        #expect(try Alerts.decide(.acknowledge(seen), in: alerts) == [.alertAcknowledged(seen)])
        alerts.apply(.alertAcknowledged(seen))
        let late = AlertAcknowledged(id: 1, by: "chief")
        #expect(try Alerts.decide(.acknowledge(late), in: alerts) == [])
        alerts.apply(.alertAcknowledged(late))
        #expect(alerts[1]?.acknowledged == seen)
    }

    @Test func whatIsAboutNoTestCanHappenAgainOnceItIsKnown() throws {
        let seen = try alerts(after: [
            .raise(Self.alert("a")), .raise(Self.alert("b", test: 2)),
            .acknowledge(AlertAcknowledged(id: 1, by: "sre")),
            .acknowledge(AlertAcknowledged(id: 2, by: "sre")),
        ])
        #expect(try Alerts.decide(.raise(Self.alert("a")), in: seen).count == 1)
        #expect(try Alerts.decide(.raise(Self.alert("b", test: 2)), in: seen) == [])
    }

    @Test func whatTellsNothingIsRefused() {
        func refused(_ edit: (inout AlertRaised) -> Void) -> Alerts.Refusal? {
            var alert = Self.alert("a")
            edit(&alert)
            return refusal(.raise(alert), in: Alerts())
        }
        #expect(refused { $0.alertType = "" } == .empty("alert_type"))
        #expect(refused { $0.serviceName = "" } == .empty("service_name"))
        #expect(refused { $0.message = " " } == .empty("message"))
        #expect(refused { $0.severity = "loud" } == .unknownSeverity("loud"))
        #expect(refused { $0.message = String(repeating: "a", count: 65_000) } == .tooLarge)
        for severity in ["low", "medium", "high", "critical"] {
            #expect(refused { $0.severity = severity } == nil)
        }
    }

    @Test func onlyAnAlertThatIsThereIsAcknowledgedAndBySomebody() throws {
        let one = try alerts(after: [.raise(Self.alert("a"))])
        for id: UInt64 in [0, 2, .max] {
            let command = Alerts.Command.acknowledge(AlertAcknowledged(id: id, by: "sre"))
            #expect(refusal(command, in: one) == .unknownID(id))
        }
        let nobody = Alerts.Command.acknowledge(AlertAcknowledged(id: 1, by: " "))
        #expect(refusal(nobody, in: one) == .anonymous)
    }

    @Test func whatAForeignLogSaysOfNoAlertIsPassedOver() {
        var alerts = Alerts()
        alerts.apply(.alertAcknowledged(AlertAcknowledged(id: 5, by: "sre")))
        alerts.apply(.runStarted(RunStarted()))
        #expect(alerts == Alerts())
    }
}
