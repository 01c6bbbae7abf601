/// Small drawings that stand in the rows of tables.
enum TableBars {
    private static let width = 120.0
    private static let height = 16.0

    /// A measured value against what is allowed, with a line at the limit.
    ///
    /// - Returns: empty without both: there is nothing to compare.
    static func measured(_ value: UInt64?, limit: UInt64?) -> Markup {
        guard let value, let limit, limit > 0 else { return "" }
        let (part, whole) = (Double(value), Double(max(value, limit)))
        let line = min(width * Double(limit) / whole, width - 2)
        var drawing = Drawing(width: width, height: height)
        drawing.rectangle(x: 0, y: 4, width: width, height: 8, radius: 2, .fill(.line))
        drawing.rectangle(
            x: 0, y: 4, width: max(width * part / whole, 1.5), height: 8, radius: 2,
            .fill(value <= limit ? .passed : .failed))
        drawing.rectangle(x: line, y: 1, width: 2, height: 14, .fill(.ink))
        return drawing.svg(
            title: "\(ReportText.milliseconds(part)) of "
                + "\(ReportText.milliseconds(Double(limit))) allowed",
            description: "A bar for what was measured, and a line at the objective.", style: "bar")
    }

    /// The share of drills that passed, and its interval, from 0 to 100 %.
    static func share(_ passed: Int, of total: Int, _ interval: ClosedRange<Double>?) -> Markup {
        guard let interval, total > 0 else { return "" }
        func x(_ share: Double) -> Double { 4 + (width - 8) * min(max(share, 0), 1) }
        var drawing = Drawing(width: width, height: height)
        drawing.horizontal(y: 8, from: x(0), to: x(1), .line(.line, width: 4))
        drawing.horizontal(
            y: 8, from: x(interval.lowerBound), to: x(interval.upperBound),
            .line(.link, width: 4))
        drawing.circles(
            at: [(x: x(Double(passed) / Double(total)), y: 8)], radius: 4.5,
            .outline(.page, fill: .ink, width: 1.5))
        return drawing.svg(
            title: "\(passed) of \(total), interval \(ReportText.percents(interval))",
            description: "A dot for the share, and a bar for its interval, from 0 to 100 %.",
            style: "bar")
    }
}
