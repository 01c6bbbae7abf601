internal import DRTesting

/// The faults of a chart: a bar with its name for each, and a shade over everything below it, the
/// darker the more requests it strikes.
struct ChartFaults {
    private struct Bar {
        let window: FaultWindow
        let start: Double
        let end: Double
        let row: Int
        /// Empty where there is no room for it.
        let label: String
        let isAtRight: Bool
    }

    /// With more of them the names would take more room than the chart. They are in the table.
    private static let maximumNamed = 12
    private static let maximumLetters = 40

    private let bars: [Bar]
    let rows: Int
    private let duration: Double

    init(_ faults: [FaultWindow], duration: Double) {
        self.duration = duration
        let seen = faults.filter { $0.startUs != nil }
        let isNamed = seen.count <= Self.maximumNamed
        var rows = ChartRows()
        bars = seen.sorted { ($0.startUs ?? 0) < ($1.startUs ?? 0) }.map { window in
            let start = RunChart.x(window.startUs ?? 0, duration)
            let ended = window.endUs.map { RunChart.x($0, duration) }
            let end = max(ended ?? RunChart.x(seconds: duration, duration), start + 1)
            let label = isNamed ? Self.label(of: window) : ""
            let length = label.isEmpty ? 0 : RunChart.length(of: label)
            let isAtRight = start + length > RunChart.width
            let from = isAtRight ? min(start, end - length) : start
            let row = rows.place(from: from, to: max(end, from + length) + 2)
            return Bar(
                window: window, start: start, end: end, row: row, label: label,
                isAtRight: isAtRight)
        }
        self.rows = rows.count
    }

    private static func label(of window: FaultWindow) -> String {
        let name = window.plan.faultID
        return name.count <= maximumLetters ? name : name.prefix(maximumLetters - 1) + "…"
    }

    func svg(top: Double, bottom: Double) -> String {
        bars.map { bar in
            let y = top + Double(bar.row) * RunChart.rowHeight
            let title = "<title>\(HTMLText.escaped(bar.window.sentence))</title>"
            return shades(bar, top: y, bottom: bottom)
                + Self.rectangle("fault-bar", bar.start, bar.end, y, y + 13, inside: title)
                + name(bar, y: y + 10)
        }.joined()
    }

    /// One for each share of requests that it struck.
    private func shades(_ bar: Bar, top: Double, bottom: Double) -> String {
        let shares = bar.window.shares
        return shares.indices.map { index in
            if shares[index].fraction <= 0 { return "" }
            let start = min(RunChart.x(shares[index].offsetUs, duration), bar.end)
            let end =
                index + 1 < shares.count
                ? min(RunChart.x(shares[index + 1].offsetUs, duration), bar.end) : bar.end
            // Even a fault that strikes little must be seen.
            let opacity = RunChart.n(max(shares[index].fraction, 0.2))
            return Self.rectangle("fault", start, end, top, bottom, "opacity=\"\(opacity)\"")
        }.joined()
    }

    private func name(_ bar: Bar, y: Double) -> String {
        if bar.label.isEmpty { return "" }
        return bar.isAtRight
            ? RunChart.text(bar.label, x: bar.end - 4, y: y, "end", "fault-label")
            : RunChart.text(bar.label, x: bar.start + 4, y: y, "start", "fault-label")
    }

    private static func rectangle(
        _ name: String, _ x1: Double, _ x2: Double, _ y1: Double, _ y2: Double,
        _ attributes: String = "", inside: String = ""
    ) -> String {
        "<rect \(RunChart.style(name)) x=\"\(RunChart.n(x1))\" y=\"\(RunChart.n(y1))\" "
            + "width=\"\(RunChart.n(max(x2 - x1, 1)))\" height=\"\(RunChart.n(y2 - y1))\" "
            + "\(attributes)>\(inside)</rect>"
    }
}

extension FaultWindow {
    /// `failures: status before primary, 50 % from 4.21 s, 25 % from 9.40 s, lifted at 21.02 s`.
    var sentence: String {
        let what = "\(plan.faultID): \(plan.kind) before \(plan.endpoint)"
        let parts = shares.map { "\($0.percent) from \(RunChart.seconds($0.offsetUs))" }
        let end = endUs.map { ["\(endedBy) at \(RunChart.seconds($0))"] } ?? []
        return ([what] + parts + end).joined(separator: ", ")
    }
}

extension FaultWindow.Share {
    var percent: String { "\(ReportText.decimal(fraction * 100)) %" }
}
