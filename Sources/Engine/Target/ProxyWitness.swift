internal import FaultProxy

/// What a run asks of a proxy, whether that runs in this process or not.
///
/// An answer that does not come is an error, never a number: who asks has then seen nothing.
protocol ProxyWitness: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// Since the start of the proxy, of one sender (`User-Agent`) or of all.
    func counts(of agent: String?) async throws -> ProxyCounts
    /// How many requests arrived; at most five minutes are known.
    ///
    /// - Parameters:
    ///   - end: those from here on do not count; `nil` if all of them do.
    ///   - methods: only these HTTP methods; `nil` for all.
    func requests(
        of agent: String?, since start: Instant, until end: Instant?, methods: Set<String>?
    ) async throws -> Int
    var faultsInForce: Int { get async throws }
    /// Ends what the run has begun there. A proxy of others goes on.
    func stop() async
}

extension ProxyServer: ProxyWitness {}
