import DRTesting
import EventLog

/// What a check found, in words.
struct VerificationText {
    let result: VerificationResult
    /// So many of the first problems were told before.
    let told: Int

    private var report: VerificationReport { result.report }

    var lines: [String] {
        var lines = [
            "log \(result.logID)",
            report.head.position.counted("event"),
            "root \(report.root)",
            report.pagesWalked.map { "pages: \($0) walked" }
                ?? "pages: not walked, the log is in use",
        ]
        lines.append(seal)
        lines += trust
        lines.append(anchor)
        lines += report.clampedRanges.map {
            "\(Self.positions($0)): the clock had gone back"
        }
        lines += archived
        lines += report.problems.dropFirst(told).map { problem in
            let place = problem.position.map { "position \($0): " } ?? ""
            return "NOT INTACT: \(place)\(problem.message.printable())"
        }
        if report.isTruncated { lines.append("NOT INTACT: there are more problems than these") }
        let count = report.problems.count + (result.archive?.problems.count ?? 0)
        lines.append(result.isClean ? "intact" : count.counted("problem"))
        return lines
    }

    private var anchor: String {
        if let size = report.outsideSize { return "anchored outside up to position \(size)" }
        if let refusal = result.outsideRefusal {
            return "not anchored outside: \(refusal.printable())"
        }
        return "not anchored outside: an older copy of the whole directory would not be seen"
    }

    /// What is not in the log, and how it was checked.
    private var archived: [String] {
        let checked = result.archive?.lines ?? []
        if report.archivedSize == 0 { return checked }
        let range = Self.positions(1...report.archivedSize)
        return result.archive == nil
            ? ["\(range): archived, checked by their stored hashes alone; see --archive"]
            : ["\(range): archived"] + checked
    }

    /// What the seal tells beside the checkpoints.
    private var trust: [String] {
        var lines: [String] = []
        let findings = report.seal
        if findings.keyChanges > 0 {
            let times = findings.keyChanges.counted("time")
            lines.append("the key of the checkpoints changed \(times)")
        }
        if let size = findings.givenSize {
            lines.append("the checkpoint given covers \(size.counted("event"))")
        }
        if let size = findings.witnessedSize {
            lines.append("signed by enough witnesses up to position \(size)")
        }
        lines += findings.reopenings.map { reopening in
            let event = reopening.event
            return "reopened at position \(reopening.position) by \(event.by.printable()): "
                + event.reason.printable()
        }
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
