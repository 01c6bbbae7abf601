/// A day of the Gregorian calendar, in no time zone.
struct CivilDate: Equatable, Sendable {
    /// After so many days the calendar repeats, days of the week too.
    static let cycle = 146_097
    /// From 0000-03-01 to 1970-01-01.
    private static let shift = 719_468

    let year: Int
    let month: Int
    let day: Int

    init(year: Int, month: Int, day: Int) { (self.year, self.month, self.day) = (year, month, day) }

    /// Days are counted in eras of 400 years that begin in March, so that the leap day is the last
    /// of its year.
    ///
    /// - Parameter number: counted from 1970-01-01, which was a Thursday.
    init(number: Int) {
        let era = (number + Self.shift).quotient(by: Self.cycle)
        let dayOfEra = number + Self.shift - era * Self.cycle
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        month = march < 10 ? march + 3 : march - 9
        day = dayOfYear - (153 * march + 2) / 5 + 1
        year = era * 400 + yearOfEra + (month < 3 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    var number: Int {
        let marchYear = month < 3 ? year - 1 : year
        let era = marchYear.quotient(by: 400)
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month < 3 ? month + 9 : month - 3) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.cycle + dayOfEra - Self.shift
    }

    /// 0 is Sunday.
    static func weekday(ofNumber number: Int) -> Int {
        let sunday = number + 4
        return sunday - sunday.quotient(by: 7) * 7
    }

    static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }
}

extension Int {
    /// Rounded down, also below zero.
    func quotient(by divisor: Int) -> Int {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
