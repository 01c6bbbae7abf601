internal import FaultProxy

/// What the clock of a proxy's machine shows, told by the clock of this one. A pure value.
///
/// A request that is sent at one moment and answered at another meets the other clock somewhere in
/// between: the middle is right to within half of that time. Of the latest requests the shortest
/// counts, since clocks drift apart and a long one tells little.
struct RemoteClock: Equatable, Sendable {
    typealias Instant = ContinuousClock.Instant

    /// Above this, moments that the proxy tells are worth nothing here.
    static let worstError: Duration = .milliseconds(20)
    /// So many requests count.
    private static let memory = 100

    private struct Sample: Equatable {
        /// Nanoseconds of this machine at 0 of the other one.
        let offset: Int64
        let error: Int64
    }

    private var samples: [Sample] = []

    init() {}

    /// - Parameters:
    ///   - shown: by the other clock, in nanoseconds, in between.
    mutating func add(sent: Instant, shown: Int64, received: Instant) {
        let start = ProxyClock.nanoseconds(of: sent)
        let end = max(ProxyClock.nanoseconds(of: received), start)
        let error = (end - start + 1) / 2
        // Nobody starts two machines in the same moment: it is this one's clock.
        let isOurs = shown >= start && shown <= end
        if samples.count == Self.memory { samples.removeFirst() }
        samples.append(
            isOurs
                ? Sample(offset: 0, error: 0)
                : Sample(offset: start + (end - start) / 2 - shown, error: error))
    }

    private var best: Sample? { samples.min { $0.error < $1.error } }

    /// How far a moment may be off; `nil` before the first request.
    var error: Duration? { best.map { .nanoseconds($0.error) } }

    /// - Returns: `nil` before the first request.
    func instant(of shown: Int64) -> Instant? {
        best.map { ProxyClock.instant(shown + $0.offset) }
    }

    /// What the other clock shows at a moment of this one.
    func shown(at instant: Instant) -> Int64? {
        best.map { ProxyClock.nanoseconds(of: instant) - $0.offset }
    }
}
