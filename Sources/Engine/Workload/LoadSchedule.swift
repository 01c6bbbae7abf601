/// When the operations of an open load should start: each stream at its own constant rate, from
/// the start on. A pure value.
struct LoadSchedule: Sendable {
    struct Arrival: Equatable, Sendable {
        /// Which of the rates it belongs to.
        let stream: Int
        /// Since the start.
        let offset: Duration
    }

    private let rates: [Double]
    private var counts: [Int]

    /// - Parameter rates: operations per second of each stream; at least one is above 0.
    init(rates: [Double]) {
        precondition(rates.contains { $0 > 0 }, "A load without a rate never starts anything.")
        self.rates = rates
        counts = Array(repeating: 0, count: rates.count)
    }

    mutating func next() -> Arrival {
        var due = (stream: 0, seconds: Double.infinity)
        for (stream, rate) in rates.enumerated() where rate > 0 {
            // Counted from the start, so that no error adds up.
            let seconds = Double(counts[stream]) / rate
            if seconds < due.seconds { due = (stream, seconds) }
        }
        counts[due.stream] += 1
        return Arrival(stream: due.stream, offset: .seconds(due.seconds))
    }
}
