import EventLog
import Synchronization

/// A clock that somebody sets.
final class SetClock: Sendable {
    private let time: Atomic<UInt64>

    /// - Parameter time: microseconds since 1970.
    init(_ time: UInt64) { self.time = Atomic(time) }

    var now: UInt64 { time.load(ordering: .relaxed) }
    var logClock: LogClock { LogClock(now: { self.now }, uptime: { self.now }) }

    func set(_ now: UInt64) { time.store(now, ordering: .relaxed) }
}
