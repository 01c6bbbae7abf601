/// What a recovery consisted of: a bar for each, divided into its parts, all on one scale.
///
/// The same part has the same letter and the same colour in each bar.
struct PartsChart {
    struct Part {
        let label: String
        let milliseconds: Double
    }

    struct Bar {
        /// Empty: it needs none.
        let name: String
        let parts: [Part]
    }

    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    private static let barHeight = 20.0
    /// What a letter needs, and a letter with a time.
    private static let letterWidth = 12.0
    private static let wordsWidth = 76.0

    private let bars: [Bar]
    /// In the order in which they come first.
    private let labels: [String]

    init(_ bars: [Bar]) {
        self.bars = bars
        var labels: [String] = []
        for label in bars.flatMap(\.parts).map(\.label) where !labels.contains(label) {
            labels.append(label)
        }
        self.labels = labels
    }

    var svg: Markup {
        let named = bars.contains { !$0.name.isEmpty }
        let (head, rowHeight) = named ? (20.0, 72.0) : (0.0, 46.0)
        let longest = bars.map { Self.length(of: $0) }.max() ?? 0
        let unit = longest > 0 ? Drawing.fullWidth / longest : 0
        var drawing = Drawing(height: max(Double(bars.count) * rowHeight - 6, 1))
        for (index, bar) in bars.enumerated() {
            let top = Double(index) * rowHeight
            let length = Self.length(of: bar)
            if named {
                drawing.text(
                    Drawing.cut(bar.name, letters: 80), x: 0, y: top + 13, .start, .ink, size: 13)
                drawing.text(
                    ReportText.milliseconds(length), x: drawing.width, y: top + 13, .end)
            }
            draw(bar, top: top + head, unit: unit, in: &drawing)
        }
        return drawing.svg(title: "Parts of the recovery time", description: words)
    }

    /// What the letters stand for.
    var legend: Markup {
        let items = labels.indices.map { index -> Markup in
            let style = "background:var(--\(ink(index).rawValue))"
            return "<li><i style=\"\(style)\"></i><b>\(letter(index))</b>\(labels[index])</li>"
        }
        return "<ul class=\"legend\">\(items)</ul>"
    }

    private func draw(_ bar: Bar, top: Double, unit: Double, in drawing: inout Drawing) {
        var x = 0.0
        for part in bar.parts {
            let index = labels.firstIndex(of: part.label) ?? 0
            let width = max(Self.known(part.milliseconds) * unit - 2, 1.5)
            drawing.rectangle(
                x: x, y: top + 17, width: width, height: Self.barHeight, .fill(ink(index)))
            if width >= Self.letterWidth {
                let time = " \(ReportText.milliseconds(part.milliseconds))"
                drawing.text(
                    letter(index) + (width >= Self.wordsWidth ? time : ""), x: x + width / 2,
                    y: top + 12, .middle, .ink, size: 11)
            }
            x += width + 2
        }
    }

    private func letter(_ index: Int) -> String {
        String(Self.letters[index % Self.letters.count])
    }

    private func ink(_ index: Int) -> Ink { Ink.parts[index % Ink.parts.count] }

    private var words: String {
        bars.map { bar in
            let parts = bar.parts.map { "\($0.label) \(ReportText.milliseconds($0.milliseconds))" }
            let name = bar.name.isEmpty ? "" : "\(bar.name): "
            return name + parts.joined(separator: ", ") + "."
        }.joined(separator: " ")
    }

    private static func length(of bar: Bar) -> Double {
        bar.parts.map { known($0.milliseconds) }.reduce(0, +)
    }

    /// What can be drawn.
    private static func known(_ milliseconds: Double) -> Double {
        milliseconds.isFinite ? max(milliseconds, 0) : 0
    }
}
