/// What the log evidences for the controls of a framework in a period, and what it does not. Never
/// that anybody complies. A value, made of a `History` alone.
public struct ComplianceReport: Sendable {
    /// `CR-soc2-2026-Q4-1a2b3c4d`.
    public let documentID: String
    public let framework: Framework
    public let period: Period
    public let origin: ReportOrigin
    public let judgedAt: UInt64
    public let targets: [String]
    public let environments: [String]
    /// How many controls have which status: all statuses, in their order.
    public let tally: [Tally]
    public let matrix: [ControlRow]
    /// Twelve months, the last of them the one that the period ends in, against the cadences.
    public let coverage: Coverage
    public let population: [PopulationRow]
    public let reconciliation: Reconciliation
    /// The drills that cadences asked for in the period, and what became of each.
    public let due: [DueDrill]
    public let objectives: [ObjectiveRow]
    public let changes: [PeriodReport.Change]
    public let findings: [PeriodReport.FindingRow]
    public let excuses: [HistoryCatalog.Excuse]
    public let standings: [DueStanding]
    public let statement: IntegrityStatement
    public let manifest: [EvidenceItem]
    /// Who ran drills, and who asked for them: a reviewer must be somebody else.
    public let executors: [String]
    /// Facts that nothing records, and why.
    public let unrecorded: [(fact: EvidenceFact, reason: String)]

    public enum Status: String, CaseIterable, Sendable {
        case integrityFailed = "integrity failed"
        case contradicted, overdue
        case partlyCovered = "partly covered"
        case supported
        case notCovered = "not covered"
    }

    public struct Tally: Equatable, Sendable {
        public let status: Status
        public let count: Int
    }

    public struct ControlRow: Equatable, Sendable {
        public let control: Control
        public let status: Status
        /// Why, in one sentence.
        public let reason: String
        /// Drills of its scenarios that were judged in the period, and that passed.
        public let runs: Int
        public let passed: Int
        public let facts: [EvidenceFact]
        public let missingFacts: [EvidenceFact]
        /// Ids of tests; at most ten, the newest first.
        public let evidence: [UInt64]
        public let lastSuccess: UInt64?
    }

    public struct Coverage: Equatable, Sendable {
        public struct Row: Equatable, Sendable {
            public let subject: Subject
            public let cadence: DueStanding?
            /// One for each month.
            public let marks: [PeriodReport.Calendar.Mark]
            public let counts: [Int]
        }

        /// `2026-11`.
        public let months: [String]
        public let rows: [Row]
    }

    /// A member of the population that an auditor may draw a sample from.
    public struct PopulationRow: Equatable, Sendable {
        public let summary: DrillSummary
        public let isCounted: Bool
        public let exclusion: String
        /// The digest of the event that ended it, as it stands in the tree: hexadecimal.
        public let endLeaf: String
    }

    public struct Reconciliation: Equatable, Sendable {
        public let scheduled: Int
        public let onTime: Int
        public let late: Int
        public let overdue: Int
        public let excused: Int
        /// Events that end a run, counted by their kind alone.
        public let runsInLog: Int
        public let runsCounted: Int
        /// By reason.
        public let excluded: [Excluded]
        public let fires: Int
        /// Those whose run the log has.
        public let firesStarted: Int
        /// Those that say why there is none.
        public let firesRefused: Int

        public struct Excluded: Equatable, Sendable {
            public let reason: String
            public let count: Int
        }

        public var isDueReconciled: Bool { scheduled == onTime + late + overdue + excused }
        public var areRunsReconciled: Bool {
            runsInLog == runsCounted + excluded.reduce(0) { $0 + $1.count }
        }
        public var areFiresReconciled: Bool { fires == firesStarted + firesRefused }
    }

    /// The objectives in force for a scenario on a target, and how drills did against them.
    public struct ObjectiveRow: Equatable, Sendable {
        public let subject: Subject
        public let title: String
        public let limitMs: Double?
        public let drills: Int
        public let met: Int
        public let missed: Int
        public let unknown: Int
        public let worstMs: Double?
        public let medianMs: Double?
        /// Earlier limits of the period, in their order.
        public let earlierLimitsMs: [Double]
    }

    public struct IntegrityStatement: Equatable, Sendable {
        public let range: VerifiedRange
        /// Sentences about gaps, clock, keys, archive; each true of this log.
        public let sentences: [String]
        public let notes: [LogNote]
        public let clockSources: [String]
    }

    /// A piece of evidence: an event, and where it stands.
    public struct EvidenceItem: Equatable, Sendable {
        /// `E001`.
        public let id: String
        public let test: UInt64
        public let subject: Subject
        public let firstPosition: UInt64
        public let lastPosition: UInt64
        public let collectedAt: UInt64
        public let collectedBy: String
        /// SHA-256 of the leaf of the last event, hexadecimal.
        public let digest: String
        /// `proofs/1234.tlog-proof` in a bundle.
        public let proof: String
    }
}
