import DRTesting
import EventLog
import Foundation
import Logging

@testable import Service

/// What one test of runs works with: a log, and a program that stands in for the runner.
final class RunFixture: Sendable {
    let folder: String
    let store: EventStore

    init() throws {
        folder = NSTemporaryDirectory() + "dr-runs-\(UUID().uuidString)"
        store = try EventStore(DataDirectory(folder + "/data"))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Waits for a file, but not longer than there is a place for it: nobody ends a runner that
    /// outlives its server.
    static let untilOver =
        "until [ -e $FOLDER/over ] || [ ! -d $FOLDER ]; do sleep 0.02; done"

    static let fakeRunner = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "fake-runner.sh").path

    /// - Parameter script: what the runner does. It finds the folder of the test in `FOLDER`.
    func starter(
        _ script: String = "exit 1", runner: String = RunFixture.fakeRunner, isEnabled: Bool = true,
        drainLimit: Duration = .seconds(30)
    ) -> RunStarter {
        RunStarter(
            store: store, runner: runner, targets: TargetFiles(folder: folder + "/targets"),
            isEnabled: isEnabled, settings: ["FAKE_RUNNER": script, "FOLDER": folder],
            drainLimit: drainLimit, logger: Logger(label: "test"))
    }

    func order(text: String? = nil) -> RunOrder {
        let scenario = RunOrder.ScenarioReference(
            id: text == nil ? 1 : 7, name: "Outage", text: text)
        return RunOrder(scenario: scenario, by: "ops", key: Self.id())
    }

    static func id() -> EventID {
        var generator = SystemRandomNumberGenerator()
        return EventID(time: LogClock.system.now(), using: &generator)
    }

    /// Why an order is refused; `nil` if it is not.
    func refusal(of order: RunOrder, by starter: RunStarter) async -> RunRefusal? {
        do throws(RunRefusal) {
            _ = try await starter.start(order)
            return nil
        } catch {
            return error
        }
    }

    // MARK: The log

    /// - Returns: the id of the test.
    @discardableResult
    func record(_ events: [TestEvent], of key: EventID) async throws -> UInt64 {
        let new = events.map { event in
            if case .runRequested = event {
                NewEvent(id: key, number: event.number, payload: event.payload, isOnce: true)
            } else {
                NewEvent(id: Self.id(), number: event.number, payload: event.payload)
            }
        }
        return try await store.append(new, to: "run/\(key)", expecting: .any).firstPosition
    }

    static func requested(_ key: EventID) -> TestEvent {
        var event = RunRequested()
        event.runKey = "\(key)"
        return .runRequested(event)
    }

    static func finished(_ status: RunStatus, _ verdict: Verdict) -> TestEvent {
        var event = RunFinished()
        (event.status, event.verdict) = (status, verdict)
        return .runFinished(event)
    }

    func run(of key: EventID) async throws -> TestRun {
        try await store.read { reader in
            var recorded = RecordedRun(key: key)
            _ = try recorded.catchUp(with: reader)
            return recorded.run
        }
    }

    func head() async throws -> UInt64 { try await store.read { try $0.head().position } }

    // MARK: Files

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    }

    /// Until the runner has made a file of this name.
    func wait(forFile name: String) async throws {
        while !FileManager.default.fileExists(atPath: folder + "/" + name) {
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
