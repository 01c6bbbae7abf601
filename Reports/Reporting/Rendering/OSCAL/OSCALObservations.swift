internal import Merkle
internal import Wire

/// The drills of the period that count: one observation each.
struct OSCALObservations {
    private let rows: [ComplianceReport.PopulationRow]
    private let intervals: [Subject: UInt64]
    private let ids: OSCALIdentity
    private let log: String

    /// - Parameter log: the id of the resource that stands for the log.
    init(_ report: ComplianceReport, ids: OSCALIdentity, log: String) {
        rows = report.population.filter { $0.isCounted && $0.summary.end != nil }
        let enabled = report.standings.filter(\.isEnabled)
        intervals = Dictionary(enabled.map { ($0.subject, $0.intervalMs) }) { min($0, $1) }
        (self.ids, self.log) = (ids, log)
    }

    /// The ids of tests that have an observation.
    var tests: Set<UInt64> { Set(rows.map(\.summary.id)) }

    /// In order, each once.
    var targets: [String] { Set(rows.map(\.summary.target)).sorted() }

    static func title(ofTarget name: String) -> String {
        let title = OSCALText.prose(name)
        return OSCALText.line(title) ?? "A target without a name"
    }

    func write(to result: inout JSONWriter, tool: String) {
        result.listUnlessEmpty("observations", rows) { row, observation in
            guard let end = row.summary.end else { return }
            write(row, end, to: &observation, tool: tool)
        }
    }

    private func write(
        _ row: ComplianceReport.PopulationRow, _ end: DrillSummary.End,
        to observation: inout JSONWriter, tool: String
    ) {
        let drill = row.summary
        observation.member("uuid", ids.uuid("observation", "\(drill.id)"))
        observation.words("title", "Drill \(drill.id): \(drill.result.rawValue)")
        observation.words("description", Self.description(of: drill, end))
        observation.properties(Self.measures(of: drill, end))
        observation.texts("methods", ["TEST"])
        observation.origins(tool: tool)
        observation.list("subjects", [drill.target]) { target, subject in
            subject.member("subject-uuid", ids.uuid("component", target))
            subject.member("type", "component")
        }
        observation.list("relevant-evidence", [log]) { log, evidence in
            evidence.words("href", "#" + log)
            evidence.words(
                "description",
                "The events of this drill in the log: the first at position \(drill.id), the last "
                    + "at position \(end.position).")
            evidence.properties([
                ("first-position", "\(drill.id)"), ("last-position", "\(end.position)"),
                ("last-leaf-sha-256", row.endLeaf),
            ])
        }
        observation.member("collected", OSCALText.time(end.time))
        if let expiry = expiry(of: drill, end) {
            observation.member("expires", OSCALText.time(expiry))
        }
    }

    private static func description(of drill: DrillSummary, _ end: DrillSummary.End) -> String {
        let reason = end.message.isEmpty ? "" : ": \(OSCALText.prose(end.message))"
        return "\(OSCALText.prose(drill.subject.words)): \(drill.result.rawValue)\(reason)."
    }

    private static func measures(
        of drill: DrillSummary, _ end: DrillSummary.End
    ) -> [(String, String?)] {
        [
            ("test-id", "\(drill.id)"), ("run-key", drill.runKey),
            ("scenario", drill.scenario), ("target", drill.target),
            ("target-kind", drill.targetKind), ("environment", drill.environment),
            ("result", drill.result.rawValue), ("ending", "\(end.ending)"),
            ("rto-ms", text(end.rtoMs)), ("rto-resolution-ms", text(end.rtoResolutionMs)),
            ("rto-target-ms", text(drill.rtoTargetMs)), ("rpo-ms", text(end.rpoMs)),
            ("rpo-target-ms", text(drill.rpoTargetMs)),
            ("settings-sha-256", Hexadecimal.encode(drill.settingsDigest)),
            ("executed-by", drill.executedBy), ("tool-version", drill.toolVersion),
        ]
    }

    private static func text(_ number: UInt64?) -> String? { number.map { "\($0)" } }

    /// When a drill of the same scenario and target is due after this one; `nil`: no cadence asks
    /// for it.
    private func expiry(of drill: DrillSummary, _ end: DrillSummary.End) -> UInt64? {
        intervals[drill.subject].map { interval in
            end.time.addingClamped(interval.multipliedClamped(by: 1000))
        }
    }
}
