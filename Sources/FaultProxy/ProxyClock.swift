#if canImport(Glibc)
    internal import Glibc
#endif

/// Instants as nanoseconds of the machine's boot clock (`CLOCK_BOOTTIME`), on which all processes
/// of one machine agree. To about a microsecond: the two clocks are read one after the other.
public enum ProxyClock {
    private static let origin: (instant: ContinuousClock.Instant, nanoseconds: Int64) = {
        let before = now()
        let instant = ContinuousClock.now
        return (instant, before + (now() - before) / 2)
    }()

    public static func nanoseconds(of instant: ContinuousClock.Instant) -> Int64 {
        origin.nanoseconds + (instant - origin.instant).nanoseconds
    }

    public static func instant(_ nanoseconds: Int64) -> ContinuousClock.Instant {
        origin.instant + .nanoseconds(nanoseconds - origin.nanoseconds)
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
