/// Clocks that are changed twice a year, for ever.
struct YearlyClockChange: Equatable, Sendable {
    /// A day of each year, and a time of that day.
    struct Moment: Equatable, Sendable {
        enum Day: Equatable, Sendable {
            /// 1 to 365: 29 February is not counted.
            case withoutLeapDay(Int)
            /// 0 to 365.
            case ofYear(Int)
            /// The 5th week is the last that there is; weekday 0 is Sunday.
            case weekday(month: Int, week: Int, weekday: Int)
        }

        let day: Day
        /// Seconds since midnight, as the clocks show them before they are changed; it may lie days
        /// before or after.
        let time: Int

        /// In seconds since 1970, on the clocks before the change.
        func local(in year: Int) -> Int { number(in: year) * 86_400 + time }

        private func number(in year: Int) -> Int {
            let newYear = CivilDate(year: year, month: 1, day: 1).number
            switch day {
            case .ofYear(let day): return newYear + day
            case .withoutLeapDay(let day):
                return newYear + day - (CivilDate.isLeap(year) && day >= 60 ? 0 : 1)
            case .weekday(let month, let week, let weekday):
                let first = CivilDate(year: year, month: month, day: 1).number
                let ahead = (weekday - CivilDate.weekday(ofNumber: first) + 7) % 7
                let day = first + ahead + (week - 1) * 7
                return CivilDate(number: day).month == month ? day : day - 7
            }
        }
    }

    private struct Change {
        let time: Int
        let startsSaving: Bool
    }

    /// In seconds ahead of UTC.
    let standardOffset: Int
    let savingOffset: Int
    let start: Moment
    let end: Moment

    func offset(atSecond second: Int) -> Int {
        let last = changes(around: second).last { $0.time <= second }
        return last?.startsSaving == true ? savingOffset : standardOffset
    }

    func change(after second: Int) -> Int? {
        changes(around: second).first { $0.time > second }?.time
    }

    /// Of the year before, the year, and the year after: ascending.
    private func changes(around second: Int) -> [Change] {
        let year = CivilDate(number: second.quotient(by: 86_400)).year
        var changes: [Change] = []
        for near in year - 1...year + 1 {
            let (started, ended) = (start.local(in: near), end.local(in: near))
            changes.append(Change(time: started - standardOffset, startsSaving: true))
            changes.append(Change(time: ended - savingOffset, startsSaving: false))
        }
        // Saving time that ends at the moment at which it starts anew goes on.
        return changes.sorted {
            $0.time == $1.time ? !$0.startsSaving && $1.startsSaving : $0.time < $1.time
        }
    }
}
