/// The recovery time of every drill of a scenario on a target, over a period and the eight weeks
/// before it.
struct RecoveryChart {
    /// A line through fewer points shows a course that is not there.
    static let fewestForLine = 5
    private static let week: UInt64 = 7 * 86_400_000_000
    private static let left = 62.0
    /// Room for the names of the lines.
    private static let right = 132.0
    private static let top = 20.0
    private static let bottom = 132.0
    private static let narrowest = 46.0
    /// Between two names, one above the other.
    private static let lineHeight = 15.0

    private let strip: PeriodReport.RecoveryStrip
    private let period: Period
    private let points: [PeriodReport.RecoveryPoint]
    private let start: UInt64
    private let end: UInt64
    private let most: Double
    /// An objective far above all times would press them to the ground: it is named at the top.
    private let isObjectiveBeyond: Bool
    private let scale: Double

    init(_ strip: PeriodReport.RecoveryStrip, period: Period) {
        (self.strip, self.period) = (strip, period)
        points = strip.points.filter(\.milliseconds.isFinite).sorted {
            ($0.time, $0.test) < ($1.time, $1.test)
        }
        start = min(
            period.start.subtractingClamped(8 * Self.week), points.first?.time ?? period.start)
        end = max(period.end, points.last?.time ?? 0)
        most = max(points.map(\.milliseconds).max() ?? 0, strip.priorMedianMs ?? 0)
        let limit = strip.limitMs ?? 0
        isObjectiveBeyond = limit > 4 * most
        scale = max((isObjectiveBeyond ? most : max(most, limit)) * 1.12, 1)
    }

    /// `nil` without a point: there is nothing to draw.
    var svg: Markup? {
        if points.isEmpty { return nil }
        var drawing = Drawing(height: Self.bottom + 24)
        drawPeriod(in: &drawing)
        drawAxes(in: &drawing)
        drawLevels(in: &drawing)
        drawPoints(in: &drawing)
        return drawing.svg(
            title: "Recovery times of \(strip.subject.words)",
            description: "\(points.count) drills over the time, \(strip.count) of them in the "
                + "period. The slowest took \(ReportText.milliseconds(most)).")
    }

    // MARK: Places

    private func x(_ time: UInt64) -> Double {
        let part = Double(time.subtractingClamped(start)) / Double(max(end - start, 1))
        return Self.left + min(part, 1) * (Drawing.fullWidth - Self.left - Self.right)
    }

    private func y(_ milliseconds: Double) -> Double {
        Self.bottom - (Self.bottom - Self.top) * min(max(milliseconds / scale, 0), 1)
    }

    private var edge: Double { Drawing.fullWidth - Self.right }

    // MARK: Parts

    private func drawPeriod(in drawing: inout Drawing) {
        let (from, to) = (x(period.start), x(period.end))
        drawing.rectangle(
            x: from, y: Self.top, width: to - from, height: Self.bottom - Self.top, .fill(.card))
        drawing.text("this period", x: to, y: Self.top - 6, .end, .ink, isBold: true)
    }

    /// A line for each week, or for each of several where they would lie too close.
    private func drawAxes(in drawing: inout Drawing) {
        let weeks = Double(end - start) / Double(Self.week)
        let slot = (edge - Self.left) / max(weeks, 1)
        let step = UInt64(clamping: Int((Self.narrowest / max(slot, 0.01)).rounded(.up)))
        let stride = Self.week.multipliedClamped(by: max(step, 1))
        var tick = period.start - (period.start - start) / stride * stride
        while tick < end {
            let place = x(tick)
            drawing.vertical(x: place, from: Self.top, to: Self.bottom + 4, .line(.line))
            let day = String(ReportText.day(tick).suffix(5))
            if place + Self.narrowest - 8 <= edge {
                drawing.text(day, x: place + 2, y: Self.bottom + 16)
            }
            tick = tick.addingClamped(stride)
        }
        drawing.horizontal(y: Self.bottom, from: Self.left, to: edge, .line(.rule))
        drawing.text("0", x: Self.left - 8, y: Self.bottom + 4, .end)
        drawing.horizontal(y: y(most), from: Self.left - 4, to: Self.left, .line(.rule))
        drawing.text(ReportText.milliseconds(most), x: Self.left - 8, y: y(most) + 4, .end)
    }

    /// The objective and the median of the weeks before, with their names at the right.
    private func drawLevels(in drawing: inout Drawing) {
        let objective = strip.limitMs.map { isObjectiveBeyond ? Self.top : y($0) }
        if let limit = strip.limitMs, let place = objective {
            drawing.horizontal(
                y: place, from: Self.left, to: edge, .line(.failed, width: 1.5, dash: "7 4"))
            let arrow = isObjectiveBeyond ? "↑ " : ""
            drawing.text(
                "\(arrow)objective \(ReportText.milliseconds(limit))", x: edge + 6, y: place + 4,
                .start, .failed)
        }
        if let median = strip.priorMedianMs {
            let place = y(median)
            drawing.horizontal(
                y: place, from: Self.left, to: edge, .line(.soft, width: 1.2, dash: "2 3"))
            drawing.text(
                "before: \(ReportText.milliseconds(median))", x: edge + 6,
                y: Self.apart(place, from: objective) + 4)
        }
    }

    /// - Returns: the nearest place on its own side where a name does not cover another.
    private static func apart(_ place: Double, from other: Double?) -> Double {
        guard let other, abs(place - other) < lineHeight else { return place }
        return place < other ? other - lineHeight : other + lineHeight
    }

    /// Filled in the period, open before it; a diamond where the objective was exceeded.
    private func drawPoints(in drawing: inout Drawing) {
        if points.count >= Self.fewestForLine {
            drawing.polyline(points.map(place), .line(.rule))
        }
        let missed = points.filter(\.isMissed)
        let met = points.filter { !$0.isMissed }
        drawing.circles(
            at: met.filter { !$0.isInPeriod }.map(place), radius: 4.5, Self.paint(.link, .page))
        drawing.circles(
            at: met.filter(\.isInPeriod).map(place), radius: 4.5, Self.paint(.link, .link))
        // Last of all: none of the many others covers them.
        for point in missed {
            let (x, y) = place(point)
            let paint = Self.paint(.failed, point.isInPeriod ? .failed : .page)
            drawing.diamond(x: x, y: y, radius: 6, paint)
        }
    }

    private func place(_ point: PeriodReport.RecoveryPoint) -> (x: Double, y: Double) {
        (x(point.time), y(point.milliseconds))
    }

    private static func paint(_ ink: Ink, _ fill: Ink) -> Paint {
        .outline(ink, fill: fill, width: 1.6)
    }
}
