/// The two sums of a self-starting CUSUM over the weeks, and the level at which they signal.
struct TrendChart {
    /// A sum above it says that recovery changes.
    static let signal = SelfStartingCUSUM().sums.h
    private static let left = 62.0
    private static let right = 132.0
    private static let top = 12.0
    private static let bottom = 128.0
    private static let narrowest = 36.0

    let trend: PeriodReport.Trend

    /// `nil` before there is a sum.
    var svg: Markup? {
        let sums = trend.points.flatMap { [$0.high, $0.low] }.compactMap { $0 }
        guard !sums.isEmpty else { return nil }
        let most = max(sums.filter(\.isFinite).max() ?? 0, Self.signal) * 1.15
        var drawing = Drawing(height: Self.bottom + 24)
        drawAxes(most, in: &drawing)
        drawSums(most, in: &drawing)
        return drawing.svg(
            title: "Trend of the recovery times of \(trend.subject.words)",
            description: "Two cumulative sums over \(trend.points.count) weeks: one grows when "
                + "recovery gets slower, the other when it gets faster. Above "
                + "\(Drawing.n(Self.signal)) they signal.")
    }

    private var edge: Double { Drawing.fullWidth - Self.right }

    private var slot: Double { (edge - Self.left) / Double(max(trend.points.count, 1)) }

    private func x(_ index: Int) -> Double { Self.left + (Double(index) + 0.5) * slot }

    private static func y(_ sum: Double, _ most: Double) -> Double {
        bottom - (bottom - top) * min(max(sum / most, 0), 1)
    }

    private func drawAxes(_ most: Double, in drawing: inout Drawing) {
        drawing.horizontal(y: Self.bottom, from: Self.left, to: edge, .line(.rule))
        drawing.text("0", x: Self.left - 8, y: Self.bottom + 4, .end)
        let level = Self.y(Self.signal, most)
        drawing.horizontal(
            y: level, from: Self.left, to: edge, .line(.failed, width: 1.5, dash: "7 4"))
        drawing.text(
            "signal above \(Drawing.n(Self.signal))", x: edge + 6, y: level + 4, .start, .failed)
        // As many weeks as there is room for, and always the last.
        let step = max(1, Int((Self.narrowest / slot).rounded(.up)))
        for (index, point) in trend.points.enumerated()
        where (trend.points.count - 1 - index) % step == 0 {
            drawing.text(
                CoverageChart.short(point.week), x: x(index), y: Self.bottom + 16, .middle)
        }
    }

    /// Disks on a line that is whole for slower, squares on a dashed one for faster.
    private func drawSums(_ most: Double, in drawing: inout Drawing) {
        let slower = places(\.high, most)
        let faster = places(\.low, most)
        if slower.count >= RecoveryChart.fewestForLine {
            drawing.polyline(slower, .line(.warned, width: 1.8))
        }
        if faster.count >= RecoveryChart.fewestForLine {
            drawing.polyline(faster, .line(.link, width: 1.5, dash: "5 4"))
        }
        for place in faster {
            drawing.rectangle(
                x: place.x - 3.5, y: place.y - 3.5, width: 7, height: 7,
                .outline(.link, fill: .page, width: 1.5))
        }
        drawing.circles(at: slower, radius: 3.5, .fill(.warned))
    }

    private func places(
        _ sum: KeyPath<PeriodReport.Trend.Point, Double?>, _ most: Double
    ) -> [(x: Double, y: Double)] {
        trend.points.enumerated().compactMap { index, point -> (x: Double, y: Double)? in
            guard let value = point[keyPath: sum], value.isFinite else { return nil }
            return (x: x(index), y: Self.y(value, most))
        }
    }
}
