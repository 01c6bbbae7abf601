public import DRTesting

/// A finding as of the head: opened by a drill that failed or saw too little, closed by a later one
/// that passed. As the table `findings` has it, of drills that the log still holds.
public struct FindingRecord: Equatable, Sendable {
    /// 1 + the number of earlier ones.
    public let id: UInt64
    public let subject: Subject
    public let testType: String
    public let verdict: Verdict
    /// Of the last drill that it was seen in.
    public let message: String
    public let occurrences: Int
    public let openedAt: UInt64
    public let openedBy: UInt64
    public let lastSeenAt: UInt64
    public let lastTest: UInt64
    /// The retest that closed it; `nil`: it is open.
    public let closedBy: UInt64?
    public let closedAt: UInt64?

    public var isOpen: Bool { closedAt == nil }
}

/// All findings that follow from drills. Pure.
public struct FindingLedger: Equatable, Sendable {
    /// In the order of their ids.
    public let all: [FindingRecord]
}
