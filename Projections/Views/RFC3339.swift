/// Times as the tables show them: `2026-11-23T08:30:00.123Z`, always UTC.
public enum RFC3339 {
    /// - Parameter time: microseconds since 1970.
    public static func text(_ time: UInt64) -> String {
        var bytes: [UInt8] = []
        write(time, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Parameter time: microseconds since 1970.
    static func write(_ time: UInt64, to bytes: inout [UInt8]) {
        let (year, month, day) = date(ofDay: Int(time / 86_400_000_000))
        let rest = Int(time % 86_400_000_000) / 1000
        write(year, digits: 4, to: &bytes)
        bytes.append(dash)
        write(month, digits: 2, to: &bytes)
        bytes.append(dash)
        write(day, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        write(rest / 3_600_000, digits: 2, to: &bytes)
        bytes.append(colon)
        write(rest / 60_000 % 60, digits: 2, to: &bytes)
        bytes.append(colon)
        write(rest / 1000 % 60, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        write(rest % 1000, digits: 3, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// - Returns: microseconds since 1970, or `nil` if the text is not a time of that form. The
    ///   fraction may be left out, and so may everything after the date.
    public static func time(_ text: String) -> UInt64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, let year = number(bytes[0..<4]), bytes[4] == dash,
            let month = number(bytes[5..<7]), bytes[7] == dash, let day = number(bytes[8..<10]),
            year >= 1970, (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let start = self.day(of: (Int(year), Int(month), Int(day)))
        guard date(ofDay: start) == (Int(year), Int(month), Int(day)) else { return nil }
        let midnight = UInt64(start) * 86_400_000_000
        if bytes.count == 10 { return midnight }
        return timeOfDay(bytes[10...]).map { midnight + $0 }
    }

    /// `T08:30:00Z`, or with up to six digits of a fraction.
    private static func timeOfDay(_ text: ArraySlice<UInt8>) -> UInt64? {
        let bytes = Array(text)
        guard bytes.count >= 10, bytes[0] == UInt8(ascii: "T"), bytes.last == UInt8(ascii: "Z"),
            let hour = number(bytes[1..<3]), bytes[3] == colon, let minute = number(bytes[4..<6]),
            bytes[6] == colon, let second = number(bytes[7..<9]),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let whole = (hour * 3600 + minute * 60 + second) * 1_000_000
        let fraction = bytes[9..<bytes.count - 1]
        if fraction.isEmpty { return whole }
        guard fraction.first == UInt8(ascii: "."), (2...7).contains(fraction.count) else {
            return nil
        }
        let padding = [UInt8](repeating: UInt8(ascii: "0"), count: 7 - fraction.count)
        return number(fraction.dropFirst() + padding).map { whole + $0 }
    }

    private static let dash = UInt8(ascii: "-")
    private static let colon = UInt8(ascii: ":")

    /// Digits and nothing else.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        return digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
    }

    /// With zeros before it, or with more digits if it has them.
    private static func write(_ number: Int, digits: Int, to bytes: inout [UInt8]) {
        var (scale, most) = (1, 10)
        for _ in 1..<digits { (scale, most) = (most, most * 10) }
        while number >= most { (scale, most) = (most, most * 10) }
        while scale > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / scale % 10))
            scale /= 10
        }
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
