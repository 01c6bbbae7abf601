import Foundation
import Testing

/// A service in Python with the mistakes that its file names, and the same with them mended. Both
/// are drilled from outside: by the fault-proxy before their storage, and by what they tell.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(10)))
struct ServiceDrillTests {
    @Test func theOutageFindsWhatIsWrongWithTheService() async throws {
        for isFixed in [false, true] {
            let drill = try await DrilledService.run(BuiltinDrill.outage, isFixed: isFixed)
            // Nobody but the service can kill its queue, so that remains unknown.
            #expect(drill.steps(.inconclusive) == ["Verify operation queueing"], "\(drill)")
            #expect(
                drill.complaint(about: "Verify operation queueing").contains("does not offer"),
                "\(drill)")
            guard !isFixed else {
                #expect(drill.program.status == 2, "\(drill)")
                #expect(drill.steps(.failed) == [], "\(drill)")
                continue
            }
            #expect(drill.program.status == 1, "\(drill)")
            #expect(
                drill.steps(.failed) == ["Test user notifications", "Process queued operations"],
                "\(drill)")
            let notices = drill.complaint(about: "Test user notifications")
            #expect(notices.contains("receiver.degraded_notices"), "\(notices)")
            let queue = drill.complaint(about: "Process queued operations")
            #expect(queue.contains("ledger.damaged"), "\(queue)")
            #expect(queue.contains("wire.order_violations"), "\(queue)")
        }
    }

    @Test func theBreakerScenarioFindsWhatIsWrongWithTheService() async throws {
        for isFixed in [false, true] {
            // Refusals of an interpreter, over HTTP.
            let drill = try await DrilledService.run(
                BuiltinDrill.breaker, isFixed: isFixed, ["--set", "refusal=50"])
            #expect(drill.steps(.inconclusive) == [], "\(drill)")
            guard !isFixed else {
                #expect(drill.program.status == 0, "\(drill)")
                #expect(drill.steps(.failed) == [], "\(drill)")
                continue
            }
            #expect(drill.program.status == 1, "\(drill)")
            #expect(
                drill.steps(.failed) == [
                    "Test half-open state", "Test multiple failure scenarios",
                ], "\(drill)")
            let trials = drill.complaint(about: "Test half-open state")
            #expect(trials.contains("proxy.trial_requests"), "\(trials)")
            let episodes = drill.complaint(about: "Test multiple failure scenarios")
            // The slow one: it never opens its breaker.
            #expect(episodes.contains("episodes.failed equals 0: it was 1"), "\(episodes)")
            #expect(episodes.contains("ledger.damaged"), "\(episodes)")
        }
    }
}

/// What a drill of the service found.
private struct DrilledService: CustomStringConvertible {
    enum Verdict: String {
        case passed, inconclusive, failed
    }

    let program: Finished
    private let results: [JSON]

    /// The steps with a verdict, in order.
    func steps(_ verdict: Verdict) -> [String] {
        results.filter { $0["verdict"].text == verdict.rawValue }
            .compactMap { $0["test_name"].text }
    }

    /// Why a step did not pass.
    func complaint(about step: String) -> String {
        results.first { $0["test_name"].text == step }?["error_message"].text ?? ""
    }

    var description: String {
        let lines = results.map { result in
            [result["test_name"], result["verdict"], result["error_message"]]
                .map { $0.text ?? "-" }.joined(separator: ": ")
        }
        return (lines + ["\(program)"]).joined(separator: "\n")
    }

    // MARK: Running one

    /// Runs a scenario on a service of its own.
    static func run(
        _ scenario: BuiltinDrill, isFixed: Bool, _ arguments: [String] = []
    ) async throws -> DrilledService {
        try await ServiceRig.use(isFixed: isFixed) { rig in
            let workspace = rig.workspace
            let run = try await workspace.drill(
                ["\(scenario.number)", "--target", rig.target, "--json"] + arguments)
            let name = isFixed ? "mended" : "naive"
            print("\(scenario.name) on the \(name) service took \(run.took)")
            #expect(rig.service.isRunning, "\(rig.service.text.suffix(2000))")
            try await workspace.expectIntact()
            #expect(workspace.leftOfRuns == [])
            let leases = try await rig.leases()
            #expect(!leases.isEmpty && !leases.contains("held"), "\(leases)")
            let rows = try JSON(parsing: run.output)["results"].elements
            return DrilledService(
                program: run,
                results: rows.filter { scenario.steps.contains($0["test_name"].text ?? "") })
        }
    }
}
