internal import DRTesting
internal import Wire

/// `findings`: what drills found to be wrong, and whether a retest showed that it was put right.
///
/// A drill that failed or was inconclusive opens one for its scenario and target, or is seen again
/// in the open one. Only a drill that was asked for after the last of these had ended, and passed,
/// closes it: one that was under way already shows nothing about what was put right. A drill that
/// was cancelled, a proof and chaos change nothing.
public enum FindingsView: ReadModel {
    public static let name = "findings"
    public static let version: UInt8 = 2

    public static func reads(_ number: Int) -> Bool { OpenDrill.reads(number) }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        guard let (drill, finish) = try rows.endedDrill(record) else { return }
        let key = RowKey.names(drill.subject)
        let open = try rows.remembered(key, as: FindingState.self)
        switch finish.verdict {
        case .none: return
        case .passed:
            guard let open, drill.test > open.lastEnd else { return }
            let row = open.row(closedBy: drill.test, at: record.time)
            try rows.put(row.bytes, RowKey.row(open.id))
            try rows.remove(key)
        case .inconclusive, .failed:
            var finding = open ?? FindingState()
            if open == nil {
                finding.id = try rows.nextID()
                (finding.openedBy, finding.openedAt) = (drill.test, record.time)
                finding.drills = [drill]
            }
            finding.add(drill, finish, record)
            try rows.put(finding.encoded, key)
            try rows.put(finding.row(closedBy: nil, at: nil).bytes, RowKey.row(finding.id))
        }
    }
}

/// What is remembered of a finding while it is open.
private struct FindingState: WireSchema {
    var id: UInt64 = 0
    /// The drill that opened it.
    var drills: [OpenDrill] = []
    /// The worst of all drills it was seen in.
    var verdict = Verdict.none
    /// Of the last of them.
    var errorMessage = ""
    var occurrences: UInt64 = 0
    var openedAt: UInt64 = 0
    var openedBy: UInt64 = 0
    var lastSeenAt: UInt64 = 0
    var lastTest: UInt64 = 0
    /// The position of the event that ended the last of them.
    var lastEnd: UInt64 = 0

    static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.id), .messages(2, \.drills), .value(3, \.verdict),
        .string(4, \.errorMessage), .uint64(5, \.occurrences), .uint64(6, \.openedAt),
        .uint64(7, \.openedBy), .uint64(8, \.lastSeenAt), .uint64(9, \.lastTest),
        .uint64(10, \.lastEnd),
    ]

    mutating func add(_ drill: OpenDrill, _ finish: RunFinished, _ record: TestRecord) {
        verdict = max(verdict, finish.verdict)
        errorMessage = finish.errorMessage
        occurrences += 1
        (lastSeenAt, lastTest, lastEnd) = (record.time, drill.test, record.position)
    }

    func row(closedBy test: UInt64?, at time: UInt64?) -> JSONWriter {
        let drill = drills.first ?? OpenDrill()
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", id)
            row.member("scenario", drill.subject.scenario)
            row.member("test_type", drill.testType)
            row.member("target", drill.subject.target)
            row.member("target_kind", drill.subject.targetKind)
            row.member("environment", drill.subject.environment)
            row.member("status", test == nil ? "open" : "closed")
            row.member("verdict", verdict: verdict)
            row.member("error_message", orNull: errorMessage)
            row.member("occurrences", occurrences)
            row.member("opened_at", time: openedAt)
            row.member("opened_by_test", openedBy)
            row.member("last_seen_at", time: lastSeenAt)
            row.member("last_seen_in_test", lastTest)
            row.member("closed_at", time: time)
            row.member("closed_by_test", test)
        }
        return writer
    }
}
