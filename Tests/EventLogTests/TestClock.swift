import Synchronization

@testable import EventLog

/// A clock that stands still until a test moves it.
final class TestClock: Sendable {
    /// Microseconds since 1970: in June 2025.
    static let start: UInt64 = 1_750_000_000_000_000

    private let times = Mutex((wall: TestClock.start, uptime: UInt64(60_000_000)))

    var wall: UInt64 { times.withLock { $0.wall } }
    var uptime: UInt64 { times.withLock { $0.uptime } }

    /// What the log sees of it. The time at which this is called counts as right.
    var log: LogClock { LogClock(now: { self.wall }, uptime: { self.uptime }) }

    /// Somebody sets the clock, forward or back.
    func set(by microseconds: Int64) {
        times.withLock { $0.wall = UInt64(Int64($0.wall) + microseconds) }
    }

    /// Time passes.
    func advance(by microseconds: UInt64) {
        times.withLock {
            $0.wall += microseconds
            $0.uptime += microseconds
        }
    }
}
