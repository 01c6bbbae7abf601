import DRTesting
import Synchronization
import Testing

@testable import Engine

/// Answers looks from a list: for each name one observation after the other, then the last again.
final class LookScript: Sendable {
    private let answers: Mutex<[String: [Observation]]>
    private let looked = Mutex<[String]>([])

    init(_ answers: [String: [Observation]]) { self.answers = Mutex(answers) }

    /// What was looked at, in order.
    var looks: [String] { looked.withLock { $0 } }

    func look(_ name: String) -> Observation {
        looked.withLock { $0.append(name) }
        return answers.withLock { answers in
            guard let list = answers[name], let next = list.first else { return Observation(nil) }
            if list.count > 1 { answers[name] = Array(list.dropFirst()) }
            return next
        }
    }
}

extension Observation {
    static func number(_ number: Double, samples: Int? = nil) -> Observation {
        Observation(.number(number), samples: samples)
    }

    static let nothing = Observation(nil)
}

struct StepJudgeTests {
    @Sendable private static func source(of name: String) -> Observation.Source? {
        name == "port.state" ? .receiver : ObservationCatalog.entry(named: name)?.source
    }

    private func expectation(
        _ name: String, _ comparison: DRTesting.Expectation.Comparison, _ number: Double,
        within: Duration? = nil, samples: Int? = nil
    ) -> DRTesting.Expectation {
        DRTesting.Expectation(
            observation: name, comparison: comparison, expected: .number(number), within: within,
            minimumSamples: samples)
    }

    private func judge(
        _ expectations: [DRTesting.Expectation], _ script: LookScript,
        since start: ContinuousClock.Instant = .now
    ) async throws -> [StepJudge.Judgement] {
        let judge = StepJudge(look: { script.look($0) }, source: Self.source, waiting: { _ in })
        return try await judge.judge(expectations, since: start)
    }

    // MARK: With a deadline

    @Test func whatBecomesTrueInTimePasses() async throws {
        let script = LookScript(["queue.depth": [.nothing, .number(3), .number(0), .number(9)]])
        let judged = try await judge(
            [expectation("queue.depth", .equals, 0, within: .seconds(60))], script)
        #expect(judged.map(\.verdict) == [.passed])
        #expect(script.looks.count == 3)
        #expect(judged[0].seen == .number(0))
        let made = judged[0].made
        #expect(made.value == "0")
        #expect(made.expected == "equals 0")
        #expect(made.source == "self")
        #expect(made.deadlineUs == 60_000_000)
        #expect(made.verdict == .passed)
        // It was waited for twice.
        let firstTrue = try #require(made.firstTrueUs)
        #expect(firstTrue >= 90_000 && firstTrue <= 60_000_000)
    }

    @Test func whatIsTrueAtOnceIsNotWaitedFor() async throws {
        let script = LookScript(["queue.depth": [.number(0)]])
        let judged = try await judge(
            [expectation("queue.depth", .equals, 0, within: .seconds(60))], script)
        #expect(judged.map(\.verdict) == [.passed])
        #expect(script.looks.count == 1)
    }

    @Test func whatNeverBecomesTrueFails() async throws {
        let script = LookScript(["queue.depth": [.number(7)]])
        let judged = try await judge(
            [expectation("queue.depth", .equals, 0, within: .milliseconds(120))], script)
        #expect(judged.map(\.verdict) == [.failed])
        #expect(judged[0].made.value == "7")
        #expect(judged[0].made.firstTrueUs == nil)
        #expect(judged[0].made.deadlineUs == 120_000)
    }

    @Test func whatIsNeverSeenIsInconclusive() async throws {
        let script = LookScript([:])
        let judged = try await judge(
            [expectation("ledger.damaged", .equals, 0, within: .milliseconds(120))], script)
        #expect(judged.map(\.verdict) == [.inconclusive])
        #expect(judged[0].made.value == "")
        #expect(judged[0].made.firstTrueUs == nil)
        #expect(judged[0].made.source == "bytes")
    }

    @Test func theSourceIsThatOfWhoeverKnowsTheObservation() async throws {
        let script = LookScript(["port.state": [.number(1)], "nobody.knows": [.number(1)]])
        let judged = try await judge(
            [expectation("port.state", .equals, 1), expectation("nobody.knows", .equals, 1)],
            script)
        #expect(judged.map(\.made.source) == ["receiver", ""])
    }

    @Test func whatWasSeenLastStaysAsEvidence() async throws {
        let script = LookScript(["queue.depth": [.number(7), .number(5), .nothing]])
        let judged = try await judge(
            [expectation("queue.depth", .equals, 0, within: .seconds(1))], script)
        #expect(judged.map(\.verdict) == [.failed])
        #expect(judged[0].made.value == "5")
    }

    @Test func tooFewSamplesAreWaitedForAndThenInconclusive() async throws {
        let name = "workload.not_served_ratio"
        let few = LookScript([name: [.number(1, samples: 3)]])
        let ratio = expectation(name, .equals, 1, within: .milliseconds(120), samples: 10)
        let judged = try await judge([ratio], few)
        #expect(judged.map(\.verdict) == [.inconclusive])
        #expect(judged[0].made.samples == 3)
        let more = LookScript([name: [.number(1, samples: 3), .number(1, samples: 10)]])
        let passed = try await judge(
            [expectation(name, .equals, 1, within: .seconds(60), samples: 10)], more)
        #expect(passed.map(\.verdict) == [.passed])
        #expect(passed[0].made.samples == 10)
    }

    @Test func everyExpectationHasItsOwnDeadline() async throws {
        let script = LookScript([
            "queue.depth": [.number(1)],
            "ledger.compared": [Observation](repeating: .number(0), count: 6) + [.number(20)],
        ])
        let judged = try await judge(
            [
                expectation("queue.depth", .equals, 0, within: .milliseconds(60)),
                expectation("ledger.compared", .atLeast, 20, within: .seconds(60)),
            ], script)
        #expect(judged.map(\.verdict) == [.failed, .passed])
        #expect(judged.map(\.expectation.observation) == ["queue.depth", "ledger.compared"])
        // What is decided is not looked at again.
        #expect(script.looks.count { $0 == "ledger.compared" } == 7)
        #expect(script.looks.count { $0 == "queue.depth" } < 7)
    }

    /// The step's action took longer than the deadline: nobody can say that it became true in time.
    @Test func whatIsFirstSeenAfterTheDeadlineDoesNotPass() async throws {
        let script = LookScript(["workload.deferred_writes": [.number(20)]])
        let judged = try await judge(
            [expectation("workload.deferred_writes", .atLeast, 20, within: .seconds(10))], script,
            since: .now - .seconds(60))
        #expect(judged[0].verdict != .passed)
    }

    // MARK: Without a deadline

    @Test func theOthersAreLookedAtOnceAfterThoseWithADeadline() async throws {
        let script = LookScript([
            "queue.depth": [.number(3), .number(2), .number(0)],
            "ledger.damaged": [.number(0), .number(1)],
            "ledger.compared": [.number(5)],
        ])
        let judged = try await judge(
            [
                expectation("ledger.damaged", .equals, 0),
                expectation("queue.depth", .equals, 0, within: .seconds(60)),
                expectation("ledger.compared", .atLeast, 20),
            ], script)
        #expect(judged.map(\.verdict) == [.passed, .passed, .failed])
        let expected = [
            "queue.depth", "queue.depth", "queue.depth", "ledger.damaged", "ledger.compared",
        ]
        #expect(script.looks == expected)
        #expect(judged[0].made.deadlineUs == nil)
        #expect(judged[0].made.firstTrueUs != nil)
        #expect(judged[2].made.firstTrueUs == nil)
        #expect(judged[2].made.value == "5")
    }

    @Test func theOthersAreLookedAtAlsoAfterAFailure() async throws {
        let script = LookScript([
            "queue.depth": [.number(3)], "ledger.damaged": [.number(0)],
        ])
        let judged = try await judge(
            [
                expectation("ledger.damaged", .equals, 0),
                expectation("ledger.unexpected", .equals, 0),
                expectation("queue.depth", .equals, 0, within: .milliseconds(60)),
            ], script)
        #expect(judged.map(\.verdict) == [.passed, .inconclusive, .failed])
    }

    // MARK: While it waits

    @Test func cancellationEndsTheWait() async throws {
        let script = LookScript(["queue.depth": [.number(1)]])
        let endless = expectation("queue.depth", .equals, 0, within: .seconds(3600))
        let judge = StepJudge(look: { script.look($0) }, source: Self.source, waiting: { _ in })
        let task = Task { try await judge.judge([endless], since: .now) }
        try await eventually("the judge looks") { script.looks.count >= 2 }
        task.cancel()
        let result = await task.result
        #expect(throws: CancellationError.self) { try result.get() }
    }

    @Test func whoeverWatchesIsToldWhatIsWaitedFor() async throws {
        let script = LookScript(["queue.depth": [.number(1), .number(0)]])
        let told = Inbox<String>()
        let judge = StepJudge(
            look: { script.look($0) }, source: Self.source, waiting: { told.add($0) })
        _ = try await judge.judge(
            [expectation("queue.depth", .equals, 0, within: .seconds(30))], since: .now)
        #expect(Set(told.all) == ["queue.depth equals 0 within 30 s"])
    }
}
