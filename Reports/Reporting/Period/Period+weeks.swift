extension Period {
    /// So many weeks, the last of them the one that a moment lies in. Fewer where time was not
    /// counted yet.
    static func weeks(_ count: Int, upTo moment: UInt64) -> [Period] {
        var weeks = [Period(.weekly, containing: moment)]
        while weeks.count < count, let first = weeks.last, first.start >= first.end - first.start {
            weeks.append(Period(.weekly, containing: first.start - 1))
        }
        return weeks.reversed()
    }
}
