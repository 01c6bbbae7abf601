internal import DRTesting
internal import Projections

/// Numbers and times as reports show them. What a log holds may be any number, and none may end
/// the report.
enum ReportText {
    /// From here on digits say nothing, and whole numbers of 64 bits come to their end.
    private static let largest = 1e15

    static func milliseconds(_ value: Double?) -> String {
        guard let value else { return "unknown" }
        return abs(value) < largest
            ? Duration.milliseconds(Int64(value.rounded())).words : "\(value) ms"
    }

    static func microseconds(_ value: UInt64) -> String {
        if value < 1000 { return "\(value) µs" }
        if value < 100_000 { return "\(decimal(Double(value) / 1000)) ms" }
        return Duration.microseconds(Int64(clamping: value)).words
    }

    /// At most one decimal: the same text on every machine.
    static func decimal(_ value: Double) -> String {
        guard abs(value) < largest else { return "\(value)" }
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
        return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
    }

    /// Three decimals, as probabilities and ratios have: `0.044`.
    static func thousandths(_ value: Double) -> String {
        guard abs(value) < largest / 100 else { return "\(value)" }
        let thousandths = Int((value * 1000).rounded())
        let (whole, rest) = abs(thousandths).quotientAndRemainder(dividingBy: 1000)
        let digits = String(String(rest + 1000).dropFirst())
        return (thousandths < 0 ? "-" : "") + "\(whole).\(digits)"
    }

    /// `p = 0.044`.
    static func probability(_ value: Double) -> String {
        value < 0.001 ? "p < 0.001" : "p = \(thousandths(value))"
    }

    /// - Parameter share: of 1.
    static func percent(_ share: Double) -> String { "\(decimal(share * 100)) %" }

    /// `44 % to 97 %`: in whole numbers, since few drills say no more.
    static func percents(_ interval: ClosedRange<Double>) -> String {
        "\(decimal((interval.lowerBound * 100).rounded())) % to "
            + "\(decimal((interval.upperBound * 100).rounded())) %"
    }

    /// With a comma before each three digits: `1,204,311`.
    static func count(_ value: some BinaryInteger) -> String {
        let digits = String(value)
        var result = ""
        for (index, digit) in digits.enumerated() {
            let rest = digits.count - index
            if index > 0, rest % 3 == 0, result != "-" { result.append(",") }
            result.append(digit)
        }
        return result
    }

    /// `2026-11-23`, in UTC.
    static func day(_ time: UInt64) -> String { String(RFC3339.text(time).prefix { $0 != "T" }) }

    /// `2026-11-23 08:30:05`, in UTC.
    static func moment(_ time: UInt64) -> String {
        "\(day(time)) \(RFC3339.text(time).drop { $0 != "T" }.dropFirst().prefix(8))"
    }

    /// How often something is due: `7 days`, `36 h`, `90 min`.
    static func interval(milliseconds value: UInt64) -> String {
        let (minute, hour, day): (UInt64, UInt64, UInt64) = (60_000, 3_600_000, 86_400_000)
        if value >= day, value % day == 0 { return (value / day).counted("day") }
        if value >= hour, value % hour == 0 { return "\(value / hour) h" }
        if value >= minute, value % minute == 0 { return "\(value / minute) min" }
        return milliseconds(Double(value))
    }

    /// The style of a verdict's colour in pages.
    static func style(_ verdict: Verdict) -> String {
        switch verdict {
        case .passed: "passed"
        case .failed: "failed"
        case .inconclusive: "inconclusive"
        case .none: "none"
        }
    }
}
