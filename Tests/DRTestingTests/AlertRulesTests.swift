import DRTesting
import Testing

/// Which alerts the end of a run gives rise to.
struct AlertRulesTests {
    private static func run(
        _ verdict: Verdict, _ status: RunStatus, purpose: String = "drill",
        edit: (inout RunFinished) -> Void = { _ in }
    ) -> TestRun {
        var request = RunRequested()
        (request.scenarioName, request.targetName) = ("Complete R2 Outage Simulation", "staging")
        (request.purpose, request.environment) = (purpose, "test")
        (request.rtoTargetMs, request.rpoTargetMs) = (1000, 500)
        var finish = RunFinished()
        (finish.status, finish.verdict) = (status, verdict)
        edit(&finish)
        var run = TestRun()
        run.apply(.runRequested(request))
        run.apply(.runFinished(finish))
        return run
    }

    private static func types(_ run: TestRun) -> [String] {
        let types = AlertRules.alerts(of: run, test: 2).map(\.alertType)
        #expect(types.allSatisfy { Alerts.types.contains($0) })
        return types
    }

    @Test func aFailedDrillSaysWhatTheBriefSays() throws {
        let run = Self.run(.failed, .failed) { finish in
            finish.errorMessage = "Circuit breaker did not open"
            (finish.rtoActualMs, finish.rpoActualMs) = (1000, 0)
        }
        let alerts = AlertRules.alerts(of: run, test: 123)
        #expect(alerts.map(\.alertType) == ["dr_test_failed"])
        let alert = try #require(alerts.first)
        #expect(alert.severity == "high" && alert.serviceName == "dr_testing")
        #expect(
            alert.message == "Disaster Recovery test failed: Complete R2 Outage Simulation")
        #expect(alert.testID == 123 && alert.id == 0)
        let reason = NamedValue("failure_reason", "Circuit breaker did not open")
        #expect(alert.details.contains(reason))
        #expect(alert.details.contains(NamedValue("rto_exceeded", "false")))
    }

    @Test func whatIsUnknownExceedsNothing() throws {
        let alerts = AlertRules.alerts(of: Self.run(.inconclusive, .failed), test: 2)
        #expect(alerts.map(\.alertType) == ["dr_test_inconclusive"])
        #expect(!alerts[0].details.contains { $0.name.hasSuffix("_exceeded") })
    }

    @Test func aMissedObjectiveIsAnAlertOfItsOwn() throws {
        let run = Self.run(.failed, .failed) { $0.rtoActualMs = 1001 }
        #expect(Self.types(run) == ["dr_test_failed", "dr_objective_missed"])
        let missed = AlertRules.alerts(of: run, test: 2)[1]
        #expect(missed.details.contains(NamedValue("rto_exceeded", "true")))
        #expect(missed.details.contains(NamedValue("rto_actual_ms", "1001")))
        #expect(!missed.details.contains { $0.name == "rpo_actual_ms" })
    }

    @Test func nothingIsSaidOfWhatPassedOrWasCalledOffOrIsNoDrill() {
        #expect(Self.types(Self.run(.passed, .completed)) == [])
        #expect(Self.types(Self.run(.none, .cancelled)) == [])
        for purpose in ["proof", "chaos", ""] {
            #expect(Self.types(Self.run(.failed, .failed, purpose: purpose)) == [], "\(purpose)")
        }
        #expect(Self.types(TestRun()) == [])
    }

    @Test func aCleanupThatFailedIsWorstAlsoOfARunThatWasCalledOff() {
        var run = Self.run(.none, .cancelled)
        var cleanup = CleanupFinished()
        cleanup.actions = [CleanupAction(name: "lift faults", isDone: false, detail: "no answer")]
        run.apply(.cleanupFinished(cleanup))
        let alerts = AlertRules.alerts(of: run, test: 2)
        #expect(alerts.map(\.alertType) == ["dr_cleanup_failed"])
        #expect(alerts.first?.severity == "critical")
        let reason = NamedValue("failure_reason", "lift faults: no answer")
        #expect(alerts.first?.details.contains(reason) == true)
    }

    @Test func longWordsDoNotKeepAnAlertOutOfTheLog() throws {
        let run = Self.run(.failed, .failed) {
            $0.errorMessage = String(repeating: "é", count: 60_000)
        }
        for alert in AlertRules.alerts(of: run, test: 2) {
            #expect(try Alerts.decide(.raise(alert), in: Alerts()).count == 1)
        }
    }
}
