import ResilientStorage
import Testing

struct PerformanceAlertsTests {
    private let start = ContinuousClock.now

    @Test func fewCallsDecideNothing() {
        var alerts = PerformanceAlerts()
        let changes = calls("f", 19, &alerts, at: 0)
        #expect(changes.isEmpty)
        let next = calls("f", 1, &alerts, at: 0)
        #expect(next == ["error rate raised"])
    }

    /// 100 calls, of which so many are bad.
    @Test(arguments: [("f", "error rate"), ("l", "latency")])
    func moreThanOneCallInTwentyRaisesAnAlertOnce(call: String, kind: String) {
        var alerts = PerformanceAlerts()
        let before = calls("s", 95, &alerts, at: 0) + calls(call, 5, &alerts, at: 0)
        #expect(before.isEmpty)
        let raised = calls(call, 20, &alerts, at: 0)
        #expect(raised == ["\(kind) raised"])
        #expect(alerts.raised.map(\.rawValue) == [kind])
    }

    @Test func anAlertEndsAtHalfTheLimitAndNotBefore() {
        var alerts = PerformanceAlerts()
        _ = calls("s", 94, &alerts, at: 0)
        let raised = calls("f", 6, &alerts, at: 0)
        #expect(raised == ["error rate raised"])
        // 6 of 239 are 2.51 %, 6 of 240 are 2.5 %.
        let still = calls("s", 139, &alerts, at: 0)
        #expect(still.isEmpty)
        let ended = calls("s", 1, &alerts, at: 0)
        #expect(ended == ["error rate ended"])
        let after = calls("s", 50, &alerts, at: 0)
        #expect(after.isEmpty)
    }

    @Test func whatLeavesTheWindowDoesNotCount() {
        var alerts = PerformanceAlerts()
        _ = calls("f", 20, &alerts, at: 0)
        let within = calls("s", 30, &alerts, at: 9)
        #expect(within.isEmpty)
        // The failures of ten seconds ago are gone.
        let after = calls("s", 1, &alerts, at: 10)
        #expect(after == ["error rate ended"])
    }

    @Test func silenceEndsNoAlert() {
        var alerts = PerformanceAlerts()
        _ = calls("f", 20, &alerts, at: 0)
        let few = calls("s", 19, &alerts, at: 100)
        #expect(few.isEmpty)
        #expect(alerts.raised == [.errorRate])
        let enough = calls("s", 1, &alerts, at: 100)
        #expect(enough == ["error rate ended"])
    }

    @Test func aChangeSaysWhatWasSeen() throws {
        var alerts = PerformanceAlerts()
        _ = calls("s", 30, &alerts, at: 0)
        let instant = start + .seconds(1)
        _ = alerts.observe(.init(isFailure: true, duration: .zero, instant: instant))
        let changes = alerts.observe(.init(isFailure: true, duration: .zero, instant: instant))
        let change = try #require(changes.first)
        #expect(change.kind == .errorRate && change.isRaised)
        #expect(change.calls == 32)
        #expect(change.share == 2.0 / 32)
        #expect(change.instant == instant)
    }

    @Test(arguments: UInt64(0)..<50)
    func onARandomWalkItDoesWhatTheRulesSay(round: UInt64) throws {
        var random = SplitMix64(round: round)
        var alerts = PerformanceAlerts()
        var (window, raised, now, rate) = ([Seen](), false, 0, 0.05)
        for step in 0..<1500 {
            // The window moves in seconds from the first call.
            if step > 0 { now += Int.random(in: 0...200, using: &random) }
            if Int.random(in: 0..<60, using: &random) == 0 {
                rate = [0, 0.03, 0.08, 0.5][Int.random(in: 0..<4, using: &random)]
            }
            let isFailure = Double.random(in: 0..<1, using: &random) < rate
            window.append(Seen(slice: now / 1000, isFailure: isFailure))
            window.removeAll { $0.slice <= now / 1000 - 10 }
            let share = Double(window.count(where: \.isFailure)) / Double(window.count)
            if window.count >= 20 { raised = raised ? share > 0.025 : share > 0.05 }
            _ = alerts.observe(
                .init(
                    isFailure: isFailure, duration: .zero, instant: start + .milliseconds(now)))
            let context: Comment = "step \(step), \(Seed.note(round: round))"
            try #require(alerts.raised.contains(.errorRate) == raised, context)
        }
    }

    private struct Seen {
        let slice: Int
        let isFailure: Bool
    }

    /// - Parameter call: `s` succeeds, `f` fails, `l` succeeds late.
    private func calls(
        _ call: String, _ count: Int, _ alerts: inout PerformanceAlerts, at second: Int
    ) -> [String] {
        (0..<count).flatMap { _ in
            alerts.observe(
                .init(
                    isFailure: call == "f", duration: call == "l" ? .seconds(2) : .zero,
                    instant: start + .seconds(second)))
        }.map { "\($0.kind.rawValue) \($0.isRaised ? "raised" : "ended")" }
    }
}
