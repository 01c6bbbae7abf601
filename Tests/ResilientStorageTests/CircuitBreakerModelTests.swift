import Testing

@testable import ResilientStorage

struct CircuitBreakerModelTests {
    @Test(arguments: UInt64(0)..<100)
    func onARandomWalkItDoesWhatTheModelDoes(round: UInt64) throws {
        var walk = Walk(round: round)
        for step in 0..<1500 {
            let difference = walk.step()
            let context: Comment = "\(difference ?? "") at step \(step), \(Seed.note(round: round))"
            try #require(difference == nil, context)
        }
    }
}

/// What the rules say, kept as numbers in milliseconds: a call counts only in the phase in which
/// it was admitted.
private struct BreakerModel {
    let threshold: Int
    let openMilliseconds: Int
    let trials: Int
    var state = CircuitBreaker.State.closed
    /// How many phases there have been.
    var phase = 0
    private var opened = 0
    private var failuresInARow = 0
    private var admittedTrials = 0
    private var succeededTrials = 0

    init(threshold: Int, openMilliseconds: Int, trials: Int) {
        self.threshold = threshold
        self.openMilliseconds = openMilliseconds
        self.trials = trials
    }

    mutating func enter(_ next: CircuitBreaker.State, at now: Int) {
        state = next
        phase += 1
        (opened, failuresInARow, admittedTrials, succeededTrials) = (now, 0, 0, 0)
    }

    mutating func admit(at now: Int) -> String {
        if state == .open && now - opened >= openMilliseconds { enter(.halfOpen, at: now) }
        if state == .closed { return "pass" }
        if state == .open || admittedTrials == trials { return "refused" }
        admittedTrials += 1
        return "trial"
    }

    mutating func ended(callOfPhase number: Int, success: Bool, at now: Int) {
        if number != phase { return }
        if state == .halfOpen && success {
            succeededTrials += 1
            if succeededTrials == trials { enter(.closed, at: now) }
        } else if state == .halfOpen {
            enter(.open, at: now)
        } else {
            failuresInARow = success ? 0 : failuresInARow + 1
            if failuresInARow == threshold { enter(.open, at: now) }
        }
    }
}

/// Random calls with random results, some of them very late, and now and then a reset.
private struct Walk {
    private struct Call {
        let admission: CircuitBreaker.Admission
        let phase: Int
    }

    private var random: SplitMix64
    private var model: BreakerModel
    private var breaker: CircuitBreaker
    private var calls: [Call] = []
    private var now = 0
    private var successRate = 0.5
    private let start = ContinuousClock.now

    init(round: UInt64) {
        random = SplitMix64(round: round)
        model = BreakerModel(
            threshold: Int.random(in: 1...4, using: &random),
            openMilliseconds: Int.random(in: 1...40, using: &random),
            trials: Int.random(in: 1...4, using: &random))
        var configuration = CircuitBreaker.Configuration()
        configuration.failureThreshold = model.threshold
        configuration.openDuration = .milliseconds(model.openMilliseconds)
        configuration.trialCount = model.trials
        breaker = CircuitBreaker(configuration)
    }

    /// - Returns: in what the two differ, if they do.
    mutating func step() -> String? {
        now += Int.random(in: 0...6, using: &random)
        if Int.random(in: 0..<40, using: &random) == 0 {
            successRate = [0.02, 0.5, 0.98][Int.random(in: 0..<3, using: &random)]
        }
        let before = model.state
        let transition: CircuitBreaker.Transition?
        var admissions = ("", "")
        switch Int.random(in: 0..<100, using: &random) {
        case 0 where before != .closed:
            model.enter(.closed, at: now)
            transition = breaker.reset()
        case 0..<55:
            let (admission, change) = breaker.admit(at: start + .milliseconds(now))
            admissions = (model.admit(at: now), admission.kind)
            if admission != .refused {
                calls.append(Call(admission: admission, phase: model.phase))
            }
            transition = change
        default:
            transition = endOne()
        }
        let expected = before == model.state ? nil : Change(from: before, to: model.state)
        if admissions.0 != admissions.1 { return "\(admissions.1) instead of \(admissions.0)" }
        if breaker.state != model.state { return "\(breaker.state) instead of \(model.state)" }
        return transition == expected ? nil : "a transition that is not that of the state"
    }

    private typealias Change = CircuitBreaker.Transition

    private mutating func endOne() -> CircuitBreaker.Transition? {
        guard !calls.isEmpty else { return nil }
        // Often the newest call, so that phases come and go; sometimes one of long ago.
        let isNewest = Bool.random(using: &random)
        let index = isNewest ? calls.count - 1 : Int.random(in: calls.indices, using: &random)
        let call = calls.remove(at: index)
        let success = Double.random(in: 0..<1, using: &random) < successRate
        model.ended(callOfPhase: call.phase, success: success, at: now)
        return success
            ? breaker.succeeded(call.admission)
            : breaker.failed(call.admission, at: start + .milliseconds(now))
    }
}
