/// Reads the rule at the end of a file of the tz database: a value of TZ as in POSIX, with times
/// of more than a day.
struct ClockRuleParser {
    enum Rule: Equatable {
        /// The clocks are never changed; they are ahead by so many seconds.
        case always(offset: Int)
        case yearly(YearlyClockChange)
    }

    private static let problem = TZifError("its last line is no rule")

    private var rest: Substring.UTF8View

    /// For example `CET-1CEST,M3.5.0,M10.5.0/3`.
    static func parse(_ text: String) throws(TZifError) -> Rule {
        var parser = ClockRuleParser(rest: text[...].utf8)
        try parser.name()
        // In it, west is positive.
        let west = try parser.time(hours: 24)
        let standard = -west
        if parser.rest.isEmpty { return .always(offset: standard) }
        try parser.name()
        var saving = standard + 3600
        if !parser.isNext(",") {
            let west = try parser.time(hours: 24)
            saving = -west
        }
        try parser.take(",")
        let start = try parser.moment()
        try parser.take(",")
        let end = try parser.moment()
        guard parser.rest.isEmpty else { throw problem }
        return .yearly(
            YearlyClockChange(
                standardOffset: standard, savingOffset: saving, start: start, end: end))
    }

    private init(rest: Substring.UTF8View) { self.rest = rest }

    private func isNext(_ character: Unicode.Scalar) -> Bool {
        rest.first == UInt8(ascii: character)
    }

    private mutating func take(_ character: Unicode.Scalar) throws(TZifError) {
        guard isNext(character) else { throw Self.problem }
        rest.removeFirst()
    }

    /// Letters, or anything between angle brackets.
    private mutating func name() throws(TZifError) {
        if isNext("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { throw Self.problem }
            rest = rest[rest.index(after: end)...]
            return
        }
        let letters = rest.prefix {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        }
        if letters.count < 3 { throw Self.problem }
        rest.removeFirst(letters.count)
    }

    /// Hours, and minutes and seconds if they are given; in seconds.
    private mutating func time(hours: Int) throws(TZifError) -> Int {
        let isNegative = isNext("-")
        if isNegative || isNext("+") { rest.removeFirst() }
        var seconds = try number(0...hours) * 3600
        for unit in [60, 1] where isNext(":") {
            rest.removeFirst()
            seconds += try number(0...59) * unit
        }
        return isNegative ? -seconds : seconds
    }

    private mutating func moment() throws(TZifError) -> YearlyClockChange.Moment {
        let day = try day()
        var time = 2 * 3600
        if isNext("/") {
            rest.removeFirst()
            time = try self.time(hours: 167)
        }
        return .init(day: day, time: time)
    }

    private mutating func day() throws(TZifError) -> YearlyClockChange.Moment.Day {
        if isNext("J") {
            rest.removeFirst()
            return .withoutLeapDay(try number(1...365))
        }
        guard isNext("M") else { return .ofYear(try number(0...365)) }
        rest.removeFirst()
        let month = try number(1...12)
        try take(".")
        let week = try number(1...5)
        try take(".")
        return .weekday(month: month, week: week, weekday: try number(0...6))
    }

    private mutating func number(_ range: ClosedRange<Int>) throws(TZifError) -> Int {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard digits.count <= 3, let number = Int(Substring(digits)),
            range.contains(number)
        else { throw Self.problem }
        rest.removeFirst(digits.count)
        return number
    }
}
