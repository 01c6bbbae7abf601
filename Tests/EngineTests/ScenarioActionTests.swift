import DRTesting
import Testing

@testable import Engine

struct ScenarioActionTests {
    /// Every action, as it is written and as it is read, in an order that makes sense.
    private static let table: [(text: String, action: Action)] = [
        (
            "inject_fault: {name: a, kind: hang}",
            .injectFault(
                FaultPlan(
                    name: "a", endpoint: "primary", kind: .hang, fraction: 1, status: 503,
                    delay: .seconds(1)))
        ), ("change_fault: {name: a, fraction: 0.25}", .changeFault("a", fraction: 0.25)),
        ("lift_fault: {name: a}", .liftFault("a")),
        (
            "run_episodes: {kinds: [slow, hang, slow], open_within: 5s, closed_within: 1m}",
            .runEpisodes(
                [.slow, .hang, .slow], openWithin: .seconds(5), closedWithin: .seconds(60))
        ), ("wait: {for: 1500ms}", .wait(.milliseconds(1500))),
        ("call_storage: {times: 3}", .callStorage(times: 3)),
        ("kill_queue: {after_acknowledgements: 200}", .killQueue(afterAcknowledgements: 200)),
        (
            "create_data: {writes: 20, deletes: 5}",
            .createData(writes: 20, overwrites: 0, deletes: 5)
        ), ("take_backup: {type: full}", .takeBackup(.full)),
        ("take_backup: {type: incremental}", .takeBackup(.incremental)),
        ("verify_backup: {}", .verifyBackup), ("pause_load: {}", .pauseLoad),
        ("destroy_objects: {corrupted: 2}", .destroyObjects(deleted: 0, corrupted: 2)),
        ("restore_backup: {into: primary}", .restoreBackup(into: .primary)),
        ("restore_backup: {into: empty}", .restoreBackup(into: .empty)),
        ("compare_backup: {}", .compareBackup), ("resume_load: {}", .resumeLoad),
        ("set_read_only: {enabled: true}", .setReadOnly(true)),
        ("set_read_only: {enabled: false}", .setReadOnly(false)),
        ("await_failback: {within: 2m}", .awaitFailback(within: .seconds(120))),
        ("compare_ledger: {drained_within: 30s}", .compareLedger(drainedWithin: .seconds(30))),
        ("compare_sites: {}", .compareSites),
        (
            "measure_baseline: {for: 30s, rate: 12.5}",
            .measureBaseline(lasting: .seconds(30), rate: 12.5)
        ),
        (
            "sweep_clients: {clients: [1, 2, 16], each: 3s}",
            .sweepClients([1, 2, 16], each: .seconds(3))
        ),
        (
            "transfer_large: {count: 3, bytes: 20971520}",
            .transferLarge(count: 3, bytes: 20_971_520)
        ),
        ("stress: {limit_factor: 40, each: 2s}", .stress(limitFactor: 40, each: .seconds(2))),
        ("rest: {for: 5s}", .rest(.seconds(5))),
        (
            "custom: {name: cut_cable, length: 3, where: \"${place}\"}",
            .custom(
                name: "cut_cable",
                parameters: [NamedValue("where", "cellar"), NamedValue("length", "3")])
        ),
    ]

    private func scenario(_ actions: String) throws -> Scenario {
        var extensions = ScenarioExtensions()
        extensions.register(
            CustomAction(name: "cut_cable", parameters: ["where", "length"]) { _, _ in })
        let text = """
            name: a
            type: b
            variables: {place: cellar}
            steps:
              - name: c
                component: d
            \(actions)
                expect:
                  - {observe: ledger.damaged, equals: 0}
            """
        return try ScenarioReader.read(text, file: "a.yaml", extensions: extensions)
    }

    @Test func everyActionIsReadAsItIsWritten() throws {
        let lines = Self.table.map { "      - \($0.text)" }.joined(separator: "\n")
        let scenario = try scenario("    actions:\n\(lines)")
        #expect(scenario.steps[0].actions == Self.table.map(\.action))
    }

    @Test func anActionIsCalledAsItIsWritten() {
        for (text, action) in Self.table {
            #expect(text.hasPrefix(action.name + ":"))
        }
        #expect(Set(Self.table.map(\.action.name)).count == 25)
    }

    @Test func oneActionNeedsNoList() throws {
        let scenario = try scenario("    action:\n      wait: {for: 1s}")
        #expect(scenario.steps[0].actions == [.wait(.seconds(1))])
    }
}
