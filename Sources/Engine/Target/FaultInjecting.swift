internal import DRTesting
internal import FaultProxy

/// The seam at which faults are injected. They are told apart by the names of their plans; a name
/// means the last fault of this name.
protocol FaultInjecting: Sendable {
    /// Puts a fault in force and keeps its lease alive until it is lifted.
    ///
    /// - Throws: `RunnerError` if a fault of this name is in force, or if no proxy stands before
    ///   the endpoint.
    func inject(_ plan: FaultPlan, seed: UInt64) async throws -> FaultLease
    /// Changes the share of requests that a fault strikes.
    ///
    /// - Returns: from when on every request met the new share.
    func change(_ name: String, fraction: Double) async throws -> ContinuousClock.Instant
    func lift(_ name: String) async throws
    /// How a fault ended; `nil` while it holds. One that somebody else ended has expired.
    func ending(of name: String) async -> FaultEnding?
    /// How many requests a fault has struck, counted at the proxy, or had when it ended; `nil` if
    /// there was none of this name.
    func struck(by name: String) async -> Int?
    /// Lifts everything, whatever happened before, what is just being injected included. Used by
    /// the cleanup.
    ///
    /// - Returns: whether no fault is in force any more.
    func liftAll() async -> Bool
}

/// Faults of the proxies before the storages, renewed each second.
actor ProxyFaults: FaultInjecting {
    static let lease: Duration = .seconds(5)

    private struct Held {
        let proxy: ProxyServer
        let token: String
        let renewal: Task<Void, Never>
    }

    private let proxies: [String: ProxyServer]
    private var held: [String: Held] = [:]
    /// The names of faults that are just being injected.
    private var beginning: Set<String> = []
    private var clearances = 0

    /// - Parameter proxies: by the name of the endpoint that each stands before.
    init(proxies: [String: ProxyServer]) { self.proxies = proxies }

    func inject(_ plan: FaultPlan, seed: UInt64) async throws -> FaultLease {
        guard let proxy = proxies[plan.endpoint] else {
            let known = proxies.keys.sorted().joined(separator: ", ")
            throw RunnerError(
                .usage, "no proxy stands before '\(plan.endpoint)'; one does before: \(known)")
        }
        let clearance = clearances
        guard beginning.insert(plan.name).inserted else { throw Self.isInForce(plan.name) }
        defer { beginning.remove(plan.name) }
        if let fault = held[plan.name], await fault.proxy.ending(of: fault.token) == nil {
            throw Self.isInForce(plan.name)
        }
        let fault = Fault(
            plan.proxyKind, fraction: plan.fraction, limit: plan.limit, seed: seed)
        let lease = try await proxy.inject(fault, lease: Self.lease)
        if clearances != clearance {
            try await proxy.lift(lease.token)
            throw CancellationError()
        }
        held[plan.name] = Held(
            proxy: proxy, token: lease.token, renewal: Self.renewal(of: lease.token, at: proxy))
        return lease
    }

    private static func isInForce(_ name: String) -> RunnerError {
        RunnerError(.usage, "fault '\(name)' is in force already")
    }

    private static func renewal(of token: String, at proxy: ProxyServer) -> Task<Void, Never> {
        Task {
            while (try? await Task.sleep(for: .seconds(1))) != nil {
                // A lease that has run out is told by `ending`.
                guard (try? await proxy.renew(token, lease: Self.lease)) != nil else { return }
            }
        }
    }

    func change(_ name: String, fraction: Double) async throws -> ContinuousClock.Instant {
        guard let fault = held[name] else {
            throw RunnerError(.usage, "no fault '\(name)' has been injected")
        }
        return try await fault.proxy.change(fault.token, fraction: fraction)
    }

    func lift(_ name: String) async throws {
        guard let fault = held[name] else { return }
        fault.renewal.cancel()
        try await fault.proxy.lift(fault.token)
    }

    func ending(of name: String) async -> FaultEnding? {
        guard let fault = held[name] else { return nil }
        return await fault.proxy.ending(of: fault.token)
    }

    func struck(by name: String) async -> Int? {
        guard let fault = held[name] else { return nil }
        return fault.proxy.struck(by: fault.token)
    }

    func liftAll() async -> Bool {
        clearances += 1
        for name in held.keys { try? await lift(name) }
        var inForce = 0
        for proxy in proxies.values { inForce += await proxy.faultsInForce }
        return inForce == 0
    }
}

extension FaultPlan {
    fileprivate var proxyKind: Fault.Kind {
        switch kind {
        case .hang: .hang
        case .refuse: .refuse
        case .reset: .resetBeforeForwarding
        case .resetAfter: .resetAfterAnswer
        case .status: .status(status)
        case .latency: .latency(delay, jitter: jitter)
        case .bandwidth: .bandwidth(bytesPerSecond: bytesPerSecond)
        case .truncate: .truncate
        case .corrupt: .corrupt
        case .lateDelivery: .lateDelivery(delay)
        case .staleRead: .staleRead
        }
    }
}
