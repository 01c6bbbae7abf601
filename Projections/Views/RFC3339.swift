/// Times as the tables show them: `2026-11-23T08:30:00.123Z`, always UTC.
public enum RFC3339 {
    /// - Parameter time: microseconds since 1970.
    public static func text(_ time: UInt64) -> String {
        let (year, month, day) = date(ofDay: Int(time / 86_400_000_000))
        let rest = Int(time % 86_400_000_000) / 1000
        let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60)
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T"
            + "\(digits(hour, 2)):\(digits(minute, 2)):\(digits(second, 2))."
            + "\(digits(rest % 1000, 3))Z"
    }

    /// - Returns: microseconds since 1970, or `nil` if the text is not a time of that form. The
    ///   fraction may be left out, and so may everything after the date.
    public static func time(_ text: String) -> UInt64? {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: "-").map { Int($0) }
        guard numbers.count == 3, let year = numbers[0], let month = numbers[1],
            let day = numbers[2],
            (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let start = self.day(of: (year, month, day))
        guard date(ofDay: start) == (year, month, day) else { return nil }
        if parts.count == 1 { return UInt64(start) * 86_400_000_000 }
        guard parts.count == 2, parts[1].hasSuffix("Z"), let time = timeOfDay(parts[1].dropLast())
        else { return nil }
        return UInt64(start) * 86_400_000_000 + time
    }

    private static func timeOfDay(_ text: Substring) -> UInt64? {
        let sides = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = sides[0].split(separator: ":").map { UInt64($0) }
        guard sides.count <= 2, numbers.count == 3, let hour = numbers[0], let minute = numbers[1],
            let second = numbers[2], hour < 24, minute < 60, second < 60
        else { return nil }
        var fraction: UInt64 = 0
        if sides.count == 2 {
            let padded = (sides[1] + "000000").prefix(6)
            guard sides[1].count <= 6, let number = UInt64(padded) else { return nil }
            fraction = number
        }
        return (hour * 3600 + minute * 60 + second) * 1_000_000 + fraction
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(count - text.count, 0)) + text
    }

    // Days are counted from 1970-01-01 and, inside, in eras of 400 years that begin in March, so
    // that the leap day is the last of its year.

    static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * march + 2) / 5 + 1
        )
    }

    static func day(of date: (year: Int, month: Int, day: Int)) -> Int {
        let year = date.month <= 2 ? date.year - 1 : date.year
        let march = date.month > 2 ? date.month - 3 : date.month + 9
        let dayOfYear = (153 * march + 2) / 5 + date.day - 1
        let yearOfEra = year % 400
        return year / 400 * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }
}
