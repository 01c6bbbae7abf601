/// A measured value against what is allowed, as a bar with a line at the limit.
enum Meter {
    /// - Returns: empty without a value and a limit: there is nothing to compare.
    static func svg(_ value: Double?, limit: Double?) -> String {
        guard let value, let limit, limit > 0, value.isFinite else { return "" }
        // A little more than the limit, so that a value beyond it is seen to be beyond.
        let most = max(limit * 1.2, value)
        let verdict = value <= limit ? "passed" : "failed"
        let part = max(value / most * 100, 0.8)
        let line = limit / most * 100
        let words = "\(Words.span(value)) of \(Words.span(limit)) allowed"
        return "<svg class=\"meter\" role=\"img\" aria-label=\"\(words)\"><title>\(words)</title>"
            + "<rect class=\"track\" width=\"100%\" height=\"100%\" rx=\"3\"/>"
            + "<rect class=\"\(Drawing.fill(verdict))\" width=\"\(Drawing.n(part))%\" "
            + "height=\"100%\" rx=\"3\"/>"
            + "<line class=\"bound\" x1=\"\(Drawing.n(line))%\" x2=\"\(Drawing.n(line))%\" "
            + "y1=\"0\" y2=\"100%\"/></svg>"
    }

    /// How far a run is: one piece for each step.
    static func steps(_ verdicts: [String], planned: Int) -> String {
        let count = max(planned, verdicts.count, 1)
        let slot = 100 / Double(count)
        let done = verdicts.count { $0 != "running" }
        let pieces = (0..<count).map { index in
            let verdict = index < verdicts.count ? verdicts[index] : "none"
            return "<rect class=\"\(Drawing.fill(verdict))\" "
                + "x=\"\(Drawing.n(Double(index) * slot))%\" "
                + "width=\"\(Drawing.n(slot * 0.94))%\" height=\"100%\" rx=\"2\"/>"
        }
        return "<svg class=\"meter\" role=\"img\" aria-label=\"\(done) of \(count) steps done\">"
            + pieces.joined() + "</svg>"
    }
}
