import DRTesting
import Testing

@testable import Engine
@testable import FaultProxy

/// What is not known any more, or is only believed, is not taken for evidence.
@Suite(.timeLimit(.minutes(2))) struct LostEvidenceTests {
    // MARK: Leases

    private static func fault(_ name: String, _ ending: FaultEnding.Reason?) -> RunFacts.FaultFact {
        var fault = RunFacts.FaultFact(name: name, effective: .now, passedBefore: 0)
        fault.ending = ending.map { FaultEnding(reason: $0, ended: .now) }
        return fault
    }

    /// A lift finds out how the fault has ended, and that belongs to its step.
    @Test func aStepLooksAtTheFaultsThatItLifted() {
        let before = [
            Self.fault("over", .expired), Self.fault("lifted in it", nil), Self.fault("kept", nil),
        ]
        let after = [
            before[0], Self.fault("lifted in it", .expired), before[2], Self.fault("new", .lifted),
        ]
        #expect(after.unended(in: before).map(\.name) == ["lifted in it", "kept", "new"])
        #expect(after.unended(in: after).map(\.name) == ["kept"])
        #expect(after.unended(in: []).count == 4)
    }

    // MARK: Plans

    @Test func aStepThatRestsOnThePlanOfARunnerDoesNotLoad() {
        let text = """
            name: Planned
            type: planned
            steps:
              - name: Fail
                component: storage
                expect:
                  - {observe: fault.fraction, equals: 0}
            """
        let error = #expect(throws: FileError.self) {
            try ScenarioReader.read(text, file: "planned.yaml")
        }
        #expect(error?.problems.first?.message.hasPrefix("the step rests only on what") == true)
    }

    // MARK: What has fallen out of its ring

    @Test func whatIsKnownInPartOnlyIsNotCounted() {
        let samples = [OperationSample.Outcome.served, .served, .failed].map {
            OperationSample.sample(.read, $0, from: .now, to: .now)
        }
        let whole = ObservationBoard.count(SampleWindow(samples), where: \.isServed)
        #expect(whole.value == .number(2))
        let part = ObservationBoard.count(
            SampleWindow(samples, isComplete: false), where: \.isServed)
        #expect(part.value == nil)
    }

    @Test func requestsThatTheSecondaryServedAreCountedWhileAllAreKnown() async throws {
        let folder = TemporaryDirectory()
        let rig = try await BoardRig(directory: folder.path)
        let fault = Self.fault("outage", nil)
        rig.facts.update { $0.faults = [fault] }
        var operation = ProxiedOperation(
            sequence: 1, method: "GET", bucket: "bucket", key: "key",
            agent: SystemUnderTest.Agent.store, metadata: [:], received: .now)
        operation.status = 200
        operation.finished = ContinuousClock.now + .seconds(1)
        for _ in 0..<OperationHistory.standardCapacity {
            rig.system.secondary?.wire.record(operation)
        }
        let all = await rig.board.look(at: "secondary.reads_served")
        #expect(all.value == .number(Double(OperationHistory.standardCapacity)))
        rig.system.secondary?.wire.record(operation)
        for name in ["secondary.reads_served", "secondary.early_operations"] {
            let rest = await rig.board.look(at: name)
            #expect(rest.value == nil, "\(name)")
        }
        await rig.system.stop()
        withExtendedLifetime(folder) {}
    }
}
