/// What the proxy has seen.
extension ProxyServer {
    /// Counts since the start, of one sender (`User-Agent`) or of all.
    public nonisolated func counts(of agent: String? = nil) -> ProxyCounts {
        state.counts(of: agent)
    }

    /// How many requests a fault has struck, or had when it ended; connections, if it is one of the
    /// stream. `nil` if there was none with this token, or it is none of the last 10,000 that
    /// ended. Connections that were refused had no requests.
    public nonisolated func struck(by token: String) -> Int? {
        state.struck(by: token) ?? faults.struck(by: token)
    }

    /// How many requests arrived.
    ///
    /// - Parameters:
    ///   - agent: only those of this sender (`User-Agent`).
    ///   - start: counted from here on; at most five minutes ago.
    ///   - end: those from here on do not count; `nil` if all of them do.
    ///   - methods: only these HTTP methods; `nil` for all.
    public nonisolated func requests(
        of agent: String? = nil, since start: ContinuousClock.Instant,
        until end: ContinuousClock.Instant? = nil, methods: Set<String>? = nil
    ) -> Int {
        state.requests(of: agent, methods: methods, since: start, until: end)
    }

    /// How many bytes have passed since the start.
    public nonisolated var bytes: ByteCounts { listener.connections.bytes }
}

extension ProxyServer {
    static let leaseGone = FaultProxyError(
        code: .leaseGone, message: "the fault's lease has run out")

    static let cannotChoose = FaultProxyError(
        code: .cannotChoose,
        message: "a fault that refuses connections strikes all requests: it takes no fraction, "
            + "limit, methods, operations or key prefix")

    static let cannotChange = FaultProxyError(
        code: .cannotChange,
        message: "a fault cannot become one of another sort: of connections, streams or requests")

    static let notHTTP = FaultProxyError(
        code: .notHTTP, message: "the proxy speaks TCP: there are no requests to strike")
}
