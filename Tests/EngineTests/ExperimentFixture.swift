import ChaosToolkit
import DRTesting
import Foundation
import Synchronization
import Testing
import Wire

@testable import Engine

/// A world that answers as it is told, and remembers what it was asked.
final class FakeWorld: ActivityCalling {
    typealias Answer = @Sendable (Activity) async throws -> JSONValue

    private let answer: Answer
    private let asked = Inbox<String>()
    let armed = Inbox<String>()
    let rolledBack = Inbox<String>()
    let lost: [String]
    private let mistake: String?

    /// - Parameter mistake: of a function of Python, which is found before anything is called.
    init(lost: [String] = [], mistake: String? = nil, _ answer: @escaping Answer) {
        (self.answer, self.lost, self.mistake) = (answer, lost, mistake)
    }

    /// The names of the activities that were called, in order.
    var calls: [String] { asked.all }

    func check(_ activities: [Activity], _ substitution: Substitution) async throws {
        if let mistake { throw ActivityFailure(mistake, isUnmade: true) }
    }

    func call(
        _ activity: Activity, _ substitution: Substitution
    ) async throws -> ActivityAnswer {
        asked.add(activity.name)
        return ActivityAnswer(output: try await answer(activity))
    }

    func arm(_ rollback: Activity, _ substitution: Substitution) async throws -> String {
        if case .python = rollback.provider {
            throw ActivityFailure("it is a function of Python", isUnmade: true)
        }
        armed.add(rollback.name)
        return rollback.name
    }

    func noteRolledBack(_ id: String, isDone: Bool, detail: String) async {
        rolledBack.add("\(id) \(isDone)")
    }

    var lostFaults: [String] {
        get async { lost }
    }

    func liftFaults() async -> CleanupAction {
        CleanupAction(name: "lift faults", isDone: true, detail: "")
    }

    func end() async -> [CleanupAction] { [] }
}

/// An experiment that is run against a fake world, and what was recorded of it.
struct ExperimentRun {
    let results: [ResultRecorded]
    let begun: [String]
    let judgement: Judgement
    let cleanup: CleanupFinished
    let warnings: [String]
    let journal: Journal?

    var verdicts: [String: Verdict] {
        Dictionary(results.map { ($0.testName, $0.verdict) }) { first, _ in first }
    }

    /// - Parameter cancelling: told the task of the run, to cancel it at some time.
    static func of(
        _ text: String, in world: FakeWorld,
        _ change: (inout ExperimentRequest) -> Void = { _ in },
        cancelling: ((Task<Bool, any Error>) async -> Void)? = nil
    ) async throws -> ExperimentRun {
        let experiment = try Experiment(try JSONValue(json: text), environment: [:])
        var request = ExperimentRequest(experiment, environment: [:])
        change(&request)
        let journals = Inbox<Journal>()
        request.journal = { journals.add($0) }
        let run = RunRequest(request, text: text, seed: 1)
        let fixture = try JournalFixture()
        try await fixture.journal.request(
            run.recorded(key: fixture.key), runKey: fixture.key)
        try await fixture.journal.record(.start(RunStarted()))
        let warnings = Inbox<String>()
        let folder = TemporaryDirectory()
        let drill = ExperimentDrill(
            request, directory: folder.path + "/run", journal: fixture.journal,
            clock: RunClock(start: .now, startTime: 1_700_000_000_000_000), outside: world,
            progress: { if case .warning(let text) = $0 { warnings.add(text) } })
        let task = Task { try await drill.perform() }
        await cancelling?(task)
        let isStopped = task.isCancelled
        _ = await task.result
        _ = await drill.liftFaults()
        let cleanup = await drill.cleanUp()
        try await fixture.journal.write([.cleanupFinished(cleanup)])
        let recorded = await fixture.journal.run
        try fixture.verify()
        return ExperimentRun(
            results: recorded.results, begun: recorded.steps.map(\.name),
            judgement: Judgement(
                run: recorded, stop: isStopped ? .signal(15) : nil, cleanup: cleanup, problem: nil,
                isUnrecovered: false),
            cleanup: cleanup, warnings: warnings.all, journal: journals.all.last)
    }
}

/// Texts of experiments whose activities are known by their names alone.
enum ExperimentText {
    static func probe(_ name: String, tolerance: String = "200") -> String {
        """
        {"type": "probe", "name": "\(name)", "tolerance": \(tolerance),
         "provider": {"type": "http", "url": "http://127.0.0.1:9/\(name)"}}
        """
    }

    static func action(_ name: String, more: String = "") -> String {
        """
        {"type": "action", "name": "\(name)"\(more),
         "provider": {"type": "http", "url": "http://127.0.0.1:9/\(name)", "method": "POST"}}
        """
    }

    static func experiment(
        probes: [String] = [ExperimentText.probe("health")],
        method: [String] = [ExperimentText.action("break")],
        rollbacks: [String] = [ExperimentText.action("mend")], more: String = ""
    ) -> String {
        """
        {"title": "t", "description": "d", \(more)
         "steady-state-hypothesis": {"title": "It is fine",
          "probes": [\(probes.joined(separator: ","))]},
         "method": [\(method.joined(separator: ","))],
         "rollbacks": [\(rollbacks.joined(separator: ","))]}
        """
    }
}
