import DRTesting
import FaultProxy
import ResilientStorage
import S3
import Synchronization
import Testing

@testable import Engine

/// A network whose ports are switched off and on.
final class PortNetwork: Sendable {
    private struct Failure: Error {}

    private struct State {
        var down: Set<String> = []
        var changes: [String] = []
    }

    private let state = Mutex(State())

    /// Everything that was done, in order.
    var changes: [String] { state.withLock { $0.changes } }

    func disable(_ port: String?) async throws {
        guard let port else { throw Failure() }
        state.withLock { state in
            state.down.insert(port)
            state.changes.append("\(port) off")
        }
    }

    func enable(_ port: String?) async throws {
        guard let port else { throw Failure() }
        state.withLock { state in
            state.down.remove(port)
            state.changes.append("\(port) on")
        }
    }

    func portsDown() async throws -> Int { state.withLock { $0.down.count } }
}

/// Actions and observations that a program has registered, in a drill.
@Suite(.timeLimit(.minutes(2))) struct CustomDrillTests {
    private struct Refused: Error {}

    /// Names what the page registers, and what this test does.
    private static let scenario = """
        name: Unplugged Port
        type: network
        workload:
          writes_per_second: 20
          reads_per_second: 20
          object_bytes: 128
          steady_for: 1s
          stable_for: 3s
        steps:
          - name: Unplug a port
            component: network
            actions:
              - custom: {name: unplug_port, port: "7"}
              - custom: {name: leave_traces}
            expect:
              - {observe: network.ports_down, equals: 1, within: 10s}
              - {observe: storage.traces, equals: 1}

        """

    private static let action = CustomAction(name: "leave_traces") { context, _ in
        for key in ["kept", "gone"] {
            guard case .served = await context.put(Array(key.utf8), to: key) else {
                throw Refused()
            }
        }
        guard case .served = await context.delete("gone") else { throw Refused() }
        await context.log("traces are left")
    }

    /// Of a group that the catalog has too.
    private static let observation = CustomObservation(
        name: "storage.traces", source: .bytes, meaning: "objects that the action has left"
    ) { context in
        var count = 0
        for key in ["kept", "gone"] {
            guard case .served(let body?, _) = await context.get(key) else { continue }
            if body == Array(key.utf8) { count += 1 }
        }
        return Observation(.number(Double(count)))
    }

    @Test func aDrillDoesAndSeesWhatWasRegisteredAndPutsItBack() async throws {
        try await DrilledStorage.use { storage in
            let network = PortNetwork()
            let text = try #require(try CustomScenariosPage.examples(in: "yaml").last)
            var extensions = try portRequest(text, on: network).extensions
            extensions.register(Self.action)
            extensions.register(Self.observation)
            let record = try await storage.drill(Self.scenario, extensions)
            let note: Comment = "\(record.complaint)"
            #expect(record.report.finished.verdict == .passed, note)

            let steps = record.report.run.results.filter { $0.testName == "Unplug a port" }
            let seen = steps.flatMap(\.observations).map { [$0.name, $0.source, $0.value] }
            #expect(
                seen == [
                    ["network.ports_down", "receiver", "1"], ["storage.traces", "bytes", "1"],
                ],
                note)
            let logged = record.events.compactMap { event -> String? in
                guard case .logRecorded(let entry) = event, entry.component == "custom" else {
                    return nil
                }
                return entry.message
            }
            #expect(logged == ["a port is unplugged", "traces are left"])

            #expect(network.changes == ["7 off", "7 on"])
            let undone = (record.report.run.cleanup?.actions ?? []).filter {
                $0.name.hasPrefix("undo")
            }
            #expect(undone.map(\.name) == ["undo 'unplug_port'"])
            #expect(undone.map(\.isDone) == [true])
            try await expectOnlyTraces(on: storage)
        }
    }

    /// Through the storage system, below the prefix of the run, and removed with it.
    private func expectOnlyTraces(on storage: DrilledStorage) async throws {
        let calls = storage.wire.all.filter { $0.key.contains("/custom/") }
        let writes = calls.filter { $0.method == "PUT" || $0.method == "DELETE" }
        let made = writes.filter { $0.agent == SystemUnderTest.Agent.store }.map { call in
            "\(call.method) \(call.key.split(separator: "/").last ?? "")"
        }
        #expect(made == ["PUT kept", "PUT gone", "DELETE gone"])
        #expect(calls.allSatisfy { $0.key.hasPrefix("dr-test/") })
        let left = try await storage.client.listAll(DrilledStorage.bucket, prefix: "dr-test/")
        #expect(left.map(\.key) == [])
    }
}
