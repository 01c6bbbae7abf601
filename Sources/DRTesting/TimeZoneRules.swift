/// How far the clocks of a place are ahead of UTC, and when that changes: what a file of the tz
/// database says (RFC 9636), read without the system's help.
public struct TimeZoneRules: Equatable, Sendable {
    /// The clocks change at a moment; from then on they are ahead by so many seconds.
    struct Change: Equatable, Sendable {
        let time: Int
        let offset: Int
    }

    public static let utc = TimeZoneRules(name: "UTC", firstOffset: 0, changes: [], rule: nil)

    /// More than any clock is ahead or behind, in seconds.
    static let offsetLimit = 93_600

    public let name: String
    /// Before the first change.
    private let firstOffset: Int
    /// Ascending.
    private let changes: [Change]
    /// What holds from the last change on, for ever; `nil` if nothing changes any more.
    private let rule: YearlyClockChange?

    init(name: String, firstOffset: Int, changes: [Change], rule: YearlyClockChange?) {
        (self.name, self.firstOffset, self.changes, self.rule) = (name, firstOffset, changes, rule)
    }

    /// Reads a file of the tz database, of version 1 to 4.
    ///
    /// - Throws: `TimeZoneError`, also for one of the zones that count leap seconds.
    public init(name: String, tzif bytes: [UInt8]) throws(TimeZoneError) {
        let file: TZifFile
        do throws(TZifError) {
            file = try TZifFile(bytes)
        } catch {
            throw TimeZoneError("the time zone '\(name)' cannot be read: \(error.message)")
        }
        self.init(
            name: name, firstOffset: file.firstOffset, changes: file.changes, rule: file.rule)
    }

    /// How many seconds the clocks are ahead of UTC at a moment in microseconds since 1970;
    /// negative if they are behind.
    public func offset(at time: UInt64) -> Int { offset(atSecond: Int(time / 1_000_000)) }

    func offset(atSecond second: Int) -> Int {
        let next = firstIndex(after: second)
        if next == changes.count, let rule { return rule.offset(atSecond: second) }
        return next == 0 ? firstOffset : changes[next - 1].offset
    }

    /// When the clocks change next after a moment, in seconds since 1970; `nil` if never again.
    func change(after second: Int) -> Int? {
        let next = firstIndex(after: second)
        if next < changes.count { return changes[next].time }
        return rule?.change(after: second)
    }

    /// The first moment at which the clocks show `local`, both in seconds since 1970: the first of
    /// two if they show it twice, and that at which they jump over it if they never do.
    func moment(ofLocal local: Int) -> Int {
        var start = local - Self.offsetLimit
        while true {
            let moment = local - offset(atSecond: start)
            guard let change = self.change(after: start), change <= moment else {
                return max(moment, start)
            }
            start = change
        }
    }

    /// Of the changes.
    private func firstIndex(after second: Int) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = low + (high - low) / 2
            if changes[middle].time <= second { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Why a time zone cannot be used.
public struct TimeZoneError: Error, Equatable, Sendable, CustomStringConvertible {
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
