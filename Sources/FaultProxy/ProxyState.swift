internal import Synchronization

/// What the event loops of the proxy and its owner share: the faults in force and the counts.
///
/// It takes no more memory for having run long, nor for what clients make up: see
/// `RequestDescription` for what is kept of each request.
final class ProxyState: Sendable {
    /// Those who come later count together, under one name.
    private static let maximumAgents = 1000
    private static let othersName = "(others)"

    private struct State {
        /// In the order in which they were injected.
        var faults: [StandingFault] = []
        var injected = 0
        /// How many requests those faults struck that are gone.
        var struckByEnded = RecentValues<Int>()
        var counts: [String: ProxyCounts] = [:]
        var arrivals = ArrivalLog()
        var sequence = 0
        var connections = 0

        func index(of token: String) -> Int? { faults.firstIndex { $0.token == token } }

        /// The name that an agent counts under; the same for all of its requests.
        func name(of agent: String) -> String {
            if counts[agent] != nil || counts.count < ProxyState.maximumAgents { return agent }
            return ProxyState.othersName
        }

        /// What the first fault that strikes does; those after it are not asked.
        mutating func strike(
            _ operation: ProxiedOperation, _ request: RequestDescription
        ) -> Strike? {
            for index in faults.indices {
                let strike = faults[index].strike(
                    operation, bodyLength: request.bodyLength, readTarget: request.readTarget)
                if let strike { return strike }
            }
            return nil
        }

        mutating func remove(at index: Int) {
            let fault = faults.remove(at: index)
            struckByEnded.set(fault.struck, for: fault.token)
        }
    }

    /// What happens to a request that has arrived.
    struct Reception {
        let operation: ProxiedOperation
        let strike: Strike?
        /// What the storage's answer is to be remembered by; `nil` if it is not.
        let readTarget: String?
    }

    let lateDeliveries = LateDeliveries()
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

    /// Requests that arrive from now on meet the new kind.
    func change(_ token: String, kind: Fault.Kind) {
        state.withLock { state in
            guard let index = state.index(of: token) else { return }
            state.faults[index].change(kind)
        }
    }

    func remove(_ token: String) {
        state.withLock { state in
            if let index = state.index(of: token) { state.remove(at: index) }
        }
        lateDeliveries.drop(of: token)
    }

    /// Ends all faults, and what they have kept: for a proxy that stops, while its event loops run.
    func removeAll() {
        state.withLock { state in
            while !state.faults.isEmpty { state.remove(at: 0) }
        }
        lateDeliveries.endAll()
    }

    func isInForce(_ token: String) -> Bool { state.withLock { $0.index(of: token) != nil } }

    /// - Returns: `nil` if there was no such fault, or it is one of the first that ended, of more
    ///   than 10,000.
    func struck(by token: String) -> Int? {
        state.withLock { state in
            state.index(of: token).map { state.faults[$0].struck } ?? state.struckByEnded[token]
        }
    }

    /// A request that was to be delivered late does not wait any longer.
    func release(_ strike: Strike) {
        state.withLock { state in
            guard let index = state.index(of: strike.token) else { return }
            state.faults[index].release(strike)
        }
    }

    // MARK: Requests

    func connected() { state.withLock { $0.connections += 1 } }

    /// Counts a request and says what happens to it.
    func receive(_ request: RequestDescription) -> Reception {
        state.withLock { state in
            state.sequence += 1
            var operation = ProxiedOperation(
                sequence: state.sequence, method: request.method, bucket: request.bucket,
                key: request.key, agent: request.agent, metadata: request.metadata, received: .now,
                s3Operation: request.s3Operation, invocation: request.invocation)
            let strike = state.strike(operation, request)
            operation.fault = strike?.kind
            let name = state.name(of: request.agent)
            var counts = state.counts[name] ?? ProxyCounts()
            counts.requests += 1
            counts.requestsByMethod[request.method, default: 0] += 1
            if strike != nil { counts.faulted += 1 }
            state.counts[name] = counts
            state.arrivals.add(agent: name, method: request.method, at: operation.received)
            let isWanted =
                request.readTarget.map { target in
                    state.faults.contains { $0.wantsAnswer(to: operation, target) }
                } ?? false
            return Reception(
                operation: operation, strike: strike,
                readTarget: isWanted ? request.readTarget : nil)
        }
    }

    func forwarded(_ operation: ProxiedOperation) {
        state.withLock { $0.counts[$0.name(of: operation.agent)]?.forwarded += 1 }
    }

    /// What was handed to the storage has not reached it.
    func notForwarded(_ operation: ProxiedOperation) {
        state.withLock { $0.counts[$0.name(of: operation.agent)]?.forwarded -= 1 }
    }

    /// Keeps what the storage answered for the faults that answer reads from memory.
    func remember(_ answer: OwnAnswer, to operation: ProxiedOperation, _ readTarget: String) {
        state.withLock { state in
            for index in state.faults.indices {
                state.faults[index].remember(answer, to: operation, readTarget)
            }
        }
    }

    func ended(_ operation: ProxiedOperation) {
        if operation.status != nil {
            state.withLock { $0.counts[$0.name(of: operation.agent)]?.answered += 1 }
        }
        observer(operation)
    }

    // MARK: Counts

    /// - Parameter agent: one of the first thousand; `nil` for all, whoever they are.
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
