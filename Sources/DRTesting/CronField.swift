/// One of the five parts of a cron expression: a list of `*`, numbers and ranges, the last two of
/// them also with a step.
struct CronField: Equatable, Sendable {
    enum Kind: String {
        case minute, hour
        case day = "day of the month"
        case month
        case weekday = "day of the week"

        /// Sunday is 0 and 7.
        var range: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .day: 1...31
            case .month: 1...12
            case .weekday: 0...7
            }
        }

        /// From the first number on.
        var names: [String] {
            switch self {
            case .minute, .hour, .day: []
            case .month:
                [
                    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                    "dec",
                ]
            case .weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            }
        }
    }

    /// Whether it begins with `*`, as crontab(5) has it: then the other field for days decides too.
    let isAny: Bool
    /// Whether no number is left out.
    let isEvery: Bool
    /// One bit for each number.
    private let numbers: UInt64

    init(_ text: Substring, _ kind: Kind) throws(CronError) {
        isAny = text.first == "*"
        var numbers: UInt64 = 0
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            numbers |= try Self.numbers(of: item, kind)
        }
        let sundays: UInt64 = 1 << 7 | 1
        if kind == .weekday, numbers & sundays != 0 { numbers |= sundays }
        self.numbers = numbers
        isEvery = kind.range.allSatisfy { numbers & 1 << UInt64($0) != 0 }
    }

    func contains(_ number: Int) -> Bool { numbers & 1 << UInt64(number) != 0 }

    private static func numbers(of item: Substring, _ kind: Kind) throws(CronError) -> UInt64 {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let span = try range(of: parts[0], kind)
        var step = 1
        if parts.count == 2 {
            guard let given = decimal(parts[1]), given > 0, parts[0] == "*" || span.count > 1
            else { throw problem(with: item, kind) }
            step = given
        }
        // A step beyond the range leaves its first number.
        return stride(from: span.lowerBound, through: span.upperBound, by: min(step, 60))
            .reduce(0) { $0 | 1 << UInt64($1) }
    }

    private static func range(
        of text: Substring, _ kind: Kind
    ) throws(CronError) -> ClosedRange<Int> {
        if text == "*" { return kind == .weekday ? 0...6 : kind.range }
        let bounds = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = number(bounds[0], kind), let last = number(bounds.last ?? "", kind),
            first <= last
        else { throw problem(with: text, kind) }
        return first...last
    }

    private static func number(_ text: Substring, _ kind: Kind) -> Int? {
        if let index = kind.names.firstIndex(of: text.lowercased()) {
            return kind.range.lowerBound + index
        }
        return decimal(text).flatMap { kind.range.contains($0) ? $0 : nil }
    }

    /// Digits and nothing else.
    private static func decimal(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            ? Int(text) : nil
    }

    private static func problem(with text: Substring, _ kind: Kind) -> CronError {
        let names = kind.names.first.map { " or names like '\($0)'" } ?? ""
        return CronError(
            "'\(text)' is no \(kind.rawValue); accepted: *, numbers from \(kind.range.lowerBound) "
                + "to \(kind.range.upperBound)\(names), ranges and lists of them, steps like */2")
    }
}
