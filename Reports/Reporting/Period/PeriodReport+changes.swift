internal import DRTesting
internal import Merkle

extension PeriodReport.Change {
    /// What was changed in the period, in the order of the log: settings of drills, as they show
    /// in the drills themselves, rows that people keep, and what the log says of itself.
    static func all(_ book: DrillBook) -> [PeriodReport.Change] {
        let ofDrills = book.subjects.flatMap { subject in
            changes(in: book.ended(of: subject), of: book.period)
        }
        let ofRows = book.history.catalog.changes.map { PeriodReport.Change($0) }
        let ofLog = book.history.notes.map { note in
            PeriodReport.Change(
                position: note.position, time: note.time, kind: "log",
                words: note.words.printable(), by: "")
        }
        return (ofDrills + ofRows + ofLog).sorted {
            ($0.position, $0.kind, $0.words) < ($1.position, $1.kind, $1.words)
        }
    }

    private init(_ change: HistoryCatalog.Change) {
        let detail = change.detail.isEmpty ? "" : ": \(change.detail.printable())"
        self.init(
            position: change.position, time: change.time, kind: change.table,
            words: "\(change.table.capitalizedWord) \(change.name.printable()) was "
                + "\(change.what)\(detail)",
            by: change.by)
    }

    /// - Parameter drills: of one subject, in the order of their ends.
    private static func changes(
        in drills: [DrillSummary], of period: Period
    ) -> [PeriodReport.Change] {
        var last: [String: DrillSummary] = [:]
        var changes: [PeriodReport.Change] = []
        for drill in drills {
            if let before = last[drill.environment], period.contains(drill.endTime) {
                changes += DrillDifference.all(before, drill).map { difference in
                    PeriodReport.Change(
                        position: drill.id, time: drill.requestedAt, kind: difference.kind,
                        words: "\(drill.subject.words): \(difference.words), from test "
                            + "\(drill.id) on",
                        by: drill.requestedBy.isEmpty ? drill.executedBy : drill.requestedBy)
                }
            }
            last[drill.environment] = drill
        }
        return changes
    }
}

/// What was otherwise in a drill than in an earlier one of the same scenario on the same target.
struct DrillDifference: Equatable {
    /// As `PeriodReport.Change.kind` has it.
    let kind: String
    let words: String

    static func all(_ before: DrillSummary, _ after: DrillSummary) -> [DrillDifference] {
        var differences: [DrillDifference] = []
        if before.settingsDigest != after.settingsDigest {
            let digests = [before, after].map { shortDigest($0.settingsDigest) }
            differences.append(
                .init(kind: "settings", words: "settings \(digests[0]) → \(digests[1])"))
        }
        if before.targetDigest != after.targetDigest {
            let digests = [before, after].map { shortDigest($0.targetDigest) }
            differences.append(
                .init(kind: "endpoint", words: "target file \(digests[0]) → \(digests[1])"))
        }
        if before.toolVersion != after.toolVersion {
            let versions = [before, after].map { $0.toolVersion.printable() }
            differences.append(
                .init(kind: "tool version", words: "program \(versions[0]) → \(versions[1])"))
        }
        differences += objective("RTO", before.rtoTargetMs, after.rtoTargetMs)
        differences += objective("RPO", before.rpoTargetMs, after.rpoTargetMs)
        return differences
    }

    private static func objective(
        _ name: String, _ before: UInt64?, _ after: UInt64?
    ) -> [DrillDifference] {
        if before == after { return [] }
        let limits = [before, after].map { limit in
            limit.map { ReportText.milliseconds(Double($0)) } ?? "none"
        }
        let words = "objective \(name) \(limits[0]) → \(limits[1])"
        return [DrillDifference(kind: "objective", words: words)]
    }

    /// Enough of it to tell two apart.
    private static func shortDigest(_ digest: [UInt8]) -> String {
        digest.isEmpty ? "unknown" : Hexadecimal.encode(digest.prefix(4))
    }
}

extension String {
    /// With a capital at its beginning, for the start of a sentence.
    fileprivate var capitalizedWord: String { "\(prefix(1).uppercased())\(dropFirst())" }
}
