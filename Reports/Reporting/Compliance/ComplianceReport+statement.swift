internal import DRTesting
internal import Projections

extension ComplianceReport.IntegrityStatement {
    /// Sentences that are true of this log, and nothing that is not: of its range, its gaps, its
    /// clock, its keys and what has left it.
    init(_ book: DrillBook, manifest: [ComplianceReport.EvidenceItem]) {
        let history = book.history
        let sources = book.drills.map(\.measures.clockSource).filter { !$0.isEmpty }
        self.init(
            range: history.origin.range,
            sentences: Self.range(history.origin) + Self.clock(history.notes)
                + Self.keys(history.notes) + Self.archive(history)
                + Self.completeness(book, manifest: manifest.count),
            notes: history.notes, clockSources: Set(sources).sorted())
    }

    private static func range(_ origin: ReportOrigin) -> [String] {
        let range = origin.range
        let tree = "the tree over events 1 to \(range.size), whose root is \(range.root)"
        let hashed =
            switch range.hashed {
            case 0: "No event was recorded in the period up to the head: nothing was hashed anew."
            case 1:
                "Event \(range.first), the only one of the period, was hashed anew from its stored "
                    + "bytes."
            default:
                "Events \(range.first) to \(range.last) were hashed anew from their stored bytes: "
                    + "\(range.hashed) in all, every one of the period up to the head."
            }
        let stored =
            switch range.stored {
            case 0: "Their hashes give the root of \(tree)."
            case 1:
                "The hash of 1 other event was taken as the log stores it: together they give the "
                    + "root of \(tree)."
            default:
                "The hashes of \(range.stored) other events were taken as the log stores them: "
                    + "together they give the root of \(tree)."
            }
        return [
            hashed, stored,
            "What stands here of earlier drills, and of cadences, schedules, scenarios and excuses "
                + "that were kept before the period, was read as it is stored: dr-audit verify "
                + "checks all events of the log.",
            "Each position from 1 to \(range.size) has one leaf in that tree: none is left out.",
            "The signature over the tree is no part of this report, which has to come out the same "
                + "before and after it: a bundle of evidence has it, as its checkpoint.",
        ]
    }

    private static func clock(_ notes: [LogNote]) -> [String] {
        let count = notes.count { $0.name == "clock_behind_log" }
        let behind =
            count == 0
            ? "In the period, the clock was never more than a second behind the log."
            : "In the period, the clock was more than a second behind the log "
                + "\(count.counted("time")): recorded times were held, so that they never go back."
        return [behind, "The offset of the clock to any other clock was not measured."]
    }

    private static func keys(_ notes: [LogNote]) -> [String] {
        let rotations = notes.count { $0.name == "key_rotated" }
        let reopenings = notes.count { $0.name == "log_reopened" }
        return [
            rotations == 0
                ? "The key that signs was not changed in the period."
                : "The key that signs was changed \(rotations.counted("time")) in the period.",
            reopenings == 0
                ? "The log was not reopened after a loss in the period."
                : "The log was reopened after a loss \(reopenings.counted("time")) in the period: "
                    + "what came after the point that it was reopened at is not in it.",
        ]
    }

    private static func archive(_ history: History) -> [String] {
        let first = history.origin.firstHeld
        let retentions = history.notes.count { $0.name == "retention_applied" }
        let archived = history.notes.count { $0.name == "segment_archived" }
        var sentences = [
            first <= 1
                ? "No event has left the log for an archive: the oldest that it holds is event 1."
                : "Runs before position \(first) have left the log for an archive: they are in "
                    + "neither the coverage nor the findings, and their hashes are in the tree."
        ]
        if archived > 0 {
            sentences.append(
                "\(archived.counted("segment")) of the log went to an archive in the period.")
        }
        sentences.append(
            retentions == 0
                ? "No rule for the retention of rows was applied in the period."
                : "A rule for the retention of rows was applied \(retentions.counted("time")) in "
                    + "the period: tables show fewer rows, and nothing left the log for that.")
        return sentences
    }

    private static func completeness(_ book: DrillBook, manifest: Int) -> [String] {
        var sentences: [String] = []
        let underWay = book.history.underWay.count
        if underWay > 0 {
            sentences.append(
                "\(underWay.counted("run")) had not ended by the head, and "
                    + (underWay == 1
                        ? "counts in the period that it ends in."
                        : "count in the period that they end in."))
        }
        if let undecided = book.undecidedWords { sentences.append(undecided + ".") }
        let counted = book.judged.count
        if counted > manifest {
            sentences.append(
                "The manifest has the first \(manifest) of \(counted) drills that count; the "
                    + "population has all of them, with the same digests.")
        }
        return sentences
    }
}
