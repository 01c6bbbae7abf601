internal import DRTesting

/// Whether the wall clock can be trusted: times of the log are its. Durations have another clock.
public enum ClockCheck {
    /// - Parameters:
    ///   - now: microseconds since 1970.
    ///   - last: when the newest event of the log was recorded; `nil` without one.
    public static func finding(now: UInt64, last: UInt64?) -> Finding {
        guard let last else {
            return Finding(.note, "clock", "there is no log yet to compare the clock with")
        }
        guard last > now + 1_000_000 else {
            return Finding(.ok, "clock", "the clock is not behind the newest event of the log")
        }
        let behind = Duration.microseconds(Int64(last - now)).words
        return Finding(
            .problem, "clock",
            "the clock is \(behind) behind the newest event of the log: it was set back, or was "
                + "wrong when that was recorded")
    }
}
