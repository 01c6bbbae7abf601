/// What a report says of one control of NIST SP 800-53: only of those OSCAL has objectives.
///
/// A report of NIST SP 800-53 says it itself. One of another framework says it where a control of
/// its own rests on the same evidence: drills of the same scenarios, and some of the same facts.
struct OSCALJudgement {
    enum State: String {
        case satisfied
        case notSatisfied = "not-satisfied"
    }

    struct Outcome {
        let state: State
        /// `pass`, `fail` or `other`.
        let reason: String
        let words: String
    }

    let control: Control
    /// The row of the control itself, or rows of other frameworks on the same evidence.
    let rows: [ComplianceReport.ControlRow]
    /// Rows of other frameworks on the same evidence.
    let mapped: [ComplianceReport.ControlRow]
    /// `nil`: there is no finding.
    let outcome: Outcome?
    /// Why there is none; empty if there is one.
    let absence: String

    /// Of all controls that the report looked at, in the order of the catalogue.
    static func all(of report: ComplianceReport) -> [OSCALJudgement] {
        ControlCatalog.controls(of: .nist80053).compactMap { control in
            guard let id = control.oscalControlID else { return nil }
            let mapped = report.matrix.filter { row in
                row.control.oscalControlID == nil && row.control.sharesEvidence(with: control)
            }
            if let row = report.matrix.first(where: { $0.control.oscalControlID == id }) {
                return OSCALJudgement(row, mapped: mapped)
            }
            return mapped.isEmpty ? nil : OSCALJudgement(control, on: mapped)
        }
    }

    /// Tests that a finding rests on, each once.
    var evidence: [UInt64] { Set(rows.flatMap(\.evidence)).sorted() }

    private init(
        _ row: ComplianceReport.ControlRow, mapped: [ComplianceReport.ControlRow]
    ) {
        (control, rows, self.mapped) = (row.control, [row], mapped)
        outcome = Self.outcome(row.status, row.reason)
        absence = outcome == nil ? row.reason : ""
    }

    private init(_ control: Control, on mapped: [ComplianceReport.ControlRow]) {
        (self.control, rows, self.mapped) = (control, mapped, mapped)
        let decisive: [ComplianceReport.Status] = [.integrityFailed, .contradicted, .overdue]
        let worst = decisive.compactMap { status in mapped.first { $0.status == status } }.first
        if let worst {
            (outcome, absence) = (Self.outcome(worst.status, worst.reason), "")
            return
        }
        let known = Set(mapped.flatMap(\.facts))
        let looked = Set(mapped.flatMap(\.control.facts))
        let unseen = control.facts.filter { !looked.contains($0) }
        let missing = control.facts.filter { !known.contains($0) }
        if mapped.allSatisfy({ $0.status == .notCovered }) {
            (outcome, absence) = (nil, mapped.first?.reason ?? "")
        } else if !unseen.isEmpty {
            outcome = nil
            absence = "This report does not look at \(Self.names(unseen))."
        } else if missing.isEmpty, let row = mapped.first(where: { $0.status == .supported }) {
            (outcome, absence) = (Self.outcome(.supported, row.reason), "")
        } else {
            let row = mapped.first { $0.status != .notCovered }
            let gap = missing.isEmpty ? "" : " This report lacks \(Self.names(missing))."
            let words = (row?.reason ?? "") + gap
            (outcome, absence) = (Self.outcome(.partlyCovered, words), "")
        }
    }

    /// OSCAL has two states. What could not be determined is not satisfied for another reason, as
    /// SP 800-53A calls it "other than satisfied" when there is too little to go by; and of what
    /// was not looked at there is no finding.
    private static func outcome(_ status: ComplianceReport.Status, _ words: String) -> Outcome? {
        switch status {
        case .supported: Outcome(state: .satisfied, reason: "pass", words: words)
        case .contradicted: Outcome(state: .notSatisfied, reason: "fail", words: words)
        case .integrityFailed, .overdue:
            Outcome(state: .notSatisfied, reason: "other", words: words)
        case .partlyCovered:
            Outcome(
                state: .notSatisfied, reason: "other",
                words: "Not determined, since the evidence covers it in part. " + words)
        case .notCovered: nil
        }
    }

    private static func names(_ facts: [EvidenceFact]) -> String {
        facts.map(\.rawValue).joined(separator: ", ")
    }
}

extension Control {
    /// As people cite it: `EU DORA Art. 12(7)`.
    var citation: String { "\(framework) \(id)" }

    fileprivate func sharesEvidence(with other: Control) -> Bool {
        !scenarios.isEmpty && Set(scenarios) == Set(other.scenarios)
            && !Set(facts).isDisjoint(with: other.facts)
    }
}

extension ComplianceReport.Status {
    /// Without blanks, as OSCAL has its tokens: `partly-covered`.
    var token: String { String(rawValue.map { $0 == " " ? "-" : $0 }) }
}
