#if canImport(Glibc)
    internal import Glibc
#endif

/// Where the log gets its times from.
public struct LogClock: Sendable {
    /// Microseconds since 1970, as the host's clock says.
    public let now: @Sendable () -> UInt64
    /// Microseconds since some fixed moment, never set back, counting through sleep.
    let uptime: @Sendable () -> UInt64
    private let start: (now: UInt64, uptime: UInt64)

    public static let system = LogClock(
        now: { microseconds(CLOCK_REALTIME) }, uptime: { microseconds(CLOCK_BOOTTIME) })

    public init(now: @escaping @Sendable () -> UInt64, uptime: @escaping @Sendable () -> UInt64) {
        self.now = now
        self.uptime = uptime
        self.start = (now(), uptime())
    }

    /// - Throws: `.clockJumped` if the clock ran ahead by more than a day: recorded times never go
    ///   back, so one event from the future would spoil all that follow.
    func checkedNow() throws(EventLogError) -> UInt64 {
        let now = now()
        let expected = start.now + (uptime() - start.uptime)
        if now > expected + 86_400_000_000 {
            throw EventLogError(
                .clockJumped,
                "the clock is more than a day ahead of the time since the start; set it right")
        }
        return now
    }
}

private func microseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
}
