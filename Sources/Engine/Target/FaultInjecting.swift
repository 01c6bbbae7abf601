internal import DRTesting
internal import FaultProxy

/// The seam at which faults are injected.
protocol FaultInjecting: Sendable {
    /// Puts a fault in force and keeps its lease alive until it is lifted.
    func inject(_ plan: FaultPlan, seed: UInt64) async throws -> FaultLease
    func lift(_ name: String) async throws
    /// How a fault ended; `nil` while it holds.
    func ending(of name: String) async -> FaultEnding?
    /// Lifts everything, whatever happened before. Used by the cleanup.
    func liftAll() async -> Bool
}

/// Faults of the proxy before the primary storage, renewed each second.
actor ProxyFaults: FaultInjecting {
    static let lease: Duration = .seconds(5)

    private let proxy: ProxyServer
    private var held: [String: (token: String, renewal: Task<Void, Never>)] = [:]

    init(proxy: ProxyServer) { self.proxy = proxy }

    func inject(_ plan: FaultPlan, seed: UInt64) async throws -> FaultLease {
        let fault = Fault(plan.proxyKind, fraction: plan.fraction, seed: seed)
        let lease = try await proxy.inject(fault, lease: Self.lease)
        let proxy = proxy
        let renewal = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                // A lease that has run out is told by `ending`.
                try? await proxy.renew(lease.token, lease: Self.lease)
            }
        }
        held[plan.name] = (lease.token, renewal)
        return lease
    }

    func lift(_ name: String) async throws {
        guard let fault = held[name] else { return }
        fault.renewal.cancel()
        try await proxy.lift(fault.token)
    }

    func ending(of name: String) async -> FaultEnding? {
        guard let fault = held[name] else { return nil }
        return await proxy.ending(of: fault.token)
    }

    func liftAll() async -> Bool {
        for name in held.keys { try? await lift(name) }
        return await proxy.faultsInForce == 0
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
        case .latency: .latency(delay)
        }
    }
}
