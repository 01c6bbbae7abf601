public import DRTesting
public import EventLog

/// Starts and stops runs.
///
/// Safe to call from any task. A run goes on whatever becomes of the task that ordered it, and of
/// the process.
public protocol RunStarting: Sendable {
    /// Starts a run, and returns once it is recorded: from then on it has an id, and ends with a
    /// verdict. An order whose key is recorded already is that run.
    func start(_ order: RunOrder) async throws(RunRefusal) -> StartedRun

    /// Asks a run to stop and clean up. On return that is durable; the end of the run comes later.
    ///
    /// - Throws: `CancelRefusal`, or `EventLogError`.
    func cancel(_ id: UInt64, by: String, reason: String) async throws

    /// Asks all runs under way, and those about to be recorded, to stop and clean up.
    ///
    /// - Returns: how many are under way.
    func cancelAll(by: String, reason: String) async throws -> Int
}

/// A run that is recorded.
public struct StartedRun: Sendable {
    /// Of the test: the position of its first event.
    public let id: UInt64
    public let key: EventID
    private let end: @Sendable () async throws -> RunEnd

    /// - Parameter finished: waits for the end.
    public init(
        id: UInt64, key: EventID, finished: @escaping @Sendable () async throws -> RunEnd
    ) {
        (self.id, self.key, end) = (id, key, finished)
    }

    /// Waits until the run has ended. The run does not mind if nobody waits any more.
    public func finished() async throws -> RunEnd { try await end() }
}

/// How a run ended.
public struct RunEnd: Equatable, Sendable {
    public let status: RunStatus
    public let verdict: Verdict
    /// Where its end is recorded: views that have come so far show it whole.
    public let position: UInt64
    /// If there are any, nothing was broken.
    public let unmet: [UnmetPrerequisite]

    public init(
        status: RunStatus, verdict: Verdict, position: UInt64, unmet: [UnmetPrerequisite] = []
    ) {
        (self.status, self.verdict, self.position) = (status, verdict, position)
        self.unmet = unmet
    }
}
