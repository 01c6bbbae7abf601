/// A cron expression in words, where it is one of those that people write. Others stay as they are.
enum CronWords {
    private static let macros = [
        "@yearly": "once a year", "@annually": "once a year", "@monthly": "once a month",
        "@weekly": "every Sunday at 00:00", "@daily": "every day at 00:00",
        "@midnight": "every day at 00:00", "@hourly": "every hour",
    ]
    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
    private static let shortWeekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// - Parameter expression: one that was accepted.
    static func words(_ expression: String) -> String {
        let fields = expression.split(whereSeparator: \.isWhitespace).map { $0.lowercased() }
        if fields.count == 1 { return macros[fields[0]] ?? "as its expression says" }
        guard fields.count == 5, fields[3] == "*",
            let days = days(ofMonth: fields[2], ofWeek: fields[4]),
            let words = words(minute: fields[0], hour: fields[1], on: days)
        else { return "as its expression says" }
        return words
    }

    private static func words(minute: String, hour: String, on days: String) -> String? {
        let isDaily = days == "every day"
        let rest = isDaily ? "" : ", \(days)"
        if hour == "*" {
            if minute == "*" { return "every minute" + rest }
            if let step = step(minute) { return "every \(step) minutes" + rest }
            guard let minute = number(minute, 0...59) else { return nil }
            return (minute == 0 ? "every hour" : "every hour, at minute \(minute)") + rest
        }
        guard let minute = number(minute, 0...59) else { return nil }
        if let step = step(hour) {
            let at = minute == 0 ? "" : ", at minute \(minute)"
            return "every \(step) hours\(at)" + rest
        }
        let hours = hour.split(separator: ",").map { number(String($0), 0...23) }
        let times = hours.compactMap { $0.map { "\(padded($0)):\(padded(minute))" } }
        guard !times.isEmpty, times.count == hours.count else { return nil }
        return "\(days) at \(list(times))"
    }

    private static func days(ofMonth day: String, ofWeek weekday: String) -> String? {
        switch (day, weekday) {
        case ("*", "*"): return "every day"
        case ("*", _): return weekdayWords(weekday)
        case (_, "*"):
            let days = day.split(separator: ",").map { number(String($0), 1...31) }
            let known = days.compactMap { $0.map { String($0) } }
            guard known.count == days.count else { return nil }
            return "on day \(list(known)) of the month"
        default: return nil
        }
    }

    private static func weekdayWords(_ field: String) -> String? {
        let range = field.split(separator: "-").map { weekday(String($0)) }
        if range.count == 2 {
            guard let first = range[0], let last = range[1] else { return nil }
            return "every \(weekdays[first]) to \(weekdays[last])"
        }
        let days = field.split(separator: ",").map { weekday(String($0)) }
        let known = days.compactMap { $0.map { weekdays[$0] } }
        guard !known.isEmpty, known.count == days.count else { return nil }
        return "every \(list(known))"
    }

    private static func weekday(_ word: String) -> Int? {
        number(word, 0...7) ?? shortWeekdays.firstIndex(of: word)
    }

    private static func step(_ field: String) -> Int? {
        field.hasPrefix("*/") ? number(String(field.dropFirst(2)), 2...59) : nil
    }

    private static func number(_ text: String, _ range: ClosedRange<Int>) -> Int? {
        guard let number = Int(text), range.contains(number) else { return nil }
        return number
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return "\(words.dropLast().joined(separator: ", ")) and \(last)"
    }
}
