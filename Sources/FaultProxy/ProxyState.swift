internal import Synchronization

/// What the event loop of the proxy and its owner share: the faults in force and the counts.
final class ProxyState: Sendable {
    /// How far back the rate of requests can be asked for.
    private static let maximumWindow: Duration = .seconds(60)

    private struct State {
        var faults: [(token: String, fault: Fault)] = []
        var counts: [String: ProxyCounts] = [:]
        var arrivals: [(agent: String, instant: ContinuousClock.Instant)] = []
        var arrivalLimit = 20_000
        var sequence = 0
        var connections = 0
    }

    private let state = Mutex(State())
    private let observer: @Sendable (ProxiedOperation) -> Void

    init(observer: @escaping @Sendable (ProxiedOperation) -> Void) { self.observer = observer }

    // MARK: Faults

    func add(_ fault: Fault, token: String) { state.withLock { $0.faults.append((token, fault)) } }

    func remove(token: String) { state.withLock { $0.faults.removeAll { $0.token == token } } }

    // MARK: Requests

    func connected() { state.withLock { $0.connections += 1 } }

    /// Counts a request and says what happens to it.
    func receive(
        method: String, bucket: String, key: String, agent: String, metadata: [String: String]
    ) -> ProxiedOperation {
        state.withLock { state in
            state.sequence += 1
            var operation = ProxiedOperation(
                sequence: state.sequence, method: method, bucket: bucket, key: key, agent: agent,
                metadata: metadata, received: .now)
            operation.fault = state.faults.first { $0.fault.strikes(operation) }?.fault.kind
            var counts = state.counts[agent] ?? ProxyCounts()
            counts.requests += 1
            counts.requestsByMethod[method, default: 0] += 1
            if operation.fault != nil { counts.faulted += 1 }
            state.counts[agent] = counts
            state.arrivals.append((agent, operation.received))
            // Seldom, so that a long list costs little for each request.
            if state.arrivals.count > state.arrivalLimit {
                state.arrivals.removeAll { $0.instant < operation.received - Self.maximumWindow }
                state.arrivalLimit = max(20_000, 2 * state.arrivals.count)
            }
            return operation
        }
    }

    func forwarded(_ operation: ProxiedOperation) {
        state.withLock { $0.counts[operation.agent]?.forwarded += 1 }
    }

    func answered(_ operation: ProxiedOperation) {
        state.withLock { $0.counts[operation.agent]?.answered += 1 }
        observer(operation)
    }

    // MARK: Counts

    func counts(of agent: String?) -> ProxyCounts {
        state.withLock { state in
            var sum = ProxyCounts()
            for (name, counts) in state.counts where agent == nil || name == agent {
                sum.requests += counts.requests
                sum.forwarded += counts.forwarded
                sum.answered += counts.answered
                sum.faulted += counts.faulted
                sum.requestsByMethod.merge(counts.requestsByMethod, uniquingKeysWith: +)
            }
            sum.connections = state.connections
            return sum
        }
    }

    func requests(of agent: String?, since start: ContinuousClock.Instant) -> Int {
        state.withLock { state in
            state.arrivals.reversed().prefix { $0.instant >= start }
                .count { agent == nil || $0.agent == agent }
        }
    }
}
