public import DRTesting

/// Metrics as people read them, rounded. The tables and the JSON have them as they were recorded.
extension MetricRecorded {
    /// `12.3 ms`, `0.97`, `unknown`.
    public var valueText: String {
        guard let value else { return "unknown" }
        let text = Self.text(value, unit)
        // Rounding must not make a limit look kept that was missed by a little.
        let isHidden = value != threshold && threshold.map { Self.text($0, unit) } == text
        return isHidden ? Self.text("\(value)", unit) : text
    }

    /// `at most 10 ms`, `at least 0.4`; `nil` without a limit.
    public var limitText: String? {
        threshold.map { "\(limitWords) \(Self.text($0, unit))" }
    }

    public var verdict: Verdict {
        if let passed { return passed ? .passed : .failed }
        return threshold == nil ? .none : .inconclusive
    }

    /// Which way a limit is meant is not recorded; it follows from whether it was kept.
    private var limitWords: String {
        if isOfObjective { return "at most" }
        guard let value, let threshold, let passed, value != threshold else { return "limit" }
        return passed == (value < threshold) ? "at most" : "at least"
    }

    private static func text(_ value: Double, _ unit: String) -> String {
        let isLarge = abs(value) >= 1000 && abs(value) < 1e15
        switch unit {
        case "ms" where isLarge:
            return Duration.milliseconds(Int64(value.rounded())).words
        case "bytes" where isLarge: return bytes(value)
        case "bytes/s" where isLarge: return bytes(value) + "/s"
        default: return text(rounded(value), unit)
        }
    }

    private static func text(_ number: String, _ unit: String) -> String {
        switch unit {
        case "1", "ratio", "": number
        case "1/s": "\(number)/s"
        default: "\(number) \(unit)"
        }
    }

    private static func bytes(_ value: Double) -> String {
        let names = ["KiB", "MiB", "GiB", "TiB"]
        var (scaled, index) = (value / 1024, 0)
        while abs(scaled) >= 1024, index < names.count - 1 {
            (scaled, index) = (scaled / 1024, index + 1)
        }
        return "\(rounded(scaled)) \(names[index])"
    }

    /// To three digits, or to four decimals of what is less than 1.
    private static func rounded(_ value: Double) -> String {
        let scale: Double =
            switch abs(value) {
            case 100...: 1
            case 10..<100: 10
            case 1..<10: 100
            default: 10_000
            }
        return "\(ObservedValue.number((value * scale).rounded() / scale))"
    }
}
