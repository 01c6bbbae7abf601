/// When requests arrived, and whose they were, for as far back as anybody may ask.
struct ArrivalLog: Sendable {
    /// How far back.
    private static let window: Duration = .seconds(300)

    private struct Source: Hashable {
        let agent: String
        let method: String
    }

    /// Small, for there are as many as requests in the window.
    private struct Arrival {
        /// Since the first of all.
        let nanoseconds: Int64
        /// An index of `sources`.
        let source: Int32
    }

    private var origin: ContinuousClock.Instant?
    private var sources: [Source] = []
    private var indices: [Source: Int32] = [:]
    /// In the order of time.
    private var arrivals: [Arrival] = []
    private var limit = 20_000

    /// - Parameter instant: not before the last one.
    mutating func add(agent: String, method: String, at instant: ContinuousClock.Instant) {
        let nanoseconds = nanoseconds(at: instant)
        if origin == nil { origin = instant }
        let source = index(of: Source(agent: agent, method: method))
        arrivals.append(Arrival(nanoseconds: nanoseconds, source: source))
        // Seldom, so that a long list costs little for each request.
        if arrivals.count > limit {
            arrivals.removeFirst(first(notBefore: nanoseconds - Self.window.nanoseconds))
            limit = max(20_000, 2 * arrivals.count)
        }
    }

    /// How many arrived from `start` on and before `end`, of one sender or of all.
    func count(
        of agent: String?, methods: Set<String>?, since start: ContinuousClock.Instant,
        until end: ContinuousClock.Instant?
    ) -> Int {
        let isAsked = sources.map { source in
            (agent == nil || source.agent == agent) && methods?.contains(source.method) != false
        }
        let lower = first(notBefore: nanoseconds(at: start))
        let upper = end.map { first(notBefore: nanoseconds(at: $0)) } ?? arrivals.count
        guard lower < upper else { return 0 }
        return arrivals[lower..<upper].count { isAsked[Int($0.source)] }
    }

    private func nanoseconds(at instant: ContinuousClock.Instant) -> Int64 {
        origin.map { (instant - $0).nanoseconds } ?? 0
    }

    private mutating func index(of source: Source) -> Int32 {
        if let index = indices[source] { return index }
        let index = Int32(sources.count)
        sources.append(source)
        indices[source] = index
        return index
    }

    /// The index of the first arrival that is not earlier.
    private func first(notBefore nanoseconds: Int64) -> Int {
        var (low, high) = (0, arrivals.count)
        while low < high {
            let middle = (low + high) / 2
            if arrivals[middle].nanoseconds < nanoseconds {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
