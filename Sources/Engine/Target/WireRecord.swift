internal import FaultProxy
internal import Synchronization

/// What one proxy saw of the requests to its storage: which writes it took and in which order,
/// which attempts failed, and how often a call was repeated.
final class WireRecord: Sendable {
    /// As many as the history of the load keeps, three times: each may be tried so often.
    private static let capacity = 600_000

    private struct State {
        var deliveries = DeliveryRecord()
        var served = SampleRing<ServedSample>(capacity: OperationHistory.standardCapacity)
        var retries = RetryRecord()
    }

    private let attempts = AttemptHistory(capacity: WireRecord.capacity)
    private let state = Mutex(State())

    func record(_ operation: ProxiedOperation) {
        guard operation.agent != SystemUnderTest.Agent.health else { return }
        let attempt = AttemptSample(operation)
        let sequence = operation.metadata[Workload.sequenceHeader].flatMap(Int.init)
        attempts.add(attempt)
        state.withLock { state in
            if let served = ServedSample(operation, attempt) { _ = state.served.add(served) }
            if operation.agent == SystemUnderTest.Agent.store, let call = operation.invocation {
                state.retries.tried(call, attempt)
            }
            guard operation.method == "PUT", let sequence else { return }
            guard let status = operation.status, (200..<300).contains(status) else { return }
            state.deliveries.took(
                sequence, of: operation.key, isAcknowledged: operation.fault == nil)
        }
    }

    var retries: RetryEvidence { state.withLock { $0.retries.evidence } }

    /// All attempts that ended since a moment.
    func attempts(since instant: ContinuousClock.Instant) -> SampleWindow<AttemptSample> {
        attempts.window(since: instant)
    }

    /// The requests of users that the storage served since a moment.
    func served(since instant: ContinuousClock.Instant) -> SampleWindow<ServedSample> {
        state.withLock { $0.served }.window(since: instant)
    }

    /// Writes that the storage took after a later one of the same key.
    var orderViolations: Int { state.withLock { $0.deliveries.orderViolations } }

    /// Writes that were sent again after their acknowledgement had arrived.
    var duplicates: Int { state.withLock { $0.deliveries.duplicates } }
}

extension AttemptSample {
    /// It failed if its client got no answer, or one that says that the storage is in trouble.
    init(_ operation: ProxiedOperation) {
        let isLost =
            switch operation.fault {
            case .resetAfterAnswer, .truncate: true
            default: false
            }
        let isTrouble = operation.status.map { $0 >= 500 || $0 == 429 } ?? true
        self.init(
            started: operation.received, finished: operation.finished ?? operation.received,
            isFailed: isLost || isTrouble)
    }
}
