/// Which history is wanted of a log.
public struct HistoryRequest: Sendable {
    /// The moment at which what is due is judged.
    public enum Judgement: String, CaseIterable, Sendable {
        /// The end of the period: whoever asks for it knows that the period is over. Of a head in
        /// the middle of a period it is the time of the head all the same.
        case end
        /// When the head was recorded.
        case head
    }

    public var period: Period
    /// The last event that is looked at; `nil`: the last one of the period that is not about a
    /// report.
    public var asOf: UInt64?
    /// `nil`: the end of the period if the log goes on after it, else the time of the head.
    public var judgement: Judgement?
    /// The id of one test: then the history is of it alone, and its period is from its first event
    /// to its last. `nil`: of the period.
    public var incident: UInt64?
    /// Of so many drills that did not pass everything is kept: the first ones of the period.
    public var keptRecords = 20
    public var toolVersion: String
    /// The command that makes the report, without `--as-of`, `--judge-at`, secrets and folders.
    public var command: String

    public init(period: Period, toolVersion: String, command: String) {
        (self.period, self.toolVersion, self.command) = (period, toolVersion, command)
    }
}

/// Why there is no such history. Two are equal when their codes are.
public struct HistoryError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        /// No test begins at the position.
        case noTest
        /// The test had not ended by the head.
        case notEnded
        /// The log has no event at the position that it is to be read up to.
        case noEvent
    }

    public let code: Code
    /// What happened and what to do.
    public let message: String

    init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

    public static func == (left: HistoryError, right: HistoryError) -> Bool {
        left.code == right.code
    }

    public var description: String { message }
}
