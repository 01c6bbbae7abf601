internal import Reporting

/// The last drills of a scenario as small squares, the newest at the right.
enum VerdictStrip {
    static let most = 20
    private static let slot = 14.0

    /// One drill.
    struct Mark {
        let test: UInt64
        let verdict: String
        let words: String
    }

    /// - Parameter marks: the newest last.
    static func svg(_ marks: [Mark]) -> String {
        if marks.isEmpty { return "" }
        let shown = marks.suffix(most)
        let width = Double(shown.count) * slot
        let squares = shown.enumerated().map { index, mark in
            let title = HTMLText.escaped("Test \(mark.test): \(mark.words)")
            // Those that did not pass are taller too: the colour is not all that tells them.
            let (y, height) = mark.verdict == "passed" ? (5.0, 10.0) : (1.0, 16.0)
            return "<a href=\"/tests/\(mark.test)\" aria-label=\"\(title)\">"
                + Drawing.rectangle(
                    Drawing.fill(mark.verdict), x: Double(index) * slot, y: y, width: 11,
                    height: height, radius: 2, title: "Test \(mark.test): \(mark.words)")
                + "</a>"
        }
        return "<svg class=\"strip\" viewBox=\"0 0 \(Drawing.n(width)) 18\" "
            + "width=\"\(Drawing.n(width))\" height=\"18\">\(squares.joined())</svg>"
    }
}
