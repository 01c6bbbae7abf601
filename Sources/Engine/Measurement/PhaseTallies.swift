internal import DRTesting

/// The phases of a run, one after another, and the operations that ended in each. A pure value.
///
/// Phases of one name are summarized together: a drill may have several outages.
struct PhaseTallies: Sendable {
    private struct Tally: Sendable {
        var counts = OutcomeCounts()
        /// Of the operations served, from their intended starts.
        var latencies = Latencies()
        var duration: Duration = .zero

        mutating func add(_ sample: OperationSample) {
            counts.add(sample.outcome)
            if sample.isServed { latencies.add(sample.latency) }
        }
    }

    private struct Phase: Sendable {
        let name: String
        let start: ContinuousClock.Instant
    }

    private var phases: [Phase]
    private var tallies: [String: Tally] = [:]

    init(first name: String, start: ContinuousClock.Instant) {
        phases = [Phase(name: name, start: start)]
    }

    /// - Parameter start: not before the start of the phase before.
    mutating func begin(_ name: String, at start: ContinuousClock.Instant) {
        let start = max(start, phases[phases.count - 1].start)
        phases.append(Phase(name: name, start: start))
    }

    /// Counts an operation in the phase in which it ended, as far as phases are known by now.
    mutating func add(_ sample: OperationSample) {
        tallies[name(at: sample.finished), default: Tally()].add(sample)
    }

    /// One for each name, in the order in which they first came.
    ///
    /// - Parameters:
    ///   - samples: operations that were not added yet.
    ///   - end: of the last phase.
    func summaries(
        adding samples: [OperationSample], end: ContinuousClock.Instant
    ) -> [PhaseSummarized] {
        var whole = self
        for sample in samples { whole.add(sample) }
        var names: [String] = []
        for (index, phase) in phases.enumerated() {
            if !names.contains(phase.name) { names.append(phase.name) }
            let next = index + 1 < phases.count ? phases[index + 1].start : end
            let duration = max(next - phase.start, .zero)
            whole.tallies[phase.name, default: Tally()].duration += duration
        }
        return names.map { Self.summary(of: $0, whole.tallies[$0] ?? Tally()) }
    }

    /// What ended before the first phase counts as of it.
    private func name(at instant: ContinuousClock.Instant) -> String {
        (phases.last { $0.start <= instant } ?? phases[0]).name
    }

    private static func summary(of name: String, _ tally: Tally) -> PhaseSummarized {
        var summary = PhaseSummarized()
        summary.phase = name
        summary.served = UInt64(tally.counts.served)
        summary.deferred = UInt64(tally.counts.deferred)
        summary.refused = UInt64(tally.counts.refused)
        summary.failed = UInt64(tally.counts.failed)
        summary.indeterminate = UInt64(tally.counts.indeterminate)
        summary.p50Us = tally.latencies.percentileUs(50)
        summary.p90Us = tally.latencies.percentileUs(90)
        summary.p99Us = tally.latencies.percentileUs(99)
        summary.maximumUs = tally.latencies.maximumUs
        summary.durationUs = UInt64(tally.duration.microseconds)
        return summary
    }
}
