import DRTesting
import ResilientStorage

@testable import Engine
@testable import FaultProxy

/// An embedded storage system, with a load that no task puts on it.
struct BoardRig: Sendable {
    let system: SystemUnderTest
    let workload: Workload
    let probes: Probes
    let facts = RunFacts()

    init(directory: String) async throws {
        system = try await SystemUnderTest(
            target: .embedded, directory: directory, sabotage: nil, observer: { _ in })
        let plan = WorkloadPlan(
            writesPerSecond: 1, readsPerSecond: 1, objectBytes: 64, steadyFor: .seconds(1),
            stableFor: .seconds(1))
        workload = Workload(store: system.store, plan: plan, prefix: "dr-test/a/", seed: 1)
        probes = Probes(
            client: system.probeClient, bucket: system.primary.bucket, key: "dr-test/a/probe")
    }

    var board: ObservationBoard {
        ObservationBoard(
            system: system, workload: workload, probes: probes, facts: facts,
            stableFor: .seconds(1))
    }

    /// Something of everything that can be observed, each in another number.
    func experience() async throws {
        try await experienceFault()
        addOperations()
        let comparison = compareLedger()
        for sequence in [2, 1, 1] { system.wire.record(Self.put(sequence)) }
        facts.update { state in
            state.killedQueue = RunFacts.KilledQueue(acknowledged: 7, missing: 3)
            state.comparison = comparison
        }
    }

    /// A fault that strikes nothing, lifted again, and a breaker that opened meanwhile.
    private func experienceFault() async throws {
        let plan = FaultPlan(
            name: "outage", endpoint: "primary", kind: .latency, fraction: 0, status: 503,
            delay: .zero)
        let lease = try await system.faults.inject(plan, seed: 1)
        var events = (1...5).map { attempt in
            StorageEvent.attemptFailed("503", attempt: attempt, at: .now)
        }
        var breaker = CircuitBreaker()
        for _ in 0..<3 {
            let (admission, _) = breaker.admit(at: lease.effective)
            if let change = breaker.failed(admission, at: lease.effective) {
                events.append(.breaker(change, at: .now))
            }
        }
        events.append(.degradedEntered(incident: "incident-1", at: .now))
        try await system.faults.lift("outage")
        let ending = await system.faults.ending(of: "outage")
        if let change = breaker.reset() { events.append(.breaker(change, at: .now)) }
        let happened = events
        facts.update { state in
            state.fault = RunFacts.FaultFact(
                name: "outage", effective: lease.effective, passedBefore: 0, ending: ending)
            state.events = happened
        }
    }

    /// One operation in four is served; two writes are deferred.
    private func addOperations() {
        // So late that however slow the test is, they have ended just now.
        let end = ContinuousClock.now + .seconds(600)
        let operations: [(OperationSample.Kind, OperationSample.Outcome)] = [
            (.write, .deferred), (.write, .deferred), (.read, .deferred), (.write, .served),
        ]
        for (kind, outcome) in operations {
            workload.history.add(.sample(kind, outcome, from: .now, to: end))
        }
    }

    /// Three keys were written, one is intact; four objects are of nobody.
    private func compareLedger() -> LedgerComparison {
        let ledger = Ledger()
        for key in ["a", "b", "c"] {
            guard let begun = ledger.begin(key, at: .now, body: { _ in Array(key.utf8) }) else {
                continue
            }
            ledger.end(key, sequence: begun.sequence, outcome: .served, at: .now)
        }
        let stored = ["a": Array("a".utf8), "w": [], "x": [], "y": [], "z": []]
        return LedgerComparison(ledger: ledger.versions, stored: stored)
    }

    private static func put(_ sequence: Int) -> ProxiedOperation {
        var operation = ProxiedOperation(
            sequence: sequence, method: "PUT", bucket: "bucket", key: "key", agent: "dr-store",
            metadata: [Workload.sequenceHeader: "\(sequence)"], received: .now)
        operation.status = 200
        return operation
    }
}
