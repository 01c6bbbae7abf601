internal import Synchronization

/// What the event loop of the proxy and its owner share: the faults in force and the counts.
final class ProxyState: Sendable {
    private struct State {
        /// In the order in which they were injected.
        var faults: [StandingFault] = []
        var injected = 0
        /// How many requests those faults struck that are gone.
        var struckByEnded: [String: Int] = [:]
        var counts: [String: ProxyCounts] = [:]
        var arrivals = ArrivalLog()
        var sequence = 0
        var connections = 0

        func index(of token: String) -> Int? { faults.firstIndex { $0.token == token } }

        /// What the first fault that strikes does; those after it are not asked.
        mutating func strike(_ operation: ProxiedOperation) -> Strike? {
            for index in faults.indices {
                if let strike = faults[index].strike(operation) { return strike }
            }
            return nil
        }
    }

    private let state = Mutex(State())
    private let observer: @Sendable (ProxiedOperation) -> Void

    init(observer: @escaping @Sendable (ProxiedOperation) -> Void) { self.observer = observer }

    // MARK: Faults

    func add(_ fault: Fault, token: String) {
        state.withLock { state in
            state.faults.append(StandingFault(fault, token: token, number: state.injected))
            state.injected += 1
        }
    }

    func change(_ token: String, fraction: Double) {
        state.withLock { state in
            guard let index = state.index(of: token) else { return }
            state.faults[index].fraction = fraction
        }
    }

    func remove(_ token: String) {
        state.withLock { state in
            guard let index = state.index(of: token) else { return }
            state.struckByEnded[token] = state.faults.remove(at: index).struck
        }
    }

    func isInForce(_ token: String) -> Bool { state.withLock { $0.index(of: token) != nil } }

    func struck(by token: String) -> Int? {
        state.withLock { state in
            state.index(of: token).map { state.faults[$0].struck } ?? state.struckByEnded[token]
        }
    }

    // MARK: Requests

    func connected() { state.withLock { $0.connections += 1 } }

    /// Counts a request and says what happens to it.
    func receive(
        method: String, bucket: String, key: String, agent: String, metadata: [String: String]
    ) -> (operation: ProxiedOperation, strike: Strike?) {
        state.withLock { state in
            state.sequence += 1
            var operation = ProxiedOperation(
                sequence: state.sequence, method: method, bucket: bucket, key: key, agent: agent,
                metadata: metadata, received: .now)
            let strike = state.strike(operation)
            operation.fault = strike?.kind
            var counts = state.counts[agent] ?? ProxyCounts()
            counts.requests += 1
            counts.requestsByMethod[method, default: 0] += 1
            if strike != nil { counts.faulted += 1 }
            state.counts[agent] = counts
            state.arrivals.add(agent: agent, method: method, at: operation.received)
            return (operation, strike)
        }
    }

    func forwarded(_ operation: ProxiedOperation) {
        state.withLock { $0.counts[operation.agent]?.forwarded += 1 }
    }

    func ended(_ operation: ProxiedOperation) {
        if operation.status != nil {
            state.withLock { $0.counts[operation.agent]?.answered += 1 }
        }
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

    func requests(
        of agent: String?, methods: Set<String>?, since start: ContinuousClock.Instant,
        until end: ContinuousClock.Instant?
    ) -> Int {
        state.withLock { state in
            state.arrivals.count(of: agent, methods: methods, since: start, until: end)
        }
    }
}
