public import DRTesting

/// What the log says of a period, up to one event of it: all that a report is made from. A pure
/// value; all times are microseconds since 1970.
///
/// A run counts in the period in which it ended: so each run is in one period, with its verdict.
public struct History: Sendable {
    public let period: Period
    public let origin: ReportOrigin
    /// What is due is judged at this moment: the end of the period if the head is the last event
    /// of it and the log goes on after it, else the time of the head.
    public let judgedAt: UInt64
    /// Ended in the period, in the order of their ends; of all purposes.
    public let runs: [DrillRun]
    /// Asked for before the head, and not ended by then; of all purposes.
    public let underWay: [DrillSummary]
    /// Drills that ended before the period, in the order of their ends: all that the log still
    /// holds.
    public let earlier: [DrillSummary]
    /// As of the head.
    public let catalog: HistoryCatalog
    /// What the log says of itself in the period.
    public let notes: [LogNote]

    /// Drills that ended in the period.
    public var drills: [DrillRun] { runs.filter(\.summary.isDrill) }
}

/// A run that ended in the period. An immutable value, and one object as its summary is: a year may
/// have very many of them.
public final class DrillRun: Sendable {
    public let summary: DrillSummary
    public let measures: DrillMeasures
    /// SHA-256 of the leaf of the event that ended it, in hexadecimal: as the tree has it.
    public let endLeaf: String
    /// None or one. A list, since a record is large, and most runs have none.
    private let records: [RunRecord]

    init(
        summary: DrillSummary, measures: DrillMeasures, endLeaf: String, record: RunRecord?
    ) {
        (self.summary, self.measures, self.endLeaf) = (summary, measures, endLeaf)
        records = record.map { [$0] } ?? []
    }

    /// Everything that was recorded: of an incident, and of the first runs that did not pass.
    public var record: RunRecord? { records.first }
}

/// Rows that people keep, as of the head, and what became of them in the period.
public struct HistoryCatalog: Sendable {
    /// A change of a row in the period.
    public struct Change: Equatable, Sendable {
        public let position: UInt64
        public let time: UInt64
        /// `scenario`, `schedule`, `cadence` or `excuse`.
        public let table: String
        public let id: UInt64
        /// `created`, `changed`, `disabled`, `enabled` or `removed`.
        public let what: String
        /// How people call the row.
        public let name: String
        public let by: String
        /// For example the objectives of a scenario, before and after; empty if there is nothing.
        public let detail: String
    }

    /// A cadence, and from when to when it asks for drills.
    public struct Cadence: Equatable, Sendable {
        public let definition: CadenceDefinition
        public let isEnabled: Bool
        public let createdAt: UInt64
        /// When it was disabled or removed; `nil`: it was not. One that is enabled again counts as
        /// if it had asked all the time.
        public var endedAt: UInt64?
        public var isRemoved = false
        /// Of the event that created it.
        public let position: UInt64
    }

    public struct Excuse: Equatable, Sendable {
        public let definition: ExcuseDefinition
        public let isEnabled: Bool
        public let createdAt: UInt64
        public let position: UInt64
    }

    /// A fire of a schedule in the period.
    public struct Fire: Equatable, Sendable {
        public let position: UInt64
        public let time: UInt64
        public let fired: ScheduleFired
        public let scheduleName: String
    }

    public var scenarios: [ScenarioDefinition] = []
    /// When one of them was last created or changed, whoever did.
    public var scenariosChangedAt: UInt64?
    public var schedules: [ScheduleDefinition] = []
    /// Those too that were removed: what they asked for before stays asked for.
    public var cadences: [Cadence] = []
    public var excuses: [Excuse] = []
    public var fires: [Fire] = []
    public var changes: [Change] = []

    public init() {}
}

/// What the log says of itself: of its clock, its keys, its archive.
public struct LogNote: Equatable, Sendable {
    public let position: UInt64
    public let time: UInt64
    /// `clock_behind_log`, `key_rotated`, `log_reopened`, `segment_archived` or
    /// `retention_applied`.
    public let name: String
    /// A sentence.
    public let words: String
}
