internal import Reporting

/// What all charts have in common: SVG as text. No style stands in it, so that a page needs none
/// beside its sheet.
enum Drawing {
    static let width = 960.0
    static let left = 46.0
    static let right = 14.0

    /// About as wide as the letters are.
    static func length(of text: String) -> Double { Double(text.count) * 6.2 + 10 }

    /// At most one decimal: the same text on every machine.
    static func n(_ number: Double) -> String { Words.decimal(number) }

    static func svg(_ name: String, height: Double, label: String, _ content: String) -> String {
        "<svg class=\"\(name)\" viewBox=\"0 0 \(n(width)) \(n(height))\" role=\"img\" "
            + "aria-label=\"\(HTMLText.escaped(label))\">\(content)</svg>"
    }

    static func text(
        _ text: String, x: Double, y: Double, _ anchor: String = "start", _ name: String = "label"
    ) -> String {
        "<text class=\"\(name)\" x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor)\">"
            + "\(HTMLText.escaped(text))</text>"
    }

    static func rectangle(
        _ name: String, x: Double, y: Double, width: Double, height: Double, radius: Double = 0,
        title: String = ""
    ) -> String {
        let round = radius > 0 ? " rx=\"\(n(radius))\"" : ""
        let inside = title.isEmpty ? "" : "<title>\(HTMLText.escaped(title))</title>"
        return "<rect class=\"\(name)\" x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(max(width, 0)))\" "
            + "height=\"\(n(max(height, 0)))\"\(round)>\(inside)</rect>"
    }

    /// The style of a verdict's colour in charts.
    static func fill(_ verdict: String) -> String {
        switch verdict {
        case "passed", "failed", "inconclusive", "running": "s-\(verdict)"
        default: "s-none"
        }
    }
}
