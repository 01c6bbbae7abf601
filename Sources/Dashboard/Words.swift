internal import Projections

/// Numbers and times as the pages show them. Nothing that a log holds may end a page.
enum Words {
    /// From here on digits say nothing, and whole numbers of 64 bits come to their end.
    private static let largest = 1e15

    /// `2026-11-29 23:31`; empty without a time.
    static func moment(_ time: UInt64?) -> String {
        guard let time else { return "" }
        let text = RFC3339.text(time)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
    }

    static func day(_ time: UInt64?) -> String {
        time.map { String(RFC3339.text($0).prefix(10)) } ?? ""
    }

    /// `23:31:05.250`.
    static func clock(_ time: UInt64?) -> String {
        time.map { String(RFC3339.text($0).dropFirst(11).prefix(12)) } ?? ""
    }

    /// `4 min ago`, `just now`.
    static func ago(_ time: UInt64, now: UInt64) -> String {
        let seconds = now > time ? (now - time) / 1_000_000 : 0
        return seconds < 60 ? "just now" : "\(coarse(seconds)) ago"
    }

    /// `in 3 h`.
    static func ahead(_ time: UInt64, now: UInt64) -> String {
        let seconds = time > now ? (time - now) / 1_000_000 : 0
        return seconds < 60 ? "in less than a minute" : "in \(coarse(seconds))"
    }

    /// One unit, or two where the second one still matters.
    private static func coarse(_ seconds: UInt64) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
        if hours == 0 { return "\(minutes) min" }
        if hours < 6, minutes % 60 > 0 { return "\(hours) h \(minutes % 60) min" }
        if hours < 48 { return "\(hours) h" }
        return "\(days) days"
    }

    /// A measured time: `250 ms`, `12.4 s`, `2 min 5 s`. One that is not known is never 0.
    static func span(_ milliseconds: Double?) -> String {
        guard let milliseconds, milliseconds.isFinite else { return "unknown" }
        guard abs(milliseconds) < largest else { return "\(milliseconds) ms" }
        if milliseconds < 1000 { return "\(decimal(milliseconds)) ms" }
        let tenths = Int((milliseconds / 100).rounded())
        if tenths < 600 {
            return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
        }
        return long(Int((milliseconds / 1000).rounded()))
    }

    private static func long(_ seconds: Int) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
        if hours == 0 { return "\(minutes) min" + rest(seconds % 60, "s") }
        if hours < 48 { return "\(hours) h" + rest(minutes % 60, "min") }
        return "\(days) days" + rest(hours % 24, "h")
    }

    private static func rest(_ number: Int, _ unit: String) -> String {
        number == 0 ? "" : " \(number) \(unit)"
    }

    /// Microseconds since the run's start: `4.21 s`.
    static func offset(_ microseconds: UInt64) -> String {
        let hundredths = microseconds / 10_000 + (microseconds % 10_000 >= 5000 ? 1 : 0)
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }

    /// At most one decimal: the same text on every machine.
    static func decimal(_ value: Double) -> String {
        guard abs(value) < largest else { return "\(value)" }
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
        return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
    }

    /// A measure as people write it: `1/s` stands for `per second`, and `1` for nothing.
    static func amount(_ value: Double, _ unit: String) -> String {
        switch unit {
        case "ms": span(value)
        case "ratio": percentage(value)
        case "", "1": number(value)
        case _ where unit.hasPrefix("1/"): "\(number(value))\(unit.dropFirst())"
        default: "\(number(value)) \(unit)"
        }
    }

    /// Small numbers with what they need to differ from 0.
    private static func number(_ value: Double) -> String {
        guard value != 0, abs(value) < 0.1 else { return decimal(value) }
        let thousandths = (value * 1000).rounded()
        return thousandths == 0 ? "\(value)" : "\(thousandths / 1000)"
    }

    /// Nothing is rounded to none or to all.
    private static func percentage(_ value: Double) -> String {
        guard abs(value) < largest else { return "\(value)" }
        let percent = (value * 10_000).rounded() / 100
        if (percent == 0 && value != 0) || (percent == 100 && value != 1) { return "\(value)" }
        return percent == percent.rounded() ? "\(Int(percent)) %" : "\(percent) %"
    }

    static func size(_ bytes: Double?) -> String {
        guard let bytes else { return "" }
        if bytes < 1000 { return "\(decimal(bytes)) B" }
        if bytes < 1_000_000 { return "\(decimal(bytes / 1000)) kB" }
        return "\(decimal(bytes / 1_000_000)) MB"
    }

    /// `partial_degradation` as people write it.
    static func type(_ word: String) -> String { word.replacing("_", with: " ") }

    /// How a value stands to what is allowed: the name of a style.
    static func tone(_ value: Double?, limit: Double?) -> String {
        guard let value, let limit else { return "" }
        return value <= limit ? "good" : "bad"
    }
}
