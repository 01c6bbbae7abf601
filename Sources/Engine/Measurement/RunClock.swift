internal import DRTesting

/// The two clocks of a run: a monotonic one to measure with, and the host's for labels.
struct RunClock: Sendable {
    let start: ContinuousClock.Instant
    /// Microseconds since 1970, at `start`.
    let startTime: UInt64

    /// Microseconds since the start; 0 for what lies before.
    func offset(of instant: ContinuousClock.Instant) -> UInt64 {
        UInt64(max((instant - start).microseconds, 0))
    }

    /// Microseconds since 1970.
    func time(of instant: ContinuousClock.Instant) -> UInt64 { startTime + offset(of: instant) }
}
