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
            target: .embedded,
            setting: SystemUnderTest.Setting(
                directory: directory, keys: DrillKeys(runKey: "a"), usesFailover: false,
                system: SystemPlan()),
            sabotage: nil, observer: { _ in })
        let plan = WorkloadPlan(
            writesPerSecond: 1, readsPerSecond: 1, objectBytes: 64, steadyFor: .seconds(1),
            stableFor: .seconds(1))
        let clock = RunClock(start: .now, startTime: 0)
        workload = Workload(
            store: system.store, plan: plan, prefix: "dr-test/a/data/", seed: 1, clock: clock)
        probes = Probes(of: system.probed, clock: clock)
    }

    var board: ObservationBoard {
        ObservationBoard(
            system: system, workload: workload, probes: probes, facts: facts,
            stableFor: .seconds(1),
            custom: ObservationBoard.Custom(
                extensions: ScenarioExtensions(), context: NoContext()))
    }

    /// Something of everything that can be observed, each in another number.
    func experience() async throws {
        try await experienceFault()
        addOperations()
        let comparison = compareLedger()
        let wire = system.primary.wire
        for sequence in [2, 1] { wire.record(Self.put(sequence)) }
        wire.acknowledged(1, of: "key", at: .now)
        wire.record(Self.put(1))
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
            var fault = RunFacts.FaultFact(
                name: "outage", effective: lease.effective, passedBefore: 0)
            fault.ending = ending
            state.faults = [fault]
            for event in happened { state.note(event) }
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
            let sample = OperationSample.sample(kind, outcome, from: .now, to: end)
            workload.history.add(OperationNote(sample: sample, key: "key", detail: ""))
        }
    }

    /// Three keys were written, one is intact; four objects are of nobody.
    private func compareLedger() -> LedgerComparison {
        let objects = SyntheticObjects(seed: 1, bytes: 64)
        let keys = KeySpace(prefix: "", count: 3)
        var book = LedgerBook(keys: 3)
        for key in 0..<3 {
            let write = book.begin(.creation, of: key, at: .now)
            book.end(write, as: .served, at: .now)
        }
        var stored = [keys.names[0]: StoredObject(objects.body(of: 0, sequence: 1))]
        for stranger in ["w", "x", "y", "z"] { stored[stranger] = StoredObject([]) }
        return LedgerComparison(
            book.expectations(), stored: stored, keys: keys, objects: objects)
    }

    private static func put(_ sequence: Int) -> ProxiedOperation {
        var operation = ProxiedOperation(
            sequence: sequence, method: "PUT", bucket: "bucket", key: "key", agent: "dr-store",
            metadata: [Workload.sequenceHeader: "\(sequence)"], received: .now)
        operation.status = 200
        return operation
    }
}

/// For boards that nothing was registered for.
private struct NoContext: DrillContext {
    let prefix = ""

    func put(_ body: [UInt8], to key: String) async -> StorageOutcome<Void> {
        .refused("", at: .now)
    }
    func get(_ key: String) async -> StorageOutcome<[UInt8]?> { .refused("", at: .now) }
    func delete(_ key: String) async -> StorageOutcome<Void> { .refused("", at: .now) }
    func log(_ message: String) async {}
}
