internal import FaultProxy
internal import Synchronization

/// What one proxy saw of the requests to its storage: which writes it took and in which order,
/// which attempts failed, and how often a call was repeated.
final class WireRecord: Sendable {
    /// As many as the history of the load keeps, three times: each may be tried so often.
    private static let capacity = 600_000

    private struct Delivery {
        let sequence: Int
        /// The acknowledgement reached the client.
        let isAcknowledged: Bool
    }

    private struct State {
        var deliveries: [String: [Delivery]] = [:]
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
            let delivery = Delivery(sequence: sequence, isAcknowledged: operation.fault == nil)
            state.deliveries[operation.key, default: []].append(delivery)
        }
    }

    var retries: RetryEvidence { state.withLock { $0.retries.evidence } }

    /// All attempts that ended since a moment.
    func attempts(since instant: ContinuousClock.Instant) -> SampleWindow<AttemptSample> {
        attempts.window(since: instant)
    }

    /// The latest requests of users that the storage served.
    var served: [ServedSample] { state.withLock { $0.served }.all }

    /// Writes that the storage took after a later one of the same key.
    var orderViolations: Int {
        state.withLock { state in
            state.deliveries.values.reduce(0) { sum, list in
                var latest = 0
                return sum
                    + list.count { delivery in
                        defer { latest = max(latest, delivery.sequence) }
                        return delivery.sequence < latest
                    }
            }
        }
    }

    /// Writes that were sent again after their acknowledgement had arrived.
    var duplicates: Int {
        state.withLock { state in
            state.deliveries.values.reduce(0) { sum, list in
                var acknowledged: Set<Int> = []
                return sum
                    + list.count { delivery in
                        let isRepeated = acknowledged.contains(delivery.sequence)
                        if delivery.isAcknowledged { acknowledged.insert(delivery.sequence) }
                        return isRepeated
                    }
            }
        }
    }
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
