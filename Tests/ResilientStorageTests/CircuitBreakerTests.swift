import Testing

@testable import ResilientStorage

struct CircuitBreakerTests {
    private typealias Transition = CircuitBreaker.Transition

    private let start = ContinuousClock.now
    private let openDuration = CircuitBreaker.Configuration().openDuration

    // MARK: Closed

    @Test(
        arguments: [
            ("", .closed), ("f", .closed), ("ff", .closed), ("fff", .open), ("ffs", .closed),
            ("ffsff", .closed), ("ffsfff", .open), ("fsffsffsff", .closed), ("ssssfff", .open),
        ] as [(String, CircuitBreaker.State)])
    func threeFailuresInARowOpenItAndASuccessResetsTheCount(
        results: String, expected: CircuitBreaker.State
    ) {
        var breaker = CircuitBreaker()
        for result in results { _ = breaker.call(success: result == "s", at: start) }
        #expect(breaker.state == expected)
    }

    @Test func twoFailuresLeaveItClosedAndTheThirdOpensItAndSaysSo() {
        var breaker = CircuitBreaker()
        let first = breaker.call(success: false, at: start)
        let second = breaker.call(success: false, at: start)
        #expect(first == nil && second == nil)
        #expect(breaker.state == .closed)
        let third = breaker.call(success: false, at: start)
        #expect(third == Transition(from: .closed, to: .open))
        #expect(breaker.state == .open)
    }

    @Test(arguments: 1...5) func theThresholdIsConfigurable(threshold: Int) {
        var configuration = CircuitBreaker.Configuration()
        configuration.failureThreshold = threshold
        var breaker = CircuitBreaker(configuration)
        for _ in 1..<threshold { _ = breaker.call(success: false, at: start) }
        #expect(breaker.state == .closed)
        _ = breaker.call(success: false, at: start)
        #expect(breaker.state == .open)
    }

    @Test func whileClosedAnyNumberOfCallsPassesAtOnce() {
        var breaker = CircuitBreaker()
        let kinds = breaker.ask(100, at: start).map(\.kind)
        #expect(kinds.allSatisfy { $0 == "pass" })
    }

    // MARK: Open

    @Test func callsAreRefusedUntilExactlyTheOpenDurationIsOver() {
        var breaker = CircuitBreaker()
        breaker.open(at: start)
        let delays: [Duration] = [.zero, .seconds(1), openDuration - .nanoseconds(1)]
        for delay in delays {
            let (admission, transition) = breaker.admit(at: start + delay)
            #expect(admission.kind == "refused", "after \(delay)")
            #expect(transition == nil)
        }
        let (admission, transition) = breaker.admit(at: start + openDuration)
        #expect(admission.kind == "trial")
        #expect(transition == Transition(from: .open, to: .halfOpen))
    }

    @Test func refusalsDoNotKeepItOpenLonger() {
        var breaker = CircuitBreaker()
        breaker.open(at: start)
        for step in 0..<100 {
            let delay = openDuration * step / 100
            _ = breaker.ask(1, at: start + delay)
        }
        let kinds = breaker.ask(1, at: start + openDuration).map(\.kind)
        #expect(kinds == ["trial"])
    }

    // MARK: Half-open

    @Test(arguments: 1...5) func exactlyTheTrialCountPassesAtOnce(trials: Int) {
        var breaker = halfOpening(trials: trials)
        let kinds = breaker.ask(trials + 3, at: start + openDuration).map(\.kind)
        let refused = Array(repeating: "refused", count: 3)
        #expect(kinds == Array(repeating: "trial", count: trials) + refused)
        #expect(breaker.state == .halfOpen)
    }

    @Test func aTrialThatSucceedsMakesNoRoomForMore() {
        var breaker = halfOpening(trials: 2)
        let first = breaker.ask(1, at: start + openDuration)
        let transition = breaker.succeeded(first[0])
        #expect(transition == nil)
        let kinds = breaker.ask(3, at: start + openDuration).map(\.kind)
        #expect(kinds == ["trial", "refused", "refused"])
    }

    @Test(arguments: 1...5) func itClosesWhenAllTrialsHaveSucceeded(count: Int) {
        var breaker = halfOpening(trials: count)
        let trials = breaker.ask(count, at: start + openDuration)
        for trial in trials.dropLast() {
            let transition = breaker.succeeded(trial)
            #expect(transition == nil)
            #expect(breaker.state == .halfOpen)
        }
        let transition = breaker.succeeded(trials[count - 1])
        #expect(transition == Transition(from: .halfOpen, to: .closed))
    }

    @Test func onceClosedAgainItTakesThreeNewFailuresToOpen() {
        var breaker = halfOpening(trials: 1)
        _ = breaker.call(success: true, at: start + openDuration)
        let results = (0..<3).map { _ in breaker.call(success: false, at: start + openDuration) }
        #expect(results == [nil, nil, Transition(from: .closed, to: .open)])
    }

    @Test func oneTrialThatFailsOpensItAnewFromThen() {
        var breaker = halfOpening(trials: 3)
        let trials = breaker.ask(3, at: start + openDuration)
        _ = breaker.succeeded(trials[0])
        let failed = start + openDuration + .milliseconds(700)
        let transition = breaker.failed(trials[1], at: failed)
        #expect(transition == Transition(from: .halfOpen, to: .open))
        let early = breaker.ask(1, at: failed + openDuration - .nanoseconds(1)).map(\.kind)
        #expect(early == ["refused"])
        let late = breaker.ask(4, at: failed + openDuration).map(\.kind)
        #expect(late == ["trial", "trial", "trial", "refused"])
    }

    // MARK: Slow calls

    @Test func withoutALimitNoCallIsSlow() {
        #expect(!CircuitBreaker().isSlow(.seconds(3600)))
    }

    @Test func aCallIsSlowWhenItTakesLongerThanTheLimit() {
        var configuration = CircuitBreaker.Configuration()
        configuration.slowCallLimit = .milliseconds(100)
        let breaker = CircuitBreaker(configuration)
        #expect(!breaker.isSlow(.milliseconds(100)))
        #expect(breaker.isSlow(.milliseconds(100) + .nanoseconds(1)))
    }

    // MARK: By hand

    @Test func aResetClosesItAtOnce() {
        var open = CircuitBreaker()
        open.open(at: start)
        let fromOpen = open.reset()
        #expect(fromOpen == Transition(from: .open, to: .closed))
        var halfOpen = halfOpening(trials: 2)
        _ = halfOpen.ask(1, at: start + openDuration)
        let fromHalfOpen = halfOpen.reset()
        #expect(fromHalfOpen == Transition(from: .halfOpen, to: .closed))
        let again = halfOpen.reset()
        #expect(again == nil)
        #expect(open.state == .closed && halfOpen.state == .closed)
    }

    @Test func aResetForgetsTheFailuresCountedSoFar() {
        var breaker = CircuitBreaker()
        for _ in 0..<2 { _ = breaker.call(success: false, at: start) }
        _ = breaker.reset()
        _ = breaker.call(success: false, at: start)
        #expect(breaker.state == .closed)
    }

    /// Open since `start`.
    private func halfOpening(trials: Int) -> CircuitBreaker {
        var configuration = CircuitBreaker.Configuration()
        configuration.trialCount = trials
        var breaker = CircuitBreaker(configuration)
        breaker.open(at: start)
        return breaker
    }
}

extension CircuitBreaker.Admission {
    /// Compares admissions whatever else they carry.
    var kind: String {
        switch self {
        case .pass: "pass"
        case .trial: "trial"
        case .refused: "refused"
        }
    }
}

extension CircuitBreaker {
    /// Asks to make so many calls at once.
    mutating func ask(_ count: Int, at now: ContinuousClock.Instant) -> [Admission] {
        var admissions: [Admission] = []
        for _ in 0..<count { admissions.append(admit(at: now).0) }
        return admissions
    }

    /// A call that ends at once.
    mutating func call(success: Bool, at now: ContinuousClock.Instant) -> Transition? {
        let admission = admit(at: now).0
        return success ? succeeded(admission) : failed(admission, at: now)
    }

    /// Three failures, the last at `now`.
    mutating func open(at now: ContinuousClock.Instant) {
        for _ in 0..<3 { _ = call(success: false, at: now) }
    }
}
