internal import Synchronization

/// Starts operations when they are due, whether or not earlier ones have ended.
struct OpenLoop: Sendable {
    /// So often it looks whether it is to stop.
    private static let patience: Duration = .milliseconds(50)

    /// Operations per second of each stream.
    let rates: [Double]
    let pace: Pace

    /// Runs until it is told to stop or its time is over, then waits for what is under way. If its
    /// task is cancelled, so is what is under way.
    ///
    /// - Parameters:
    ///   - start: when the first operation of each stream is due.
    ///   - lasting: no operation is due later; `nil`: until it is told to stop.
    ///   - withheld: told when one was due that is not sent, because too many are under way.
    ///   - operation: gets its stream and when it was due. It tells the pace when it sends.
    func run(
        from start: ContinuousClock.Instant = .now, lasting: Duration? = nil, until stop: StopSign,
        withheld: (ContinuousClock.Instant) -> Void = { _ in },
        _ operation: @escaping @Sendable (Int, ContinuousClock.Instant) async -> Void
    ) async {
        let pace = pace
        await withDiscardingTaskGroup { group in
            var schedule = LoadSchedule(rates: rates)
            while true {
                let arrival = schedule.next()
                if let lasting, arrival.offset >= lasting { return }
                let intended = start + arrival.offset
                await Self.wait(for: intended, or: stop)
                if stop.isGiven || Task.isCancelled { return }
                guard pace.admit() else {
                    withheld(intended)
                    continue
                }
                group.addTask {
                    await operation(arrival.stream, intended)
                    pace.ended()
                }
            }
        }
    }

    /// Returns at once for what is already due: after a stall everything that was missed follows
    /// without a pause.
    private static func wait(for instant: ContinuousClock.Instant, or stop: StopSign) async {
        while !stop.isGiven, !Task.isCancelled {
            let now = ContinuousClock.now
            if now >= instant { return }
            let next = min(instant, now + patience)
            try? await Task.sleep(until: next, tolerance: .zero)
        }
    }
}

/// Tells a load to stop, once and for ever.
final class StopSign: Sendable {
    private let given = Atomic(false)

    var isGiven: Bool { given.load(ordering: .relaxed) }

    func give() { given.store(true, ordering: .relaxed) }
}
