internal import DRTesting

/// The course of a run as SVG: operations and latencies over time, the fault, and the marks.
struct RunChart {
    private static let width = 960.0
    private static let left = 46.0
    private static let right = 14.0
    private static let labelHeight = 16.0
    private static let barHeight = 150.0
    private static let lineHeight = 90.0

    private let run: RunRecord
    private let duration: Double
    private let labels: [Label]
    private let rows: Int

    private struct Label {
        let text: String
        let x: Double
        let row: Int
        let isAtRight: Bool
    }

    init(_ run: RunRecord) {
        self.run = run
        duration = Double(UInt64(run.bins.count) * run.binUs) / 1_000_000
        var labels: [Label] = []
        var rowEnds: [Double] = []
        for mark in run.marks.sorted(by: { $0.offsetUs < $1.offsetUs }) {
            let x = Self.x(Double(mark.offsetUs) / 1_000_000, duration)
            let text = "\(mark.mark) \(Self.seconds(mark.offsetUs))"
            let length = Double(text.count) * 6.4 + 12
            let isAtRight = x + length > Self.width
            let start = isAtRight ? x - length : x
            let row = rowEnds.firstIndex { $0 <= start } ?? rowEnds.count
            if row == rowEnds.count { rowEnds.append(0) }
            rowEnds[row] = start + length
            labels.append(Label(text: text, x: x, row: row, isAtRight: isAtRight))
        }
        self.labels = labels
        rows = rowEnds.count
    }

    private var top: Double { Double(rows) * Self.labelHeight + 8 }
    private var barBottom: Double { top + Self.barHeight }
    private var lineTop: Double { barBottom + 34 }
    private var lineBottom: Double { lineTop + Self.lineHeight }
    private var height: Double { lineBottom + 26 }

    var svg: String {
        guard !run.bins.isEmpty else { return "" }
        let parts = [fault, bars, latencies, axes, marks]
        return
            "<svg class=\"chart\" viewBox=\"0 0 \(Self.n(Self.width)) \(Self.n(height))\" "
            + "role=\"img\" aria-label=\"Operations and latency of test \(run.id) over time\">"
            + "\(parts.joined())</svg>"
    }

    // MARK: Parts

    private var fault: String {
        guard let start = run.faultStartUs else { return "" }
        let end = run.faultEndUs.map { Double($0) / 1_000_000 } ?? duration
        let (x1, x2) = (x(Double(start) / 1_000_000), x(end))
        return "<rect class=\"fault\" x=\"\(Self.n(x1))\" y=\"\(Self.n(top))\" "
            + "width=\"\(Self.n(max(x2 - x1, 1)))\" height=\"\(Self.n(lineBottom - top))\"/>"
    }

    /// Stacked: served at the bottom, then deferred, refused, and what failed.
    private var bars: String {
        let most = Double(run.bins.map(Self.total).max() ?? 1)
        let scale = Self.barHeight / max(most, 1)
        let slot = (Self.width - Self.left - Self.right) / Double(run.bins.count)
        var result = ""
        for (index, bin) in run.bins.enumerated() {
            var y = barBottom
            let parts: [(String, UInt64)] = [
                ("served", bin.served), ("deferred", bin.deferred), ("refused", bin.refused),
                ("failed", bin.failed + bin.indeterminate),
            ]
            for (name, count) in parts where count > 0 {
                let size = Double(count) * scale
                y -= size
                result +=
                    "<rect class=\"\(name)\" x=\"\(Self.n(Self.left + Double(index) * slot))\" "
                    + "y=\"\(Self.n(y))\" width=\"\(Self.n(max(slot - 1, 0.5)))\" "
                    + "height=\"\(Self.n(size))\"/>"
            }
        }
        let perSecond = most / (Double(run.binUs) / 1_000_000)
        return result + text("\(Int(perSecond.rounded()))/s", x: Self.left - 6, y: top + 9, "end")
            + text("operations", x: Self.left, y: barBottom + 13, "start")
    }

    private static func total(_ bin: TimelineBin) -> UInt64 {
        bin.served + bin.deferred + bin.refused + bin.failed + bin.indeterminate
    }

    private var latencies: String {
        let most = max(Double(run.bins.map(\.p99Us).max() ?? 1), 1)
        let lines = [("p99", \TimelineBin.p99Us), ("p50", \TimelineBin.p50Us)].map { name, path in
            "<path class=\"\(name)\" d=\"\(path_(path, most: most))\"/>"
        }
        let label = Duration.microseconds(Int64(most)).words
        return lines.joined() + text(label, x: Self.left - 6, y: lineTop + 9, "end")
            + text(
                "latency of what was served, p99 and p50", x: Self.left, y: lineTop - 5, "start")
    }

    /// Broken where nothing was served.
    private func path_(_ path: KeyPath<TimelineBin, UInt64>, most: Double) -> String {
        let slot = (Self.width - Self.left - Self.right) / Double(run.bins.count)
        var result = ""
        var isDrawing = false
        for (index, bin) in run.bins.enumerated() {
            guard bin.served > 0 else {
                isDrawing = false
                continue
            }
            let x = Self.left + (Double(index) + 0.5) * slot
            let y = lineBottom - Double(bin[keyPath: path]) / most * Self.lineHeight
            result += "\(isDrawing ? "L" : "M")\(Self.n(x)) \(Self.n(y))"
            isDrawing = true
        }
        return result
    }

    private var axes: String {
        let step = [1.0, 2, 5, 10, 30, 60, 300, 600].first { duration / $0 <= 12 } ?? 1800
        let lines = [barBottom, lineBottom].map { y in
            "M\(Self.n(Self.left)) \(Self.n(y))H\(Self.n(Self.width - Self.right))"
        }
        var result = "<path class=\"axis\" d=\"\(lines.joined())\"/>"
        var second = 0.0
        while second <= duration {
            let label = "\(Int(second)) s"
            result += text(
                label, x: x(second), y: lineBottom + 15, second == 0 ? "start" : "middle")
            second += step
        }
        return result
    }

    private var marks: String {
        labels.map { label in
            let y = Double(label.row) * Self.labelHeight + 12
            let anchor = label.isAtRight ? "end" : "start"
            let shift = label.isAtRight ? -4.0 : 4.0
            let line = "M\(Self.n(label.x)) \(Self.n(y - 10))V\(Self.n(lineBottom))"
            return "<path class=\"mark\" d=\"\(line)\"/>"
                + text(label.text, x: label.x + shift, y: y, anchor, "mark-label")
        }.joined()
    }

    // MARK: Geometry

    private func x(_ seconds: Double) -> Double { Self.x(seconds, duration) }

    private static func x(_ seconds: Double, _ duration: Double) -> Double {
        left + min(seconds / max(duration, 0.001), 1) * (width - left - right)
    }

    private func text(
        _ text: String, x: Double, y: Double, _ anchor: String, _ name: String = "label"
    ) -> String {
        "<text class=\"\(name)\" x=\"\(Self.n(x))\" y=\"\(Self.n(y))\" text-anchor=\"\(anchor)\">"
            + "\(HTMLText.escaped(text))</text>"
    }

    /// At most one decimal: the same text on every machine.
    private static func n(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }

    private static func seconds(_ offset: UInt64) -> String {
        let hundredths = (offset + 5000) / 10_000
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }
}

enum HTMLText {
    /// Control characters are made visible; what has a meaning in HTML is escaped.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.printable() {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }
}
