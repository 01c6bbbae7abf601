internal import DRTesting

/// What was tested in a period, and how it went: a value, made of a `History` alone. The same
/// history gives the same report, whenever it is made. All times are microseconds since 1970.
///
/// Unless it says otherwise, only drills are counted: proofs and chaos say nothing about how well a
/// storage system does.
public struct PeriodReport: Sendable {
    /// `DR-2026-W48-1a2b3c4d`: the period, and the beginning of the id of the log.
    public let documentID: String
    public let name: String
    public let period: Period
    public let origin: ReportOrigin
    public let judgedAt: UInt64
    /// In order, without repetition.
    public let targets: [String]
    public let environments: [String]
    /// Sections 1 and 2.
    public let summary: Summary
    public let statistics: Statistics
    /// Section 3.
    public let scorecard: [Score]
    /// Section 4.
    public let calendar: Calendar
    /// Section 5.
    public let recoveryTimes: [RecoveryStrip]
    /// Section 6.
    public let breakdowns: [Breakdown]
    /// Section 7.
    public let successes: [SuccessRow]
    /// Section 8.
    public let trends: [Trend]
    /// Section 9.
    public let integrity: [IntegrityRow]
    /// Section 10.
    public let degradation: [DegradationRow]
    /// Section 11.
    public let benchmarks: [BenchmarkRow]
    /// Section 12.
    public let unstable: [UnstableRow]
    /// Section 13: open at the head, or opened or closed in the period.
    public let findings: [FindingRow]
    /// Section 14.
    public let recommendations: [Recommendation]
    /// Section 15.
    public let changes: [Change]
    /// Section 16.
    public let notRun: [NotRun]
    /// Section 17.
    public let next: [DueStanding]
    /// The drills that cadences asked for in the period.
    public let due: DueAccount
    /// Every run that ended in the period, and every one that was under way: of all purposes.
    public let runs: [RunRow]
    /// Runs in depth: an incident, or the first that did not pass.
    public let details: [RunRecord]

    public struct Summary: Equatable, Sendable {
        public enum Colour: String, Sendable { case good, attention, bad, unknown }

        /// Whether the period was good, in one word and one sentence.
        public let colour: Colour
        public let headline: String
        /// Exactly three lines: drills due, run and met; findings; what needs a decision.
        public let lines: [String]
    }

    public struct Statistics: Equatable, Sendable {
        /// Drills that ended without those that were cancelled.
        public var total = 0
        public var passed = 0
        public var failed = 0
        public var inconclusive = 0
        public var cancelled = 0
        public var underWay = 0
        /// Of the total: service was lost and not seen to come back.
        public var notRecovered = 0
        /// Of the total: keys were not as they were acknowledged, and should be.
        public var damaged = 0
        /// Per cent; `nil` if there is nothing to divide.
        public var successRate: Double?
        public var averageRTOMs: Double?
        public var rtoCount = 0
        public var averageRPOMs: Double?
        public var rpoCount = 0
    }

    /// A scenario on a target.
    public struct Score: Equatable, Sendable {
        public let subject: Subject
        public let environment: String
        /// Of the last judged drill of the period; `nil`: none.
        public let last: DrillSummary?
        public let runs: Int
        public let passed: Int
        /// The recovery time objective of that drill, or of the scenario.
        public let rtoMs: UInt64?
        public let rtoTargetMs: UInt64?
        /// (objective − measured) / objective; `nil` if either is unknown.
        public let rtoMargin: Double?
        public let rpoMs: UInt64?
        public let rpoTargetMs: UInt64?
        /// Ever, up to the head.
        public let lastSuccess: UInt64?
        /// `nil`: no cadence asks for it.
        public let standing: DueStanding?
        /// 0 unless it is overdue: whole days, rounded down, since it was due.
        public let overdueDays: Int
    }

    /// Which drills ran in which week.
    public struct Calendar: Equatable, Sendable {
        public enum Mark: String, CaseIterable, Sendable {
            case met, missed, inconclusive, cancelled, late, overdue, excused, none
        }

        public struct Row: Equatable, Sendable {
            public let subject: Subject
            /// One for each week: the worst of what happened in it.
            public let marks: [Mark]
            /// How many drills were judged in each week.
            public let counts: [Int]
        }

        /// Thirteen, the last of them the one that the period ends in: `2026-W48`.
        public let weeks: [String]
        public let rows: [Row]
    }

    public struct RecoveryPoint: Equatable, Sendable {
        public let test: UInt64
        public let time: UInt64
        public let milliseconds: Double
        public let limitMs: Double?
        public let isInPeriod: Bool
    }

    /// The recovery times of a scenario on a target, over the period and the eight weeks before.
    public struct RecoveryStrip: Equatable, Sendable {
        public let subject: Subject
        public let points: [RecoveryPoint]
        public let limitMs: Double?
        /// Of the eight weeks before; `nil` below five of them.
        public let priorMedianMs: Double?
        /// Of the period.
        public let medianMs: Double?
        public let maximumMs: Double?
        public let count: Int
        /// 95 %, by order statistics, of the median of all points; `nil` below six of them.
        public let medianInterval: ClosedRange<Double>?
        /// This period against the weeks before, two-sided and exact; `nil` if it could never be
        /// below 0.05 with so few.
        public let difference: Double?
        /// Drills that were judged and of which the recovery time is not known.
        public let unknown: Int
    }

    /// How long the parts of the recovery took, in the median of the drills of the period.
    public struct Breakdown: Equatable, Sendable {
        public struct Part: Equatable, Sendable {
            public let label: String
            public let milliseconds: Double
        }

        public let subject: Subject
        public let count: Int
        public let parts: [Part]
        /// The longest.
        public let longest: String
    }

    public struct SuccessRow: Equatable, Sendable {
        public let subject: Subject
        public let passed: Int
        public let total: Int
        /// Wilson, 95 %; `nil` of none.
        public let interval: ClosedRange<Double>?
        /// In the period before: the month before a month, else one as long.
        public let priorPassed: Int
        public let priorTotal: Int
        /// Over all earlier drills and these.
        public let everPassed: Int
        public let everTotal: Int
    }

    /// A self-starting CUSUM on the logarithm of the weekly medians of recovery times.
    public struct Trend: Equatable, Sendable {
        public struct Point: Equatable, Sendable {
            public let week: String
            public let medianMs: Double
            public let count: Int
            /// The two sums; `nil` before there are three points.
            public let high: Double?
            public let low: Double?
        }

        public enum Signal: String, Sendable { case none, slower, faster, tooFew = "too few" }

        public let subject: Subject
        public let points: [Point]
        public let signal: Signal
        /// The week in which the sum that signals began to grow.
        public let since: String?
        /// Theil-Sen, milliseconds a week, from eight weeks on.
        public let slopeMs: Double?
        /// Of the Kendall test.
        public let slopeP: Double?
    }

    /// What the comparisons with the ledger found at the ends of drills.
    public struct IntegrityRow: Equatable, Sendable {
        public let subject: Subject
        public let drills: Int
        public let expected: UInt64
        public let intact: UInt64
        public let missing: UInt64
        public let differing: UInt64
        public let resurrected: UInt64
        public let unexpected: UInt64
        /// Writes of unknown outcome: never counted as lost.
        public let unchecked: UInt64
        /// Drills without a comparison.
        public let notCompared: Int
        public let tests: [UInt64]
    }

    public struct DegradationRow: Equatable, Sendable {
        public let test: UInt64
        public let subject: Subject
        /// `before`, `during` or `after`.
        public let phase: String
        public let operations: UInt64
        public let served: UInt64
        public let deferred: UInt64
        public let refused: UInt64
        public let failed: UInt64
        /// Served and deferred of all.
        public let availability: Double?
        public let p50Us: UInt64?
        public let p99Us: UInt64?
        /// `closed → open` and so on, in their order; only of `during`.
        public let breaker: [String]
    }

    /// A measure of a drill against the median of the same measure before.
    public struct BenchmarkRow: Equatable, Sendable {
        public let test: UInt64
        public let subject: Subject
        public let measure: String
        public let unit: String
        public let value: Double
        /// The median of the same measure in the earlier drills of the subject in the period; `nil`
        /// if there are none.
        public let baseline: Double?
        public let baselineCount: Int
        public let ratio: Double?
        public let limit: Double?
        public let passed: Bool?
    }

    /// A drill that changes its result with the same settings and the same program.
    public struct UnstableRow: Equatable, Sendable {
        public let subject: Subject
        public let runs: Int
        public let switches: Int
        /// switches / (runs − 1).
        public let share: Double
        public let lastSwitch: UInt64
        public let tests: [UInt64]
    }

    public struct FindingRow: Equatable, Sendable {
        public enum State: String, Sendable {
            case new, open, closed
            /// Open for longer than the interval of its cadence, or 30 days without one.
            case overdue
        }

        public let finding: FindingRecord
        public let state: State
        public let ageDays: Int
        public let dueTime: UInt64
    }

    public struct Change: Equatable, Sendable {
        public let position: UInt64
        public let time: UInt64
        /// `settings`, `tool version`, `endpoint`, `objective`, `schedule`, `cadence`, `excuse`,
        /// `scenario` or `log`.
        public let kind: String
        public let words: String
        public let by: String
    }

    public struct NotRun: Equatable, Sendable {
        /// `overdue`, `excused`, `cancelled`, `aborted`, `lost`, `not started`, `proof`, `chaos`,
        /// `other purpose` or `under way`.
        public let kind: String
        public let subject: Subject
        public let time: UInt64
        public let reason: String
        public let test: UInt64?
        /// Of an event that shows it.
        public let position: UInt64?
    }

    public struct RunRow: Equatable, Sendable {
        public let summary: DrillSummary
        /// Whether it is in the figures: a drill that ended and was not called off.
        public let isCounted: Bool
        /// Why not; empty if it is.
        public let exclusion: String
    }
}

/// What follows from the facts, by a rule that is printed with it.
public struct Recommendation: Equatable, Sendable {
    public enum Severity: String, CaseIterable, Sendable, Comparable {
        case critical, high, medium, low

        public static func < (left: Severity, right: Severity) -> Bool {
            let order = Severity.allCases
            return order.firstIndex(of: left)! < order.firstIndex(of: right)!
        }
    }

    /// `R02`.
    public let rule: String
    public let severity: Severity
    public let sentence: String
    /// Positions of events that show it.
    public let evidence: [UInt64]
    /// Controls that it bears on, as `NIST SP 800-53 CP-10`; few.
    public let controls: [String]
}
