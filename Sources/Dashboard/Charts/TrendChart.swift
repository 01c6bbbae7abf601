internal import Reporting

/// How the drills of each day went, and how long recovery took.
struct TrendChart {
    /// One day, in UTC.
    struct Day {
        /// `2026-11-23`.
        let name: String
        var passed: UInt64 = 0
        var inconclusive: UInt64 = 0
        var failed: UInt64 = 0
        /// In milliseconds; `nil` if none was measured.
        var recovery: Double?

        var total: UInt64 { passed + inconclusive + failed }
    }

    private static let barHeight = 92.0
    private static let lineTop = 140.0
    private static let lineHeight = 62.0
    private static let top = 8.0
    private static let height = 226.0

    let days: [Day]

    /// `nil` if there was no drill.
    var svg: String? {
        guard days.contains(where: { $0.total > 0 }) else { return nil }
        let label = "Drills and median recovery time for each of \(days.count) days"
        return Drawing.svg(
            "chart", height: Self.height, label: label, bars + recovery + axes)
    }

    private var slot: Double { (Drawing.width - Drawing.left - Drawing.right) / Double(days.count) }

    private func middle(_ index: Int) -> Double { Drawing.left + (Double(index) + 0.5) * slot }

    private var bars: String {
        let most = days.map(\.total).max() ?? 1
        let scale = Self.barHeight / Double(max(most, 1))
        let width = min(slot * 0.7, 34)
        var result = ""
        for (index, day) in days.enumerated() where day.total > 0 {
            var y = Self.top + Self.barHeight
            let title =
                "\(day.name): \(day.passed) passed, \(day.inconclusive) inconclusive, "
                + "\(day.failed) failed"
            let parts = [
                ("passed", day.passed), ("inconclusive", day.inconclusive), ("failed", day.failed),
            ]
            for (verdict, count) in parts where count > 0 {
                let size = Double(count) * scale
                y -= size
                result += Drawing.rectangle(
                    Drawing.fill(verdict), x: middle(index) - width / 2, y: y, width: width,
                    height: max(size - 1, 1), radius: 1.5, title: title)
            }
        }
        return result
            + Drawing.text("\(most)", x: Drawing.left - 8, y: Self.top + 9, "end")
            + Drawing.text("0", x: Drawing.left - 8, y: Self.top + Self.barHeight, "end")
    }

    private var recovery: String {
        let known = days.enumerated().compactMap { index, day in
            day.recovery.map { (index: index, value: $0) }
        }
        guard let most = known.map(\.value).max() else {
            return Drawing.text(
                "no recovery time was measured", x: Drawing.left, y: Self.lineTop - 6)
        }
        let points = known.map { point in
            let y = Self.lineTop + Self.lineHeight * (1 - point.value / max(most, 1))
            return (x: middle(point.index), y: y, day: days[point.index].name, value: point.value)
        }
        let line = points.map { "\(Drawing.n($0.x)) \(Drawing.n($0.y))" }.joined(separator: "L")
        let dots = points.map { point in
            let title = HTMLText.escaped("\(point.day): \(Words.span(point.value))")
            let place = "cx=\"\(Drawing.n(point.x))\" cy=\"\(Drawing.n(point.y))\""
            return "<circle class=\"dot\" \(place) r=\"3\"><title>\(title)</title></circle>"
        }
        return "<path class=\"trend\" d=\"M\(line)\"/>" + dots.joined()
            + Drawing.text("median recovery time", x: Drawing.left, y: Self.lineTop - 10)
            + Drawing.text(
                Self.short(most), x: Drawing.left - 8, y: Self.lineTop + 4, "end")
    }

    /// Beside the axis there is room for few letters.
    private static func short(_ milliseconds: Double) -> String {
        switch milliseconds {
        case ..<1000: "\(Drawing.n(milliseconds.rounded())) ms"
        case ..<120_000: "\(Drawing.n((milliseconds / 1000).rounded())) s"
        default: "\(Drawing.n((milliseconds / 60_000).rounded())) min"
        }
    }

    private var axes: String {
        let bottoms = [Self.top + Self.barHeight, Self.lineTop + Self.lineHeight]
        let lines = bottoms.map { y in
            "M\(Drawing.n(Drawing.left)) \(Drawing.n(y))"
                + "H\(Drawing.n(Drawing.width - Drawing.right))"
        }
        // As many dates as there is room for, and always the last.
        let step = max(1, Int((64 / slot).rounded(.up)))
        let dates = days.indices.filter { (days.count - 1 - $0) % step == 0 }.map { index in
            Drawing.text(
                String(days[index].name.dropFirst(5)), x: middle(index), y: Self.height - 6,
                index == days.count - 1 && slot < 40 ? "end" : "middle")
        }
        return "<path class=\"axis\" d=\"\(lines.joined())\"/>" + dates.joined()
    }
}
