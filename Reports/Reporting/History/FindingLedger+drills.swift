internal import DRTesting

extension FindingLedger {
    /// What the table `findings` tells apart: what passes in a test environment says nothing about
    /// production.
    private struct Key: Hashable {
        let subject: Subject
        let targetKind: String
        let environment: String
    }

    /// Where the open finding of a key stands, and the event that ended the last drill that it was
    /// seen in.
    private struct OpenFinding {
        let index: Int
        let lastEnd: UInt64
    }

    /// Folds drills as the table `findings` does.
    ///
    /// A drill that failed or was inconclusive opens a finding, or is seen again in the open one.
    /// One that passed closes it if it was asked for after the last of these had ended: one that
    /// was under way already shows nothing about what was put right. What was called off, proofs
    /// and chaos change nothing.
    ///
    /// - Parameter drills: in the order of their ends.
    init(_ drills: [DrillSummary]) {
        var all: [FindingRecord] = []
        var open: [Key: OpenFinding] = [:]
        for drill in drills where drill.isDrill && drill.isJudged {
            guard let end = drill.end else { continue }
            let key = Key(
                subject: drill.subject, targetKind: drill.targetKind,
                environment: drill.environment)
            switch end.verdict {
            case .none: continue
            case .passed:
                guard let found = open[key], drill.id > found.lastEnd else { continue }
                all[found.index] = all[found.index].closed(by: drill, at: end.time)
                open[key] = nil
            case .inconclusive, .failed:
                let index = open[key]?.index ?? all.count
                if index == all.count {
                    all.append(FindingRecord(id: UInt64(index) + 1, openedBy: drill, end))
                } else {
                    all[index] = all[index].seen(in: drill, end)
                }
                open[key] = OpenFinding(index: index, lastEnd: end.position)
            }
        }
        self.init(all: all)
    }
}

extension FindingRecord {
    fileprivate init(id: UInt64, openedBy drill: DrillSummary, _ end: DrillSummary.End) {
        self.init(
            id: id, subject: drill.subject, testType: drill.testType, verdict: end.verdict,
            message: end.message, occurrences: 1, openedAt: end.time, openedBy: drill.id,
            lastSeenAt: end.time, lastTest: drill.id, closedBy: nil, closedAt: nil)
    }

    fileprivate func seen(in drill: DrillSummary, _ end: DrillSummary.End) -> FindingRecord {
        FindingRecord(
            id: id, subject: subject, testType: testType, verdict: max(verdict, end.verdict),
            message: end.message, occurrences: occurrences + 1, openedAt: openedAt,
            openedBy: openedBy, lastSeenAt: end.time, lastTest: drill.id, closedBy: nil,
            closedAt: nil)
    }

    fileprivate func closed(by drill: DrillSummary, at time: UInt64) -> FindingRecord {
        FindingRecord(
            id: id, subject: subject, testType: testType, verdict: verdict, message: message,
            occurrences: occurrences, openedAt: openedAt, openedBy: openedBy,
            lastSeenAt: lastSeenAt, lastTest: lastTest, closedBy: drill.id, closedAt: time)
    }
}
