import EventLog
import Synchronization

/// A clock that somebody sets to and fro, up to two hours, and now and then two days ahead, which
/// the log refuses.
final class JumpingClock: Sendable {
    private let state: Mutex<(random: UInt64, offset: Int64)>
    private let start = ContinuousClock.now

    init(seed: UInt64) { state = Mutex((seed, 0)) }

    var log: LogClock { LogClock(now: { self.now() }, uptime: { self.uptime() }) }

    private func now() -> UInt64 {
        let offset = state.withLock { state -> Int64 in
            // Knuth's generator: its high bits are good enough here.
            state.random = state.random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Int64(state.random >> 33)
            if number % 40 == 0 {
                state.offset = 2 * 86_400_000_000
            } else if number % 4 == 0 {
                state.offset = number * 7 % 14_400_000_000 - 7_200_000_000
            }
            return state.offset
        }
        return UInt64(Int64(LogClock.system.now()) + offset)
    }

    private func uptime() -> UInt64 {
        UInt64((ContinuousClock.now - start) / .microseconds(1))
    }
}
