import DRTesting
import EventLog

/// What a check found, in words.
struct VerificationText {
    let report: VerificationReport
    let logID: String
    /// So many of the first problems were told before.
    let told: Int

    var lines: [String] {
        var lines = [
            "log \(logID)",
            "\(report.head.position.counted("event")), root \(report.root)",
            report.pagesWalked.map { "pages: \($0) walked" }
                ?? "pages: not walked, the log is in use",
        ]
        lines.append(seal)
        if let size = report.outsideSize {
            lines.append("anchored outside up to position \(size)")
        } else {
            lines.append(
                "not anchored outside: that the whole directory was replaced by an older copy "
                    + "could not be seen")
        }
        lines += report.clampedRanges.map {
            "\(Self.positions($0)): the clock had gone back"
        }
        lines += report.problems.dropFirst(told).map { problem in
            let place = problem.position.map { "position \($0): " } ?? ""
            return "NOT INTACT: \(place)\(problem.message.printable())"
        }
        if report.isTruncated { lines.append("NOT INTACT: there are more problems than these") }
        lines.append(report.isClean ? "intact" : report.problems.count.counted("problem"))
        return lines
    }

    private var seal: String {
        let (sealed, last) = (report.sealedSize, report.head.position)
        let checkpoints = report.checkpoints.counted("checkpoint")
        if sealed >= last { return "\(checkpoints), all events sealed" }
        return "\(checkpoints); \(Self.positions(sealed + 1...last)) not sealed yet"
    }

    private static func positions(_ range: ClosedRange<UInt64>) -> String {
        range.lowerBound == range.upperBound
            ? "position \(range.lowerBound)"
            : "positions \(range.lowerBound) to \(range.upperBound)"
    }
}
