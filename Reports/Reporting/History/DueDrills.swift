/// A drill that a cadence asked for, and what became of it.
public struct DueDrill: Equatable, Sendable {
    public enum Outcome: String, CaseIterable, Sendable {
        /// It succeeded before it was due, or when it was.
        case onTime = "on time"
        /// It succeeded after it was due.
        case late
        /// Its grace is over, and it had not succeeded when the report was judged.
        case overdue
        /// It was overdue, and somebody else than its executor accepts that.
        case excused
    }

    public let cadenceID: UInt64
    public let subject: Subject
    public let dueTime: UInt64
    public let outcome: Outcome
    /// The drill that succeeded; `nil` if none did.
    public let test: UInt64?
    /// When it counts: when it succeeded, or when its grace was over.
    public let countedAt: UInt64
    /// The excuse, if it was excused.
    public let excuseID: UInt64?
}

/// How a cadence stands at a moment.
public struct DueStanding: Equatable, Sendable {
    public let cadenceID: UInt64
    public let subject: Subject
    public let intervalMs: UInt64
    public let graceMs: UInt64
    /// Why it is so often: whoever made the cadence says so.
    public let reason: String
    public let isEnabled: Bool
    public let lastSuccess: UInt64?
    public let lastSuccessTest: UInt64?
    /// When the next drill is due: in the past if it is late or overdue.
    public let dueTime: UInt64
    /// `nil` unless it is overdue and not excused: since when.
    public let overdueSince: UInt64?
}

/// What cadences asked for in a period. Pure: of the cadences, the drills and a moment.
public struct DueAccount: Equatable, Sendable {
    /// Counted in the period, in the order of `countedAt`: each drill that a cadence asked for is
    /// in one period.
    public let due: [DueDrill]
    /// Of all cadences that are not removed, at the moment of judgement.
    public let standings: [DueStanding]
    /// Counted for itself, from cadences and moments alone, so that it can be compared with `due`.
    public let scheduled: Int

    public func count(_ outcome: DueDrill.Outcome) -> Int { due.count { $0.outcome == outcome } }
    /// `scheduled = on time + late + overdue + excused`.
    public var isReconciled: Bool { scheduled == due.count }
}
