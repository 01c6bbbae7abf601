import ResilientStorage
import Testing

@testable import Engine

/// Parts that are broken on purpose are broken in the way that they say, and in no other.
struct BrokenPartsTests {
    private static let start = ContinuousClock.now

    private func breaker(_ sabotage: Sabotage) -> any CircuitBreaking {
        Sabotage?.some(sabotage).wrap(CircuitBreaker())
    }

    /// - Returns: how many failures it took to open.
    private func failuresToOpen(_ breaker: inout some CircuitBreaking) -> Int {
        for number in 1...10 {
            let (admission, _) = breaker.admit(at: Self.start)
            if breaker.failed(admission, at: Self.start) != nil { return number }
        }
        return 0
    }

    @Test func aBreakerThatOpensTooEarlyDoesNotWaitForThree() {
        var (sound, early) = (breaker(.control), breaker(.breakerOpensTooEarly))
        #expect(failuresToOpen(&sound) == 3)
        #expect(failuresToOpen(&early) == 1)
        #expect(early.state == .open)
    }

    @Test func aBreakerThatNeverHalfOpensRefusesForEver() {
        var (sound, stuck) = (breaker(.control), breaker(.breakerNeverHalfOpens))
        #expect(failuresToOpen(&sound) == 3)
        #expect(failuresToOpen(&stuck) == 3)
        let later = Self.start + .seconds(3600)
        #expect(sound.admit(at: later).0 != .refused)
        #expect(stuck.admit(at: later).0 == .refused)
        #expect(stuck.state == .open)
    }

    @Test func retriesAreLeftOutOrStorm() {
        var disabled = Sabotage?.some(.retryDisabled).wrap(Retry())
        var storming = Sabotage?.some(.retryStorms).wrap(Retry())
        #expect(disabled.delay(afterAttempt: 1, of: .connection, random: 0.5) == nil)
        for attempt in 1..<10 {
            let delay = storming.delay(afterAttempt: attempt, of: .throttled, random: 0.5)
            #expect(delay == .zero)
        }
        // It ends nevertheless: the drill goes on.
        #expect(storming.delay(afterAttempt: 10, of: .throttled, random: 0.5) == nil)
    }

    @Test func healthIsBlindOrAlwaysBad() {
        var blind = Sabotage?.some(.healthBlind).wrap(Health())
        var bad = Sabotage?.some(.healthAlwaysBad).wrap(Health())
        for _ in 0..<5 {
            _ = blind.observe(success: false, from: .operation, at: Self.start)
            _ = bad.observe(success: true, from: .operation, at: Self.start)
        }
        #expect(blind.state == .healthy)
        #expect(bad.state == .unhealthy)
        #expect(blind.lastSample == Self.start)
    }

    @Test func alertsAreSilentOrAlwaysThere() {
        var silent = Sabotage?.some(.alertsSilent).wrap(PerformanceAlerts())
        var always = Sabotage?.some(.alertsAlways).wrap(PerformanceAlerts())
        func call(_ isFailure: Bool) -> PerformanceAlerts.Call {
            PerformanceAlerts.Call(isFailure: isFailure, duration: .zero, instant: Self.start)
        }
        #expect(always.observe(call(false)).map(\.isRaised) == [true])
        for _ in 0..<100 {
            #expect(silent.observe(call(true)).isEmpty)
            #expect(always.observe(call(false)).isEmpty)
        }
    }

    @Test func aQueueThatForgetsIsEmptyWhenItIsOpenedAgain() async throws {
        let folder = TemporaryDirectory()
        let forgetful = Sabotage?.some(.queueForgetsOnRestart).wrap(
            try OperationQueue(directory: folder.path))
        for key in ["a", "b", "a"] {
            _ = try await forgetful.add(QueuedOperation(key: key, action: .delete))
        }
        let entries = try await forgetful.first(10)
        #expect(entries.map(\.operation.key) == ["a", "b", "a"])
        #expect(try await forgetful.pending(for: "a")?.number == entries[2].number)
        try await forgetful.remove(entries[2])
        #expect(try await forgetful.pending(for: "a")?.number == entries[0].number)
        #expect(forgetful.depth == 2)
        #expect(try OperationQueue(directory: folder.path).depth == 0)
        withExtendedLifetime(folder) {}
    }

    @Test func aDrainThatOverwritesHidesWhatIsQueuedAndKeepsItForAWhile() async throws {
        let folder = TemporaryDirectory()
        let queue = DrainOverwritesNewer(
            queue: try OperationQueue(directory: folder.path), held: .milliseconds(50))
        func add(_ key: String) async throws -> QueueEntry {
            try await queue.add(QueuedOperation(key: key, action: .delete))
        }
        let first = try await add("a")
        #expect(try await queue.pending(for: "a") == nil)
        #expect(try await queue.first(10) == [first])
        let second = try await add("b")
        let asked = ContinuousClock.now
        #expect(try await queue.first(10) == [first, second])
        #expect(ContinuousClock.now - asked >= .milliseconds(50))
        // What comes while the others are delivered has its own wait before it.
        _ = try await add("c")
        #expect(try await queue.first(10) == [first, second])
        #expect(queue.depth == 3)
        withExtendedLifetime(folder) {}
    }
}
