/// Places what is as wide as its label in as few rows as possible, so that nothing is covered.
struct ChartRows {
    private var ends: [Double] = []

    var count: Int { ends.count }

    /// - Returns: the row for what reaches from one place to the other, counted from 0.
    mutating func place(from start: Double, to end: Double) -> Int {
        let row = ends.firstIndex { $0 <= start } ?? ends.count
        if row == ends.count { ends.append(end) } else { ends[row] = end }
        return row
    }
}
