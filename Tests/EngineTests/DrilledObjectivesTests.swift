import DRTesting
import S3
import Testing

@testable import Engine

/// What drills on a storage of the test's own record of objectives and comparisons.
@Suite(.timeLimit(.minutes(3))) struct DrilledObjectivesTests {
    /// What breaks is nothing that the proxy knows of.
    private static let unknownDamage = """
        name: Unknown damage
        type: unknown_damage
        objectives: {rto: 1m, rpo: 1m}
        workload:
          writes_per_second: 20
          reads_per_second: 20
          object_bytes: 128
          steady_for: 1s
          stable_for: 3s
        steps:
          - name: Break something
            component: storage
            action:
              custom: {name: break_something}
            expect:
              - {observe: wire.order_violations, equals: 0}

        """

    @Test func objectivesOfWhichNothingWasMeasuredAreNotMet() async throws {
        try await DrilledStorage.use { storage in
            let action = CustomAction(name: "break_something") { _, _ in }
            let record = try await storage.drill(Self.unknownDamage, actions: [action])
            let note: Comment = "\(record.complaint)"
            let rows = record.report.run.results.filter { $0.component == "objectives" }
            #expect(rows.map(\.verdict) == [.inconclusive, .inconclusive], note)
            #expect(record.report.finished.verdict == .inconclusive, note)
            let metrics = record.report.metrics.filter { $0.threshold != nil }
            #expect(metrics.map(\.name) == ["rto_actual_ms", "rpo_actual_ms"])
            #expect(metrics.allSatisfy { $0.value == nil })
            // Nobody asked for it, but something was done that nobody here knows.
            #expect(record.comparison?.subject == "final")
        }
    }

    /// Without objectives, and without a step that compares, the loss is still seen.
    @Test func whatARegisteredActionDestroysIsMissed() async throws {
        let scenario = Self.unknownDamage.replacing(
            "objectives: {rto: 1m, rpo: 1m}\n", with: "")
        try await DrilledStorage.use { storage in
            let action = CustomAction(name: "break_something") { _, _ in
                let keys = try await storage.client.listAll(
                    DrilledStorage.bucket, prefix: "dr-test/"
                ).map(\.key).filter { $0.contains("/data/") }
                for key in keys { try await storage.client.delete(key, in: DrilledStorage.bucket) }
            }
            let record = try await storage.drill(scenario, actions: [action])
            let note: Comment = "\(record.complaint)"
            let row = record.report.run.results.first {
                $0.testName == "Nothing acknowledged is lost"
            }
            #expect(row?.verdict == .failed, note)
            #expect(record.report.finished.verdict == .failed, note)
        }
    }

    private static let restore = """
        name: Restored twice
        type: backup_restore
        workload:
          writes_per_second: 20
          reads_per_second: 20
          object_bytes: 128
          steady_for: 1s
          stable_for: 3s
        steps:
          - name: Restore
            component: backup
            required: true
            actions:
              - create_data: {writes: 60, overwrites: 10, deletes: 10}
              - take_backup: {type: full}
              - create_data: {writes: 20, overwrites: 5, deletes: 5}
              - pause_load: {}
              - destroy_objects: {deleted: 15, corrupted: 10}
              - restore_backup: {into: primary}
              - compare_backup: {}
              - restore_backup: {into: empty}
              - compare_backup: {}
            expect:
              - {observe: restore.compared, at_least: 50}

        """

    @Test func everyComparisonOfARestoreIsKept() async throws {
        try await DrilledStorage.use { storage in
            let record = try await storage.drill(Self.restore, actions: [])
            let note: Comment = "\(record.complaint)"
            let comparisons = record.events.compactMap { event -> LedgerCompared? in
                if case .ledgerCompared(let compared) = event { compared } else { nil }
            }
            #expect(
                comparisons.map(\.subject) == [
                    "restore", "before restore", "restored copy", "final",
                ], note)
            // What a backup cannot have is lost by its restore, and by nothing else.
            let damaged = comparisons.map { $0.keys - $0.intact }
            try #require(damaged.count == 4, note)
            #expect(damaged[0] == 0 && damaged[1] > 0 && damaged[2] == 0 && damaged[3] == 0, note)
            // The RTO in its parts: objects are gone until their restore begins.
            let time = try #require(record.metric("rto_actual_ms"), note)
            let held = try #require(record.metric("fault_held_ms"), note)
            let rest = try #require(record.metric("recovery_after_lift_ms"), note)
            #expect(abs(held + rest - time) < 0.01)
            #expect(record.metric("time_to_detect_ms") == nil)
            #expect(record.mark("lifted") == nil && record.mark("restore started") != nil)
        }
    }
}
