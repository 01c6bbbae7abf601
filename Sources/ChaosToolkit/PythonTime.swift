/// Writes moments as Python does.
enum PythonTime {
    /// A moment, in microseconds since the beginning of 1970, as `isoformat()` writes it in UTC:
    /// without a fraction if there is none.
    static func text(of microseconds: Int) -> String {
        let (seconds, fraction) = divided(microseconds, by: 1_000_000)
        let (day, second) = divided(seconds, by: 86_400)
        let time = [second / 3600, second / 60 % 60, second % 60].map { padded($0, 2) }
        let part = fraction == 0 ? "" : "." + padded(fraction, 6)
        return "\(date(ofDay: day))T\(time.joined(separator: ":"))\(part)+00:00"
    }

    /// The date in the Gregorian calendar, by counting from a first of March, with which leap days
    /// come last in a year.
    private static func date(ofDay day: Int) -> String {
        let (era, dayOfEra) = divided(day + 719_468, by: 146_097)
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
        let calendarMonth = month < 10 ? month + 3 : month - 9
        let calendarYear = year + era * 400 + (calendarMonth <= 2 ? 1 : 0)
        return [padded(calendarYear, 4), padded(calendarMonth, 2), padded(dayOfMonth, 2)]
            .joined(separator: "-")
    }

    /// Rounded down, also before 1970.
    private static func divided(_ number: Int, by divisor: Int) -> (Int, Int) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
