import ChaosToolkit
import DRTesting
import Synchronization
import Testing
import Wire

@testable import Engine

/// The order of an experiment's run and its verdicts, against a world of our own.
@Suite(.timeLimit(.minutes(1))) struct ExperimentDrillTests {
    private static let fine: JSONValue = ["status": 200, "headers": [:], "body": "fine"]
    private static let broken: JSONValue = ["status": 503, "headers": [:], "body": "broken"]

    /// A system that is broken by `break` and mended by `mend`.
    private static func system(
        also answer: @escaping @Sendable (Activity) async throws -> JSONValue? = { _ in nil }
    ) -> FakeWorld {
        let isBroken = Inbox<Bool>()
        return FakeWorld { activity in
            if let other = try await answer(activity) { return other }
            switch activity.name {
            case "break": isBroken.add(true)
            case "mend": isBroken.add(false)
            case "health" where isBroken.all.last == true: return broken
            default: break
            }
            return fine
        }
    }

    @Test func whatIsAsBeforeAfterwardsPasses() async throws {
        let world = Self.system()
        let text = ExperimentText.experiment(
            method: [ExperimentText.action("break"), ExperimentText.action("mend")])
        let run = try await ExperimentRun.of(text, in: world)
        #expect(world.calls == ["health", "break", "mend", "health", "mend"])
        #expect(
            run.begun == [
                "Steady state before the method", "break", "mend", "Steady state after the method",
            ])
        #expect(run.judgement.verdict == .passed)
        #expect(run.journal?.status == "completed")
        #expect(run.journal?.hasDeviated == false)
        #expect(world.armed.all == ["mend"])
        #expect(world.rolledBack.all == ["mend true"])
    }

    @Test func aSteadyStateThatIsLostFailsAndIsRolledBack() async throws {
        let world = Self.system()
        let run = try await ExperimentRun.of(ExperimentText.experiment(), in: world)
        #expect(world.calls == ["health", "break", "health", "mend"])
        #expect(run.judgement.verdict == .failed)
        #expect(run.verdicts["Steady state after the method"] == .failed)
        #expect(run.verdicts["Rollback: mend"] == .passed)
        #expect(run.journal?.hasDeviated == true)
        #expect(run.cleanup.isComplete)
    }

    @Test func nothingIsDoneWhereTheSteadyStateIsNotMet() async throws {
        let world = FakeWorld { _ in Self.broken }
        let run = try await ExperimentRun.of(ExperimentText.experiment(), in: world)
        #expect(world.calls == ["health"])
        #expect(world.armed.all == [])
        #expect(run.judgement.verdict == .inconclusive)
        #expect(run.judgement.message.contains("so nothing was done"))
    }

    /// A rollback whose module is missing would leave what the method did.
    @Test func aFunctionThatCannotBeCalledIsFoundBeforeAnythingIsDone() async throws {
        let world = FakeWorld(mistake: "there is no module 'm'") { _ in Self.fine }
        let run = try await ExperimentRun.of(ExperimentText.experiment(), in: world)
        #expect(world.calls == [])
        #expect(run.begun == [])
        #expect(run.judgement.verdict == .inconclusive)
        #expect(run.judgement.message.contains("there is no module 'm', so nothing was done"))
        #expect(run.journal?.status == "failed")
    }

    @Test func rollbacksThatAreAlwaysWantedArePlayedAlsoIfNothingWasDone() async throws {
        let world = FakeWorld { activity in activity.name == "health" ? Self.broken : Self.fine }
        _ = try await ExperimentRun.of(ExperimentText.experiment(), in: world) {
            $0.rollbackStrategy = .always
        }
        #expect(world.calls == ["health", "mend"])
    }

    @Test func rollbacksThatNobodyWantsAreLeftOut() async throws {
        let world = Self.system()
        let run = try await ExperimentRun.of(ExperimentText.experiment(), in: world) {
            $0.rollbackStrategy = .never
        }
        #expect(world.calls == ["health", "break", "health"])
        #expect(run.warnings.contains { $0.contains("not played") })
    }

    /// Whatever the file says: what was done is put back.
    @Test(arguments: ["never", "deviated", "default", "always"])
    func theFileCannotKeepRollbacksFromBeingPlayed(_ strategy: String) async throws {
        let world = Self.system()
        let text = ExperimentText.experiment(
            method: [ExperimentText.action("nothing")],
            more: "\"runtime\": {\"rollbacks\": {\"strategy\": \"\(strategy)\"}},")
        _ = try await ExperimentRun.of(text, in: world)
        #expect(world.calls.last == "mend")
    }

    @Test func aRollbackThatFailsFailsTheRun() async throws {
        let world = FakeWorld { activity in
            if activity.name == "mend" { throw ActivityFailure("refused", isUnmade: false) }
            return Self.fine
        }
        let run = try await ExperimentRun.of(ExperimentText.experiment(), in: world)
        #expect(run.judgement.verdict == .failed)
        #expect(!run.cleanup.isComplete)
        #expect(world.rolledBack.all == ["mend false"])
    }

    @Test func anActivityThatCannotBeMadeIsInconclusive() async throws {
        let world = Self.system { activity in
            if activity.name != "break" { return nil }
            throw ActivityFailure("there is no such program", isUnmade: true)
        }
        let run = try await ExperimentRun.of(ExperimentText.experiment(), in: world)
        #expect(run.verdicts["break"] == .inconclusive)
        // The method goes on to its end all the same.
        #expect(run.verdicts["Steady state after the method"] == .passed)
        #expect(run.judgement.verdict == .inconclusive)
    }

    @Test func aToleranceThatCannotBeJudgedIsInconclusive() async throws {
        let world = Self.system()
        let probe = ExperimentText.probe(
            "health", tolerance: #"{"type": "regex", "pattern": "a", "target": "status"}"#)
        let run = try await ExperimentRun.of(
            ExperimentText.experiment(probes: [probe]), in: world
        ) { $0.hypothesisStrategy = .afterMethodOnly }
        #expect(run.verdicts["Steady state after the method"] == .inconclusive)
        #expect(run.judgement.verdict == .inconclusive)
    }

    @Test func aToleranceMayBeAnotherProbe() async throws {
        let judge = """
            {"type": "probe", "name": "judge",
             "provider": {"type": "http", "url": "http://127.0.0.1:9/judge"}}
            """
        let probe = ExperimentText.probe("health", tolerance: judge)
        let cases = [(Self.fine, Verdict.passed), (Self.broken, Verdict.inconclusive)]
        for (answer, verdict) in cases {
            let world = FakeWorld { activity in activity.name == "judge" ? answer : Self.fine }
            let run = try await ExperimentRun.of(
                ExperimentText.experiment(probes: [probe], method: []), in: world)
            #expect(run.judgement.verdict == verdict)
        }
    }

    @Test func withoutAnExpectationNothingIsShown() async throws {
        let world = Self.system()
        let run = try await ExperimentRun.of(ExperimentText.experiment(), in: world) {
            $0.hypothesisStrategy = .skip
        }
        #expect(world.calls == ["break", "mend"])
        #expect(run.judgement.verdict == .inconclusive)
        // Who reads the journal as Chaos Toolkit does must not pass it either.
        #expect(run.journal?.status == "failed")
    }

    @Test func aFaultThatEndedByItselfMakesTheRunInconclusive() async throws {
        let world = FakeWorld(lost: ["/proxies/a/toxics/b"]) { _ in Self.fine }
        let run = try await ExperimentRun.of(ExperimentText.experiment(), in: world)
        #expect(run.judgement.verdict == .inconclusive)
        #expect(run.judgement.message.contains("/proxies/a/toxics/b"))
    }

    // MARK: During the method

    @Test func aSteadyStateThatIsLostInBetweenFails() async throws {
        let world = Self.system()
        let text = ExperimentText.experiment(method: [
            ExperimentText.action("break", more: ", \"pauses\": {\"after\": 0.2}"),
            ExperimentText.action("mend"),
        ])
        let run = try await ExperimentRun.of(text, in: world) {
            ($0.hypothesisStrategy, $0.hypothesisPause) = (.continuously, .milliseconds(10))
        }
        #expect(run.verdicts["Steady state during the method"] == .failed)
        #expect(run.verdicts["Steady state after the method"] == .passed)
        #expect(run.judgement.verdict == .failed)
        #expect(run.journal?.during.isEmpty == false)
    }

    @Test func aMethodIsGivenUpWithTheSteadyState() async throws {
        let world = Self.system()
        let text = ExperimentText.experiment(method: [
            ExperimentText.action("break", more: ", \"pauses\": {\"after\": 600}"),
            ExperimentText.action("more"),
        ])
        let run = try await ExperimentRun.of(text, in: world) {
            ($0.hypothesisStrategy, $0.hypothesisPause) = (.duringMethodOnly, .milliseconds(10))
            $0.isFailFast = true
        }
        #expect(!world.calls.contains("more"))
        #expect(run.judgement.verdict == .failed)
        #expect(world.calls.last == "mend")
    }

    // MARK: Background and cancellation

    @Test func activitiesInTheBackgroundAreAwaited() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let world = Self.system { activity in
            if activity.name == "load" { for await _ in gate { break } }
            if activity.name == "open" { opener.yield() }
            return nil
        }
        let text = ExperimentText.experiment(method: [
            ExperimentText.action("load", more: ", \"background\": true"),
            ExperimentText.action("open"),
        ])
        let run = try await ExperimentRun.of(text, in: world)
        let names = run.results.map(\.testName)
        try #require(names.count == 5)
        #expect(names.first == "Steady state before the method")
        // "open" lets "load" end, and from then on both of them end side by side.
        #expect(Set(names[1...2]) == ["open", "load"])
        #expect(names[3...] == ["Steady state after the method", "Rollback: mend"])
        #expect(run.judgement.verdict == .passed)
    }

    @Test func aRunThatIsCancelledIsRolledBack() async throws {
        let (started, starter) = AsyncStream<Void>.makeStream()
        let world = Self.system { activity in
            if activity.name != "break" { return nil }
            starter.yield()
            try await Task.sleep(for: .seconds(600))
            return nil
        }
        let run = try await ExperimentRun.of(
            ExperimentText.experiment(), in: world,
            cancelling: { task in
                for await _ in started { break }
                task.cancel()
            })
        #expect(world.calls == ["health", "break", "mend"])
        #expect(run.judgement.status == .cancelled)
        #expect(run.journal?.status == "interrupted")
        #expect(run.cleanup.isComplete)
    }
}
