import Testing

@testable import ResilientStorage

struct DegradedModeTests {
    @Test(arguments: [CircuitBreaker.State.open, .halfOpen])
    func itBeginsWhenTheBreakerLeavesClosed(breaker: CircuitBreaker.State) {
        var mode = DegradedMode()
        let change = mode.update(breaker: breaker, queueDepth: 0) { "first" }
        #expect(change == .entered(incident: "first"))
        #expect(mode.incident == "first")
    }

    @Test func aQueueAloneDoesNotBeginIt() {
        var mode = DegradedMode()
        let change = mode.update(breaker: .closed, queueDepth: 100) { "first" }
        #expect(change == nil)
        #expect(mode.incident == nil)
    }

    @Test func itIsEnteredOnceHoweverOftenTheBreakerOpens() {
        var mode = DegradedMode()
        var names = 0
        var changes: [DegradedMode.Change?] = []
        for state in [CircuitBreaker.State.open, .halfOpen, .open, .halfOpen, .open] {
            let change = mode.update(breaker: state, queueDepth: 1) {
                names += 1
                return "incident \(names)"
            }
            changes.append(change)
            #expect(mode.incident == "incident 1")
        }
        #expect(changes == [.entered(incident: "incident 1"), nil, nil, nil, nil])
        #expect(names == 1)
    }

    @Test(
        arguments: [
            (.open, 0), (.open, 1), (.halfOpen, 0), (.halfOpen, 1), (.closed, 1), (.closed, 99),
        ] as [(CircuitBreaker.State, Int)])
    func itGoesOnUnlessTheBreakerIsClosedAndTheQueueEmpty(
        breaker: CircuitBreaker.State, depth: Int
    ) {
        var mode = DegradedMode()
        _ = mode.update(breaker: .open, queueDepth: 0) { "first" }
        let change = mode.update(breaker: breaker, queueDepth: depth) { "second" }
        #expect(change == nil)
        #expect(mode.incident == "first")
    }

    @Test func itIsLeftOnceUnderTheNameItWasEnteredWith() {
        var mode = DegradedMode()
        _ = mode.update(breaker: .open, queueDepth: 0) { "first" }
        _ = mode.update(breaker: .closed, queueDepth: 3) { "second" }
        let left = mode.update(breaker: .closed, queueDepth: 0) { "third" }
        #expect(left == .left(incident: "first"))
        #expect(mode.incident == nil)
        let again = mode.update(breaker: .closed, queueDepth: 0) { "fourth" }
        #expect(again == nil)
    }

    @Test func theNextIncidentHasANameOfItsOwn() {
        var mode = DegradedMode()
        _ = mode.update(breaker: .open, queueDepth: 0) { "first" }
        _ = mode.update(breaker: .closed, queueDepth: 0) { "unused" }
        let change = mode.update(breaker: .open, queueDepth: 0) { "second" }
        #expect(change == .entered(incident: "second"))
    }
}
