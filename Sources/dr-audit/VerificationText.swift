import DRTesting
import EventLog

/// What a check found, in words.
struct VerificationText {
    let report: VerificationReport
    let logID: String

    var lines: [String] {
        var lines = [
            "log \(logID)",
            "\(report.head.position) events, root \(report.root)",
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
            "positions \($0.lowerBound) to \($0.upperBound): the clock had gone back"
        }
        lines += report.problems.map { problem in
            let place = problem.position.map { "position \($0): " } ?? ""
            return "NOT INTACT: \(place)\(problem.message.printable())"
        }
        if report.isTruncated { lines.append("NOT INTACT: there are more problems than these") }
        lines.append(report.isClean ? "intact" : "\(report.problems.count) problems")
        return lines
    }

    private var seal: String {
        let (sealed, last) = (report.sealedSize, report.head.position)
        if sealed == last { return "\(report.checkpoints) checkpoints, all events sealed" }
        return
            "\(report.checkpoints) checkpoints; positions \(sealed + 1) to \(last) not sealed yet"
    }
}
