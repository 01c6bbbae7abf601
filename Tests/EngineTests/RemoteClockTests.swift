import FaultProxy
import Testing

@testable import Engine

/// The clock of another machine, told by the clock of this one.
struct RemoteClockTests {
    private static let now = ContinuousClock.now

    /// A clock that is ahead by an hour, asked in the middle of a request.
    private static func shown(at milliseconds: Int) -> Int64 {
        ProxyClock.nanoseconds(of: now + .milliseconds(milliseconds)) + 3_600_000_000_000
    }

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        now + .milliseconds(milliseconds)
    }

    @Test func nothingIsKnownBeforeItWasAsked() {
        let clock = RemoteClock()
        #expect(clock.error == nil)
        #expect(clock.instant(of: 0) == nil)
        #expect(clock.shown(at: .now) == nil)
    }

    @Test func theMiddleOfARequestIsRightToHalfOfIt() throws {
        var clock = RemoteClock()
        clock.add(sent: Self.at(0), shown: Self.shown(at: 9), received: Self.at(10))
        let error = try #require(clock.error)
        #expect(error >= .milliseconds(5) && error < .milliseconds(6))
        let told = try #require(clock.instant(of: Self.shown(at: 100)))
        #expect(abs((told - Self.at(100)) / .milliseconds(1)) <= 5)
        let shown = try #require(clock.shown(at: told))
        #expect(shown == Self.shown(at: 100))
    }

    @Test func theShortestRequestCounts() throws {
        var clock = RemoteClock()
        clock.add(sent: Self.at(0), shown: Self.shown(at: 100), received: Self.at(200))
        clock.add(sent: Self.at(300), shown: Self.shown(at: 301), received: Self.at(302))
        clock.add(sent: Self.at(400), shown: Self.shown(at: 490), received: Self.at(500))
        let error = try #require(clock.error)
        #expect(error < .milliseconds(2))
        #expect(error < RemoteClock.worstError)
    }

    @Test func aSlowRequestTellsTooLittle() throws {
        var clock = RemoteClock()
        clock.add(sent: Self.at(0), shown: Self.shown(at: 20), received: Self.at(42))
        #expect(try #require(clock.error) > RemoteClock.worstError)
    }

    @Test func theClockOfThisMachineIsExact() {
        var clock = RemoteClock()
        let shown = ProxyClock.nanoseconds(of: Self.at(3))
        clock.add(sent: Self.at(0), shown: shown, received: Self.at(50))
        #expect(clock.error == .zero)
        #expect(clock.shown(at: Self.at(3)) == shown)
        #expect(clock.instant(of: shown) == ProxyClock.instant(shown))
    }

    @Test func whatWasLongAgoIsForgottenSinceClocksDrift() throws {
        var clock = RemoteClock()
        clock.add(sent: Self.at(0), shown: Self.shown(at: 0), received: Self.at(1))
        for number in 1...100 {
            let start = 1000 * number
            clock.add(
                sent: Self.at(start), shown: Self.shown(at: start + 5),
                received: Self.at(start + 10))
        }
        #expect(try #require(clock.error) >= .milliseconds(5))
    }
}
