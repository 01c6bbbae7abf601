internal import FaultProxy
internal import Synchronization

/// What one proxy saw of the requests to its storage: which writes it took and in which order,
/// which attempts failed, and how often a call was repeated.
final class WireRecord: Sendable {
    /// As many as the history of the load keeps, three times: each may be tried so often.
    private static let capacity = 600_000

    /// A client that waits for a second may have given up what took longer than this to answer, or
    /// does so while the answer is on its way.
    static let promptness: Duration = .milliseconds(500)

    private struct State {
        var deliveries = DeliveryRecord()
        var served = SampleRing<ServedSample>(capacity: OperationHistory.standardCapacity)
        var retries = RetryRecord()
        /// Writes came whose numbers can be read.
        var isNumbered = false
        /// Requests are missing that nobody told of.
        var isTorn = false
        /// What came lately could not be asked for.
        var isBehind = false

        var isIncomplete: Bool { isTorn || isBehind }
    }

    /// Who asks for the storage system; `nil`: everybody but those who look at its health.
    private let agent: String?
    /// The client says which writes it was told to be taken.
    private let isTold: Bool
    private let attempts = AttemptHistory(capacity: WireRecord.capacity)
    private let state = Mutex(State())

    init(of agent: String? = SystemUnderTest.Agent.store, isTold: Bool = false) {
        (self.agent, self.isTold) = (agent, isTold)
    }

    /// The client was told that the storage has taken a write.
    func acknowledged(_ sequence: Int, of key: String, at instant: ContinuousClock.Instant) {
        state.withLock { $0.deliveries.acknowledged(sequence, of: key, at: instant) }
    }

    func record(_ operation: ProxiedOperation) { record(SeenOperation(operation)) }

    func record(_ operation: SeenOperation) {
        guard operation.agent != SystemUnderTest.Agent.health else { return }
        let attempt = AttemptSample(operation)
        let sequence = operation.metadata[Workload.sequenceHeader].flatMap(Int.init)
        attempts.add(attempt)
        state.withLock { state in
            if agent == nil || operation.agent == agent {
                if let served = ServedSample(operation, attempt) { _ = state.served.add(served) }
                if let call = operation.invocation { state.retries.tried(call, attempt) }
            }
            guard operation.method == "PUT", let sequence else { return }
            state.isNumbered = true
            guard let status = operation.status, (200..<300).contains(status) else { return }
            let isPrompt = operation.finished - operation.received <= Self.promptness
            state.deliveries.took(
                sequence, of: operation.key, received: operation.received,
                isAcknowledged: !isTold && isPrompt && !operation.isStruck)
        }
    }

    /// Requests were missed: what is counted from here on would be too little.
    func tear() { state.withLock { $0.isTorn = true } }

    /// Whether requests may be missing for now, which are still to be told.
    func note(isBehind: Bool) { state.withLock { $0.isBehind = isBehind } }

    /// Of no attempt at all if requests are missing.
    var retries: RetryEvidence {
        state.withLock { $0.isIncomplete ? RetryEvidence() : $0.retries.evidence }
    }

    /// All attempts that ended since a moment.
    func attempts(since instant: ContinuousClock.Instant) -> SampleWindow<AttemptSample> {
        let window = attempts.window(since: instant)
        let isMissing = state.withLock { $0.isIncomplete }
        return SampleWindow(window.samples, isComplete: window.isComplete && !isMissing)
    }

    /// The requests of users that the storage served since a moment.
    func served(since instant: ContinuousClock.Instant) -> SampleWindow<ServedSample> {
        let (served, isMissing) = state.withLock { ($0.served, $0.isIncomplete) }
        let window = served.window(since: instant)
        return SampleWindow(window.samples, isComplete: window.isComplete && !isMissing)
    }

    /// Writes that the storage took after a later one of the same key. `nil` if a service of
    /// others does not pass on their numbers, or if requests were missed.
    var orderViolations: Int? { known { $0.deliveries.orderViolations } }

    /// Writes that were sent again after their acknowledgement had arrived; `nil` as above.
    var duplicates: Int? { known { $0.deliveries.duplicates } }

    private func known(_ count: (State) -> Int) -> Int? {
        state.withLock { state in
            let isKnown = (agent != nil || state.isNumbered) && !state.isIncomplete
            return isKnown ? count(state) : nil
        }
    }
}

extension AttemptSample {
    /// It failed if its client got no answer, or one that says that the storage is in trouble.
    init(_ operation: SeenOperation) {
        let isTrouble = operation.status.map { $0 >= 500 || $0 == 429 } ?? !operation.isStale
        // Whatever the storage gets later, for the client it was over when it was sent.
        self.init(
            started: operation.received,
            finished: operation.isLate ? operation.received : operation.finished,
            isFailed: operation.isAnswerLost || isTrouble)
    }
}
