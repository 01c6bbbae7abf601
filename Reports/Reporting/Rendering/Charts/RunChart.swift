internal import DRTesting

/// The course of a run as SVG: operations and latencies over time, the faults, and the marks.
struct RunChart {
    static let width = 960.0
    static let left = 46.0
    static let right = 14.0
    static let rowHeight = 16.0
    private static let barHeight = 150.0
    private static let lineHeight = 90.0

    let run: RunRecord
    /// In seconds.
    let duration: Double
    private let labels: [Label]
    private let markRows: Int
    private let faultRows: ChartFaults

    private struct Label {
        let text: String
        let x: Double
        let row: Int
        let isAtRight: Bool
    }

    init(_ run: RunRecord) {
        self.run = run
        duration = Double(run.bins.count) * Double(run.binUs) / 1_000_000
        var labels: [Label] = []
        var rows = ChartRows()
        for mark in run.marks.sorted(by: { $0.offsetUs < $1.offsetUs }) {
            let x = Self.x(mark.offsetUs, duration)
            let text = "\(mark.mark) \(Self.seconds(mark.offsetUs))"
            let length = Self.length(of: text)
            let isAtRight = x + length > Self.width
            let start = isAtRight ? x - length : x
            let row = rows.place(from: start, to: start + length)
            labels.append(Label(text: text, x: x, row: row, isAtRight: isAtRight))
        }
        self.labels = labels
        markRows = rows.count
        faultRows = ChartFaults(run.faults, duration: duration)
    }

    private var faultTop: Double { Double(markRows) * Self.rowHeight + 6 }
    private var top: Double { faultTop + Double(faultRows.rows) * Self.rowHeight + 6 }
    private var barBottom: Double { top + Self.barHeight }
    private var lineTop: Double { barBottom + 34 }
    private var lineBottom: Double { lineTop + Self.lineHeight }
    private var height: Double { lineBottom + 26 }

    var svg: String {
        guard !run.bins.isEmpty else { return "" }
        let faults = faultRows.svg(top: faultTop, bottom: lineBottom)
        let parts = [faults, bars, latencies, axes, marks]
        let size = "width=\"\(Self.n(Self.width))\" height=\"\(Self.n(height))\""
        return
            "<svg class=\"chart\" viewBox=\"0 0 \(Self.n(Self.width)) \(Self.n(height))\" \(size) "
            + "role=\"img\"><title>Operations and latency of test \(run.id) over time</title>"
            + "<desc>\(HTMLText.escaped(description))</desc>\(parts.joined())</svg>"
    }

    private var description: String {
        let count = run.bins.map(Self.total).reduce(0, +)
        let marks = run.marks.sorted { $0.offsetUs < $1.offsetUs }
            .map { "\($0.mark) at \(Self.seconds($0.offsetUs))" }
        return "\(Self.n(count)) operations in \(Self.n(duration)) s. "
            + (marks.isEmpty ? "No marks." : "Marks: \(marks.joined(separator: ", ")).")
    }

    // MARK: Parts

    /// Stacked: served at the bottom, then deferred, refused, and what failed.
    private var bars: String {
        let most = run.bins.map(Self.total).max() ?? 1
        let scale = Self.barHeight / max(most, 1)
        let slot = (Self.width - Self.left - Self.right) / Double(run.bins.count)
        var result = ""
        for (index, bin) in run.bins.enumerated() {
            var y = barBottom
            let parts: [(String, Double)] = [
                ("served", Double(bin.served)), ("deferred", Double(bin.deferred)),
                ("refused", Double(bin.refused)),
                ("failed", Double(bin.failed) + Double(bin.indeterminate)),
            ]
            for (name, count) in parts where count > 0 {
                let size = count * scale
                y -= size
                result +=
                    "<rect \(Self.style(name)) x=\"\(Self.n(Self.left + Double(index) * slot))\" "
                    + "y=\"\(Self.n(y))\" width=\"\(Self.n(max(slot - 1, 0.5)))\" "
                    + "height=\"\(Self.n(size))\"/>"
            }
        }
        let perSecond = most / max(Double(run.binUs) / 1_000_000, 0.001)
        let label = "\(Self.n(perSecond.rounded()))/s"
        return result + Self.text(label, x: Self.left - 6, y: top + 9, "end")
            + Self.text("operations", x: Self.left, y: barBottom + 13, "start")
    }

    private static func total(_ bin: TimelineBin) -> Double {
        [bin.served, bin.deferred, bin.refused, bin.failed, bin.indeterminate]
            .reduce(0) { $0 + Double($1) }
    }

    private var latencies: String {
        let most = run.bins.map(\.p99Us).max() ?? 1
        let lines = [("p99", \TimelineBin.p99Us), ("p50", \TimelineBin.p50Us)].map { name, path in
            "<path \(Self.style(name)) d=\"\(self.path(of: path, most: max(Double(most), 1)))\"/>"
        }
        // Beside the axis there is room for few digits.
        let isCoarse = (10_000..<100_000).contains(most)
        let label = ReportText.microseconds(isCoarse ? (most + 500) / 1000 * 1000 : most)
        return lines.joined() + Self.text(label, x: Self.left - 6, y: lineTop + 9, "end")
            + Self.text(
                "latency of what was served, p99 and p50", x: Self.left, y: lineTop - 5, "start")
    }

    /// Broken where nothing was served.
    private func path(of value: KeyPath<TimelineBin, UInt64>, most: Double) -> String {
        let slot = (Self.width - Self.left - Self.right) / Double(run.bins.count)
        var result = ""
        var isDrawing = false
        for (index, bin) in run.bins.enumerated() {
            guard bin.served > 0 else {
                isDrawing = false
                continue
            }
            let x = Self.left + (Double(index) + 0.5) * slot
            let y = lineBottom - min(Double(bin[keyPath: value]) / most, 1) * Self.lineHeight
            result += "\(isDrawing ? "L" : "M")\(Self.n(x)) \(Self.n(y))"
            isDrawing = true
        }
        return result
    }

    private var axes: String {
        let steps = [1.0, 2, 5, 10, 30, 60, 300, 600, 1800]
        let step = steps.first { duration / $0 <= 12 } ?? (duration / 12).rounded(.up)
        let lines = [barBottom, lineBottom].map { y in
            "M\(Self.n(Self.left)) \(Self.n(y))H\(Self.n(Self.width - Self.right))"
        }
        var result = "<path \(Self.style("axis")) d=\"\(lines.joined())\"/>"
        for index in 0...Int(duration / step) {
            let second = Double(index) * step
            result += Self.text(
                "\(Self.n(second)) s", x: Self.x(seconds: second, duration), y: lineBottom + 15,
                index == 0 ? "start" : "middle")
        }
        return result
    }

    private var marks: String {
        labels.map { label in
            let y = Double(label.row) * Self.rowHeight + 12
            let anchor = label.isAtRight ? "end" : "start"
            let shift = label.isAtRight ? -4.0 : 4.0
            let line = "M\(Self.n(label.x)) \(Self.n(y - 10))V\(Self.n(lineBottom))"
            return "<path \(Self.style("mark")) d=\"\(line)\"/>"
                + Self.text(label.text, x: label.x + shift, y: y, anchor, "mark-label")
        }.joined()
    }
}

// MARK: - Geometry

extension RunChart {
    /// The place of a moment, in microseconds since the run's start.
    static func x(_ offset: UInt64, _ duration: Double) -> Double {
        x(seconds: Double(offset) / 1_000_000, duration)
    }

    static func x(seconds: Double, _ duration: Double) -> Double {
        left + min(seconds / max(duration, 0.001), 1) * (width - left - right)
    }

    /// About as wide as the letters are.
    static func length(of text: String) -> Double { Double(text.count) * 6.4 + 12 }

    static func text(
        _ text: String, x: Double, y: Double, _ anchor: String, _ name: String = "label"
    ) -> String {
        "<text \(style(name)) x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor)\">"
            + "\(HTMLText.escaped(text))</text>"
    }

    /// The class that a style sheet knows, and what it looks like where there is none.
    static func style(_ name: String) -> String {
        let look =
            switch name {
            case "served": fill(.served)
            case "deferred": fill(.deferred)
            case "refused": fill(.refused)
            case "failed": fill(.broken)
            case "fault": fill(.fault)
            case "fault-bar": fill(.faultBar)
            case "p99": line(.link) + " stroke-width=\"1.6\""
            case "p50": line(.soft) + " stroke-width=\"1.2\""
            case "axis": line(.rule)
            case "mark": line(.soft) + " stroke-dasharray=\"2 3\""
            case "mark-label", "fault-label": fill(.ink) + font
            default: fill(.soft) + font
            }
        return "class=\"\(name)\"\(look)"
    }

    private static let font =
        " font-family=\"Arial, Liberation Sans, DejaVu Sans, sans-serif\" font-size=\"11\""

    private static func fill(_ ink: Ink) -> String { " fill=\"\(ink.light)\"" }

    private static func line(_ ink: Ink) -> String { " fill=\"none\" stroke=\"\(ink.light)\"" }

    /// At most one decimal: the same text on every machine.
    static func n(_ number: Double) -> String { ReportText.decimal(number) }

    static func seconds(_ offset: UInt64) -> String {
        let hundredths = offset / 10_000 + (offset % 10_000 >= 5000 ? 1 : 0)
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }
}
