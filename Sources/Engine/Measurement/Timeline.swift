internal import DRTesting
internal import Histogram

/// Counts and latencies of operations, over stretches of time.
enum Timeline {
    /// The bins from `start`, rounded down to a whole bin, to `end`, each `width` long.
    static func bins(
        operations: [OperationSample], probes: [Probes.Sample], clock: RunClock, width: Duration,
        from start: ContinuousClock.Instant, to end: ContinuousClock.Instant
    ) -> TimelineRecorded {
        let widthUs = UInt64(width.microseconds)
        let first = clock.offset(of: start) / widthUs
        let count = Int(clock.offset(of: end) / widthUs - first) + 1
        func index(_ instant: ContinuousClock.Instant) -> Int? {
            let number = clock.offset(of: instant) / widthUs
            return number < first || number - first >= count ? nil : Int(number - first)
        }
        var groups = [[OperationSample]](repeating: [], count: count)
        for sample in operations {
            if let index = index(sample.finished) { groups[index].append(sample) }
        }
        var bins = groups.map(bin)
        for probe in probes {
            guard let index = index(probe.finished) else { continue }
            if probe.isServed {
                bins[index].probesServed += 1
            } else {
                bins[index].probesFailed += 1
            }
        }
        var timeline = TimelineRecorded()
        (timeline.startUs, timeline.binUs) = (first * widthUs, widthUs)
        timeline.bins = bins
        return timeline
    }

    private static func bin(_ samples: [OperationSample]) -> TimelineBin {
        var bin = TimelineBin()
        bin.served = count(.served, samples)
        bin.deferred = count(.deferred, samples)
        bin.refused = count(.refused, samples)
        bin.failed = count(.failed, samples)
        bin.indeterminate = count(.indeterminate, samples)
        if bin.served == 0 { return bin }
        let latencies = histogram(samples)
        bin.p50Us = latencies.valueAtPercentile(50)
        bin.p99Us = latencies.valueAtPercentile(99)
        return bin
    }

    static func summary(
        of phase: String, _ samples: [OperationSample], lasting duration: Duration
    ) -> PhaseSummarized {
        var summary = PhaseSummarized()
        summary.phase = phase
        summary.served = count(.served, samples)
        summary.deferred = count(.deferred, samples)
        summary.refused = count(.refused, samples)
        summary.failed = count(.failed, samples)
        summary.indeterminate = count(.indeterminate, samples)
        let latencies = histogram(samples)
        summary.p50Us = latencies.valueAtPercentile(50)
        summary.p90Us = latencies.valueAtPercentile(90)
        summary.p99Us = latencies.valueAtPercentile(99)
        summary.maximumUs = latencies.max
        summary.durationUs = UInt64(max(duration.microseconds, 0))
        return summary
    }

    private static func count(
        _ outcome: OperationSample.Outcome, _ samples: [OperationSample]
    ) -> UInt64 {
        UInt64(samples.count { $0.outcome == outcome })
    }

    /// Latencies of the operations served, in microseconds from their intended starts.
    private static func histogram(_ samples: [OperationSample]) -> Histogram<UInt64> {
        var histogram = Histogram<UInt64>(
            highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .three)
        for sample in samples where sample.isServed {
            histogram.record(UInt64(max(sample.latency.microseconds, 0)))
        }
        return histogram
    }
}
