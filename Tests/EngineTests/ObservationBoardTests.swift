import DRTesting
import ResilientStorage
import Testing

@testable import Engine
@testable import FaultProxy

/// Against an embedded storage system that really runs.
struct ObservationBoardTests {
    /// What is looked at before anything has happened; `nil` where there is nothing to see.
    private static let before: [String: String?] = [
        "proxy.passed_during_fault": nil, "workload.not_served_ratio": nil,
        "workload.deferred_writes": nil, "workload.restored": nil, "breaker.state": "closed",
        "breaker.failed_calls": "0", "breaker.half_open_seen": nil, "queue.depth": "0",
        "queue.killed_acknowledged": nil, "queue.killed_missing": nil,
        "receiver.early_notices": "0", "receiver.degraded_notices": "0", "fault.ended_by": nil,
        "fault.in_force": "0", "fault.fraction": nil, "fault.struck": nil,
        "probe.served_since_lift": nil, "wire.order_violations": "0", "wire.duplicates": "0",
        "ledger.compared": nil, "ledger.damaged": nil, "ledger.unexpected": nil,
    ]

    /// After everything that `Rig.experience` makes happen.
    private static let after: [String: String] = [
        "workload.not_served_ratio": "0.75", "workload.deferred_writes": "2",
        "fault.in_force": "0", "fault.fraction": "0", "fault.struck": "0",
        "breaker.state": "closed", "breaker.failed_calls": "5",
        "breaker.half_open_seen": "true", "queue.depth": "0", "queue.killed_acknowledged": "7",
        "queue.killed_missing": "3", "receiver.early_notices": "0",
        "receiver.degraded_notices": "0", "fault.ended_by": "lifted",
        "probe.served_since_lift": "0", "wire.order_violations": "2", "wire.duplicates": "1",
        "ledger.compared": "3", "ledger.damaged": "2", "ledger.unexpected": "4",
    ]

    @Test func whatIsSeenIsOfTheKindThatTheCatalogSays() async throws {
        try await withRig { rig in
            try await rig.experience()
            var seenCount = 0
            for entry in ObservationCatalog.entries {
                guard let value = await rig.board.look(at: entry.name).value else { continue }
                seenCount += 1
                #expect(value.kind == entry.kind, "\(entry.name): \(value)")
            }
            #expect(seenCount >= Self.after.count)
        }
    }

    @Test func everyNameIsAnsweredByWhatItStandsFor() async throws {
        try await withRig { rig in
            try await rig.experience()
            for (name, expected) in Self.after {
                let seen = await rig.board.look(at: name)
                #expect(seen.value?.description == expected, "\(name)")
            }
            let ratio = await rig.board.look(at: "workload.not_served_ratio")
            #expect(ratio.samples == 4)
        }
    }

    @Test func whatHasNotHappenedIsNotSeen() async throws {
        try await withRig { rig in
            for (name, expected) in Self.before {
                let seen = await rig.board.look(at: name)
                #expect(seen.value?.description == expected, "\(name)")
            }
            for name in ["nobody.knows", "", "breaker2.state"] {
                let seen = await rig.board.look(at: name)
                #expect(seen == Observation(nil))
            }
        }
    }

    @Test func faultsAreInForceUntilAllProxiesHaveLiftedThem() async throws {
        try await withRig { rig in
            for (name, endpoint) in [("first", "primary"), ("second", "backup")] {
                let plan = FaultPlan(
                    name: name, endpoint: endpoint, kind: .latency, fraction: 0, status: 503,
                    delay: .zero)
                let lease = try await rig.system.faults.inject(plan, seed: 1)
                let fault = RunFacts.FaultFact(
                    name: name, effective: lease.effective, passedBefore: 0)
                rig.facts.update { $0.faults.append(fault) }
            }
            #expect(await rig.board.look(at: "fault.in_force").value == .number(2))
            #expect(await rig.board.look(at: "fault.ended_by").value == .text("in force"))
            try await rig.system.faults.lift("second")
            #expect(await rig.board.look(at: "fault.ended_by").value == .text("lifted"))
            #expect(await rig.board.look(at: "fault.in_force").value == .number(1))
            try await rig.system.faults.lift("first")
            #expect(await rig.board.look(at: "fault.in_force").value == .number(0))
        }
    }

    /// What was never away cannot come back.
    @Test func onlyServiceThatWasLostIsSeenToBeRestored() async throws {
        try await withRig { rig in
            try await rig.experience()
            #expect(await rig.board.look(at: "workload.restored").value == nil)
            let lost = OperationSample.sample(.write, .failed, from: .now, to: .now)
            rig.workload.history.add(OperationNote(sample: lost, key: "key", detail: ""))
            #expect(await rig.board.look(at: "workload.restored").value == .flag(false))
        }
    }

    private func withRig(_ body: (BoardRig) async throws -> Void) async throws {
        let folder = TemporaryDirectory()
        let rig = try await BoardRig(directory: folder.path)
        do {
            try await body(rig)
        } catch {
            await rig.system.stop()
            throw error
        }
        await rig.system.stop()
        withExtendedLifetime(folder) {}
    }
}

extension ObservedValue {
    fileprivate var kind: ObservationCatalog.ValueKind {
        switch self {
        case .number: .number
        case .text: .text
        case .flag: .flag
        }
    }
}
