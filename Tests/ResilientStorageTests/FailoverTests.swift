import ResilientStorage
import Testing

struct FailoverTests {
    /// The health of the primary, one letter a second: healthy, degraded, unhealthy; and in which
    /// second it is left. It is left after three seconds.
    @Test(
        arguments: [
            ("hhhhhhhh", nil), ("dddddddd", nil), ("uuu", nil), ("uuuu", 3), ("hhuuuu", 5),
            ("uuduuu", nil), ("uuduuuu", 6), ("uuhuuuu", 6), ("duuudduu", nil),
        ] as [(String, Int?)])
    func thePrimaryIsLeftWhenItWasUnhealthyForLong(healths: String, expected: Int?) {
        var run = Run()
        var left: Int?
        for (second, letter) in healths.enumerated() {
            let state = run.look(at: second, primary: Health.State(letter), backlog: 1)
            if state == .switchingOver { left = second }
        }
        #expect(left == expected)
    }

    @Test func theSecondaryServesOnlyWhenItHasEverything() {
        var run = Run(.switchingOver)
        for backlog in [100, 7, 1, 1] {
            let state = run.look(at: 4, primary: .unhealthy, backlog: backlog)
            #expect(state == nil)
        }
        let state = run.look(at: 4, primary: .unhealthy, backlog: 0)
        #expect(state == .secondary)
    }

    @Test func aPrimaryThatIsHealthyAgainIsNotLeft() {
        var run = Run(.switchingOver)
        let degraded = run.look(at: 4, primary: .degraded, backlog: 1)
        #expect(degraded == nil)
        let healthy = run.look(at: 4, primary: .healthy, backlog: 0)
        #expect(healthy == .primary)
    }

    @Test func anUnhealthySecondaryDoesNotTakeOver() {
        var run = Run()
        for second in 0..<10 {
            let state = run.look(at: second, primary: .unhealthy, secondary: .unhealthy)
            #expect(state == nil)
        }
        let state = run.look(at: 10, primary: .unhealthy)
        #expect(state == .switchingOver)
        let back = run.look(at: 11, primary: .unhealthy, secondary: .unhealthy)
        #expect(back == .primary)
    }

    @Test func aSwitchThatTakesTooLongIsGivenUpAndTriedAgainLater() {
        var run = Run(.switchingOver)
        let states = (4...16).map { run.look(at: $0, primary: .unhealthy, backlog: 1) }
        // Read-only since second 3, for five seconds; then twice the patience.
        let expected: [Failover.State?] = [
            nil, nil, nil, nil, .primary, nil, nil, nil, nil, nil, nil, .switchingOver, nil,
        ]
        #expect(states == expected)
    }

    @Test func theSecondaryServesForAWhileEvenIfThePrimaryIsHealthyAtOnce() {
        var run = Run(.secondary)
        let states = (4...9).map { run.look(at: $0) }
        #expect(states == [nil, nil, nil, .failingBack, nil, nil])
    }

    @Test(
        arguments: [
            ("uuuuuuhhh", 8), ("uuuuuuhdhhh", 10), ("hhhhuhhh", 3), ("dddddddd", nil),
        ] as [(String, Int?)])
    func thePrimaryServesAgainWhenItWasHealthyForLong(healths: String, expected: Int?) {
        var run = Run(.secondary)
        var left: Int?
        // The secondary serves since second 3, and does so for four seconds.
        for (index, letter) in healths.enumerated() where left == nil {
            let state = run.look(at: 4 + index, primary: Health.State(letter))
            if state == .failingBack { left = index }
        }
        #expect(left == expected)
    }

    @Test func thePrimaryServesAgainOnlyWhenItHasEverything() {
        var run = Run(.failingBack)
        let waiting = [
            run.look(at: 8, backlog: 3), run.look(at: 8, backlog: 0),
            run.look(at: 8, backlog: 1, reconciliation: .done),
        ]
        #expect(waiting == [nil, nil, nil])
        let state = run.look(at: 8, backlog: 0, reconciliation: .done)
        #expect(state == .primary)
    }

    @Test(arguments: [Failover.ReconciliationState.pending, .done])
    func aPrimaryThatFailsAgainLeavesTheSecondaryServing(state: Failover.ReconciliationState) {
        var run = Run(.failingBack)
        let back = run.look(at: 8, primary: .unhealthy, reconciliation: state)
        #expect(back == .secondary)
        // Twice as long: a primary that comes and goes must not stop the writes again and again.
        let early = (9...15).compactMap { run.look(at: $0) }
        #expect(early.isEmpty)
        let again = run.look(at: 16)
        #expect(again == .failingBack)
    }

    @Test func aFailbackThatFailsIsTriedAgainAfterTwiceTheTime() {
        var run = Run(.failingBack)
        let back = run.look(at: 8, reconciliation: .failed)
        #expect(back == .secondary)
        let early = (9...15).compactMap { run.look(at: $0) }
        #expect(early.isEmpty)
        let again = run.look(at: 16)
        #expect(again == .failingBack)
        let second = run.look(at: 17, reconciliation: .failed)
        #expect(second == .secondary)
        let waiting = (18...32).compactMap { run.look(at: $0) }
        #expect(waiting.isEmpty)
        let third = run.look(at: 33)
        #expect(third == .failingBack)
    }

    @Test func aSwitchThatSucceedsEndsTheExtraPatience() {
        var run = Run(.failingBack)
        _ = run.look(at: 8, reconciliation: .failed)
        for second in 9...16 { _ = run.look(at: second) }
        let primary = run.look(at: 17, reconciliation: .done)
        #expect(primary == .primary)
        let states = (18...21).map { run.look(at: $0, primary: .unhealthy) }
        #expect(states == [nil, nil, nil, .switchingOver])
    }

    @Test func aFailbackThatTakesTooLongIsGivenUp() {
        var run = Run(.failingBack)
        let states = (8...12).map { run.look(at: $0, backlog: 1, reconciliation: .pending) }
        #expect(states == [nil, nil, nil, nil, .secondary])
    }

    @Test func withoutAutomaticFailbackOnlyAnOrderLetsThePrimaryServe() {
        var run = Run(.secondary) { $0.isFailbackAutomatic = false }
        for second in 4..<100 {
            let state = run.look(at: second)
            #expect(state == nil)
        }
        let unhealthy = run.look(at: 100, primary: .unhealthy, order: .failBack)
        #expect(unhealthy == nil)
        let state = run.look(at: 101, primary: .degraded, order: .failBack)
        #expect(state == .failingBack)
    }

    @Test func anOrderLeavesAHealthyPrimaryAndIsNotTakenBackByItsHealth() {
        var run = Run()
        let first = run.look(at: 0, secondary: .unhealthy, order: .failOver)
        #expect(first == nil)
        let states = [
            run.look(at: 1, order: .failOver), run.look(at: 2, backlog: 1), run.look(at: 3),
        ]
        #expect(states == [.switchingOver, nil, .secondary])
    }

    @Test(arguments: Failover.State.allCases)
    func writesAreTakenOnlyWhereOneStorageServes(state: Failover.State) {
        let failover = Run(state).failover
        #expect(failover.acceptsWrites(isHeld: false) == [.primary, .secondary].contains(state))
        #expect(!failover.acceptsWrites(isHeld: true))
    }

    @Test(arguments: SiteName.allCases)
    func itGoesOnAtTheStorageThatServedLast(site: SiteName) {
        var failover = Run(.failingBack).failover
        failover.resume(at: site)
        #expect(failover.state == (site == .primary ? .primary : .secondary))
        #expect(failover.state.active == site)
    }
}

extension Health.State {
    fileprivate init(_ letter: Character) {
        self = letter == "h" ? .healthy : letter == "d" ? .degraded : .unhealthy
    }
}

/// A failover that is looked at in seconds.
private struct Run {
    private(set) var failover: Failover
    private let start = ContinuousClock.now

    /// Left after 3 s, dwell 4 s, back after 2 s, read-only for at most 5 s. A state other than the
    /// first is entered in second 3, `failingBack` in second 7.
    init(
        _ state: Failover.State = .primary,
        configure: (inout Failover.Configuration) -> Void = { _ in }
    ) {
        var configuration = Failover.Configuration()
        configuration.failoverAfter = .seconds(3)
        configuration.dwell = .seconds(4)
        configuration.failbackAfter = .seconds(2)
        configuration.readOnlyLimit = .seconds(5)
        configure(&configuration)
        failover = Failover(configuration)
        if state == .primary { return }
        _ = look(at: 0, primary: .unhealthy)
        _ = look(at: 3, primary: .unhealthy)
        if state == .switchingOver { return }
        _ = look(at: 3, primary: .unhealthy)
        if state == .secondary { return }
        _ = look(at: 4)
        _ = look(at: 7)
    }

    /// - Returns: the state that it went to.
    mutating func look(
        at second: Int, primary: Health.State = .healthy, secondary: Health.State = .healthy,
        backlog: Int = 0, reconciliation: Failover.ReconciliationState = .pending,
        order: Failover.Order? = nil
    ) -> Failover.State? {
        look(
            Failover.Inputs(
                primary: primary, secondary: secondary, backlog: backlog,
                reconciliation: reconciliation, order: order), at: second)
    }

    mutating func look(_ inputs: Failover.Inputs, at second: Int) -> Failover.State? {
        let before = failover.state
        let transition = failover.update(inputs, at: start + .seconds(second))
        guard let transition else {
            #expect(failover.state == before)
            return nil
        }
        #expect(transition.from == before && transition.to == failover.state)
        return transition.to
    }
}
