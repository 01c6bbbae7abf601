/// Which drills ran in which week: one row for each scenario on a target, one column for each week.
struct CoverageChart {
    private static let left = 220.0
    private static let right = 6.0
    private static let top = 26.0
    private static let rowHeight = 38.0
    private static let maximumLetters = 29

    let calendar: PeriodReport.Calendar

    private var slot: Double {
        (Drawing.fullWidth - Self.left - Self.right) / Double(max(calendar.weeks.count, 1))
    }

    var svg: Markup {
        let rowsHeight = Double(calendar.rows.count) * Self.rowHeight
        var drawing = Drawing(height: Self.top + rowsHeight + 4)
        drawHead(in: &drawing, rowsHeight: rowsHeight)
        for (index, row) in calendar.rows.enumerated() {
            draw(row, y: Self.top + Double(index) * Self.rowHeight, in: &drawing)
        }
        let span = "\(calendar.weeks.first ?? "") to \(calendar.weeks.last ?? "")"
        return drawing.svg(
            title: "Drills of the weeks \(span)",
            description: "One row for each of \(calendar.rows.count) scenarios on their targets, "
                + "one column for each week. Each cell shows the worst of what happened in it.")
    }

    /// The last week is the one that the period ends in.
    private func drawHead(in drawing: inout Drawing, rowsHeight: Double) {
        for (index, week) in calendar.weeks.enumerated() {
            let isLast = index == calendar.weeks.count - 1
            let x = Self.left + Double(index) * slot
            if isLast {
                drawing.rectangle(
                    x: x, y: Self.top - 2, width: slot, height: rowsHeight + 4, radius: 4,
                    .fill(.card))
            }
            drawing.text(
                Self.short(week), x: x + slot / 2, y: 16, .middle, isLast ? .ink : .soft,
                isBold: isLast)
        }
    }

    private func draw(_ row: PeriodReport.Calendar.Row, y: Double, in drawing: inout Drawing) {
        let letters = Self.maximumLetters
        drawing.text(
            Drawing.cut(row.subject.scenario, letters: letters), x: 0, y: y + 17, .start, .ink,
            size: 13)
        drawing.text(
            Drawing.cut("on \(row.subject.target)", letters: letters + 5), x: 0, y: y + 32,
            size: 11)
        for (index, (mark, count)) in zip(row.marks, row.counts).enumerated() {
            let (x, look) = (Self.left + Double(index) * slot, ResultMark(mark))
            let ink = look.style.ink
            if mark != .none {
                drawing.rectangle(
                    x: x + 3, y: y + 4, width: slot - 6, height: Self.rowHeight - 8, radius: 4,
                    .outline(ink, fill: ink.tint, width: 1.2))
            }
            drawing.text(
                Self.words(look, count), x: x + slot / 2, y: y + 24, .middle, ink, size: 14,
                isBold: true)
        }
    }

    /// `W48` of `2026-W48`.
    static func short(_ week: String) -> String { String(week.split(separator: "-").last ?? "") }

    /// The number only where there were several drills.
    private static func words(_ mark: ResultMark, _ count: Int) -> String {
        count > 1 ? "\(mark.symbol)\(min(count, 99))" : mark.symbol
    }
}
