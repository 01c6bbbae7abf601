public import DRTesting

/// A run in short: what its first event and its end say. An immutable value.
///
/// A history has very many of them, and reports put them into one list after another: each is one
/// object, so that a list holds references, and not copies.
public final class DrillSummary: Equatable, Sendable {
    public struct End: Equatable, Sendable {
        /// Of the event that ended it.
        public let position: UInt64
        /// When that was recorded; the run counts in the period that this lies in.
        public let time: UInt64
        public let status: RunStatus
        public let verdict: Verdict
        public let ending: RunEnding
        /// `nil`: unknown, which is not 0.
        public let rtoMs: UInt64?
        public let rpoMs: UInt64?
        public let rtoResolutionMs: UInt64?
        /// Why it did not pass; empty if it did.
        public let message: String
        public let stepsNotExecuted: [String]
    }

    /// The id of the test: the position of its first event.
    public let id: UInt64
    public let runKey: String
    /// By the clock.
    public let requestedAt: UInt64
    public let scenario: String
    /// 1 to 6 for the built-in scenarios; 0 for others.
    public let scenarioID: UInt64
    public let testType: String
    /// SHA-256 of the scenario's text with its variables.
    public let settingsDigest: [UInt8]
    public let target: String
    public let targetKind: String
    public let targetDigest: [UInt8]
    public let environment: String
    public let executedBy: String
    public let requestedBy: String
    public let authorization: String
    /// `drill`, `proof` or `chaos`.
    public let purpose: String
    public let rtoTargetMs: UInt64?
    public let rpoTargetMs: UInt64?
    public let toolVersion: String
    /// `nil`: not ended by the head.
    public let end: End?
    /// Ended, and not called off: its verdict counts. It is asked for of every drill there is.
    public let isJudged: Bool

    init(
        id: UInt64, runKey: String, requestedAt: UInt64, scenario: String, scenarioID: UInt64,
        testType: String, settingsDigest: [UInt8], target: String, targetKind: String,
        targetDigest: [UInt8], environment: String, executedBy: String, requestedBy: String,
        authorization: String, purpose: String, rtoTargetMs: UInt64?, rpoTargetMs: UInt64?,
        toolVersion: String, end: End?
    ) {
        (self.id, self.runKey, self.requestedAt) = (id, runKey, requestedAt)
        (self.scenario, self.scenarioID, self.testType) = (scenario, scenarioID, testType)
        self.settingsDigest = settingsDigest
        (self.target, self.targetKind, self.targetDigest) = (target, targetKind, targetDigest)
        self.environment = environment
        (self.executedBy, self.requestedBy) = (executedBy, requestedBy)
        (self.authorization, self.purpose) = (authorization, purpose)
        (self.rtoTargetMs, self.rpoTargetMs) = (rtoTargetMs, rpoTargetMs)
        (self.toolVersion, self.end) = (toolVersion, end)
        isJudged = end.map { $0.status != .cancelled } ?? false
    }

    public static func == (left: DrillSummary, right: DrillSummary) -> Bool {
        left === right
            || left.id == right.id && left.runKey == right.runKey
                && left.requestedAt == right.requestedAt && left.hasSameSubject(as: right)
                && left.hasSameOrigin(as: right) && left.end == right.end
    }

    private func hasSameSubject(as other: DrillSummary) -> Bool {
        (scenario, scenarioID, testType) == (other.scenario, other.scenarioID, other.testType)
            && (target, targetKind) == (other.target, other.targetKind)
            && (settingsDigest, targetDigest) == (other.settingsDigest, other.targetDigest)
            && (rtoTargetMs, rpoTargetMs) == (other.rtoTargetMs, other.rpoTargetMs)
    }

    private func hasSameOrigin(as other: DrillSummary) -> Bool {
        (environment, executedBy, requestedBy)
            == (other.environment, other.executedBy, other.requestedBy)
            && (authorization, purpose, toolVersion)
                == (other.authorization, other.purpose, other.toolVersion)
    }

    /// Not a proof, and not chaos.
    public var isDrill: Bool { purpose == "drill" }
    public var subject: Subject { Subject(scenario: scenario, target: target) }
    public var isPassed: Bool { end?.status == .completed }
}

/// What drills are about: a scenario on a target.
public struct Subject: Hashable, Comparable, Sendable {
    public let scenario: String
    public let target: String

    public init(scenario: String, target: String) {
        (self.scenario, self.target) = (scenario, target)
    }

    public static func < (left: Subject, right: Subject) -> Bool {
        (left.scenario, left.target) < (right.scenario, right.target)
    }
}
