internal import NIOCore
internal import NIOPosix
internal import NIOPosix

/// What changes while a fault holds: what it does, how much it strikes, and how long it holds.
extension ProxyServer {
    /// Changes the share of requests that a fault strikes, those on open connections included. For
    /// a fault of the stream, each connection draws anew.
    ///
    /// - Returns: from when on the new share holds.
    /// - Throws: `.leaseGone` if the fault has ended; `.cannotChoose` if it refuses connections.
    @discardableResult
    public func change(
        _ token: String, fraction: Double
    ) async throws -> ContinuousClock.Instant {
        precondition((0...1).contains(fraction), "A fraction lies between 0 and 1.")
        switch try held(token).kind {
        case .requests(.refuse): throw Self.cannotChoose
        case .requests: state.change(token, fraction: fraction)
        case .stream:
            faults.change(token, toxicity: fraction)
            await withConnections { await $0.reconcile() }
        }
        return .now
    }

    /// Changes what a fault does to the requests that arrive from now on.
    ///
    /// - Throws: `.leaseGone` if the fault has ended; `.cannotChange` if it is one of the stream,
    ///   or refuses connections, or is to do so.
    public func change(_ token: String, to kind: Fault.Kind) async throws {
        var holding = try held(token)
        guard case .requests(let previous) = holding.kind, previous != .refuse, kind != .refuse
        else { throw Self.cannotChange }
        holding.kind = .requests(kind)
        holdings[token] = holding
        state.change(token, kind: kind)
        if previous == .hang, kind != .hang {
            await withConnections { await $0.releaseRequests(of: token) }
        }
    }

    /// Changes what a fault does to streams. Each connection draws anew whether it is struck; what
    /// is held goes on as the fault is now.
    ///
    /// - Throws: `.leaseGone` if the fault has ended; `.cannotChange` if it is one of requests.
    public func change(_ token: String, to kind: StreamFault.Kind) async throws {
        guard case .stream = try held(token).kind else { throw Self.cannotChange }
        faults.change(token, kind: kind)
        await withConnections { await $0.reconcile() }
    }

    // MARK: Leases

    /// Lets the lease run anew from now.
    ///
    /// - Throws: `.leaseGone` if it has run out; `.leaseTooLong`.
    public func renew(_ token: String, lease: Duration = .seconds(5)) throws {
        try Self.check(lease)
        var holding = try held(token)
        holding.timer?.cancel()
        holding.renewals += 1
        holding.timer = schedule(token, after: lease, renewals: holding.renewals)
        holdings[token] = holding
    }

    func schedule(
        _ token: String, after lease: Duration, renewals: Int = 0
    ) -> Scheduled<Void> {
        loops.group.next().scheduleTask(in: .nanoseconds(lease.nanoseconds)) {
            Task { await self.expire(token, renewals: renewals) }
        }
    }

    private func expire(_ token: String, renewals: Int) async {
        guard holdings[token]?.renewals == renewals else { return }
        _ = try? await end(token, .expired)
    }

    static func check(_ lease: Duration) throws {
        guard lease > .zero, lease <= maximumLease else {
            throw FaultProxyError(
                code: .leaseTooLong, message: "a lease lasts from 0 to 60 s, not \(lease)")
        }
    }
}
