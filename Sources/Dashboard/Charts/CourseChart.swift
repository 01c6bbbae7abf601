internal import DRTesting
internal import Reporting

/// The steps of a run over time, with its faults and marks.
///
/// It has the scale of the chart of operations and latencies, which stands below it once they are
/// recorded.
struct CourseChart {
    private static let rowHeight = 27.0
    private static let nameHeight = 16.0

    private struct Bar {
        let name: String
        let start: Double
        let end: Double
        let verdict: String
    }

    /// A fault or a mark with its name.
    private struct Name {
        let text: String
        let x: Double
        let row: Int
        let isAtRight: Bool
    }

    private let test: UInt64
    /// In seconds.
    private let duration: Double
    private let bars: [Bar]
    private let faults: [FaultWindow]
    private let names: [Name]
    private let nameRows: Int
    /// Where the clock stands, in seconds; `nil` of a run that has ended.
    private let now: Double?

    /// - Parameter now: microseconds since 1970.
    init(_ run: RunRecord, now: UInt64) {
        test = run.id
        let start = run.run.started?.time ?? run.requestedAt
        let end = run.run.finished?.time ?? max(now, start)
        let isOver = run.run.finished != nil
        let elapsed = end > start ? end - start : 0
        let bins = UInt64(run.bins.count).multipliedReportingOverflow(by: run.binUs).partialValue
        duration = max(Double(run.bins.isEmpty ? elapsed : bins) / 1_000_000, 1)
        self.now = isOver ? nil : Double(elapsed) / 1_000_000
        bars = Self.bars(run, end: isOver && !run.bins.isEmpty ? bins : elapsed)
        faults = run.faults.filter { $0.startUs != nil }
        // The other chart names them, where there is one.
        (names, nameRows) = run.bins.isEmpty ? Self.names(run, duration) : ([], 0)
    }

    /// `nil` before the first step.
    var svg: String? {
        if bars.isEmpty, names.isEmpty { return nil }
        return Drawing.svg(
            "chart", height: height, label: "Steps of test \(test) over time",
            shades + steps + namedPlaces + clock)
    }

    private var top: Double { Double(nameRows) * Self.nameHeight + 4 }
    private var bottom: Double { top + Double(bars.count) * Self.rowHeight }
    private var height: Double { bottom + 20 }

    private static func x(_ seconds: Double, _ duration: Double) -> Double {
        let width = Drawing.width - Drawing.left - Drawing.right
        return Drawing.left + min(max(seconds / duration, 0), 1) * width
    }

    private func x(_ seconds: Double) -> Double { Self.x(seconds, duration) }

    // MARK: Parts

    private var shades: String {
        faults.map { window in
            let start = x(Double(window.startUs ?? 0) / 1_000_000)
            let end = window.endUs.map { x(Double($0) / 1_000_000) } ?? x(now ?? duration)
            return Drawing.rectangle(
                "fault", x: start, y: top, width: max(end - start, 1), height: bottom - top,
                title: window.plan.faultID)
        }.joined()
    }

    private var steps: String {
        bars.enumerated().map { index, bar in
            let y = top + Double(index) * Self.rowHeight
            let (start, end) = (x(bar.start), x(bar.end))
            let took = Words.span((bar.end - bar.start) * 1000)
            let label = "\(bar.name) · \(took)"
            // Where it would reach beyond the chart, it ends where its bar does.
            let isAtRight = start + Drawing.length(of: label) > Drawing.width
            return Drawing.text(
                label, x: isAtRight ? max(end, Drawing.length(of: label)) : start, y: y + 12,
                isAtRight ? "end" : "start", "mark-label")
                + Drawing.rectangle(
                    Drawing.fill(bar.verdict), x: start, y: y + 16,
                    width: max(end - start, 2), height: 6, radius: 2,
                    title: "\(bar.name): \(bar.verdict), \(took)")
        }.joined()
    }

    private var namedPlaces: String {
        names.map { name in
            let y = Double(name.row) * Self.nameHeight + 12
            let line = "M\(Drawing.n(name.x)) \(Drawing.n(y - 10))V\(Drawing.n(bottom))"
            return "<path class=\"mark\" d=\"\(line)\"/>"
                + Drawing.text(
                    name.text, x: name.x + (name.isAtRight ? -4 : 4), y: y,
                    name.isAtRight ? "end" : "start", "mark-label")
        }.joined()
    }

    private var clock: String {
        let axis =
            "<path class=\"axis\" d=\"M\(Drawing.n(Drawing.left)) \(Drawing.n(bottom))"
            + "H\(Drawing.n(Drawing.width - Drawing.right))\"/>"
            + Drawing.text("0 s", x: Drawing.left, y: bottom + 15)
            + Drawing.text(
                Words.span(duration * 1000), x: Drawing.width - Drawing.right, y: bottom + 15,
                "end")
        guard let now else { return axis }
        return axis
            + Drawing.rectangle("now", x: x(now) - 1, y: top, width: 2, height: bottom - top)
    }
}

// MARK: - What is drawn

extension CourseChart {
    private static func bars(_ run: RunRecord, end: UInt64) -> [Bar] {
        let steps = run.run.steps
        return steps.enumerated().map { index, step in
            let results = run.run.results.filter {
                $0.stepIndex == step.index && $0.component != "objectives"
            }
            let next = index + 1 < steps.count ? steps[index + 1].offsetUs : end
            let took = results.map(\.executionTimeUs).max()
            let last = took.map { step.offsetUs.addingReportingOverflow($0).partialValue } ?? next
            let isDone = took != nil || index + 1 < steps.count || run.run.finished != nil
            let verdict = results.map(\.verdict).max().map { "\($0)" }
            return Bar(
                name: step.name, start: Double(step.offsetUs) / 1_000_000,
                end: Double(max(min(last, next), step.offsetUs)) / 1_000_000,
                verdict: verdict ?? (isDone ? "none" : "running"))
        }
    }

    private static func names(_ run: RunRecord, _ duration: Double) -> ([Name], Int) {
        let faults = run.faults.compactMap { window in
            window.startUs.map { (text: window.plan.faultID, offset: $0) }
        }
        let marks = run.marks.map { (text: $0.mark, offset: $0.offsetUs) }
        var ends: [Double] = []
        let names = (faults + marks).sorted { $0.offset < $1.offset }.map { place in
            let text = "\(place.text) \(Words.offset(place.offset))"
            let x = Self.x(Double(place.offset) / 1_000_000, duration)
            let length = Drawing.length(of: text)
            let isAtRight = x + length > Drawing.width
            let start = isAtRight ? x - length : x
            let row = ends.firstIndex { $0 <= start } ?? ends.count
            if row == ends.count { ends.append(start + length) } else { ends[row] = start + length }
            return Name(text: text, x: x, row: row, isAtRight: isAtRight)
        }
        return (names, ends.count)
    }
}
