internal import DRTesting
internal import Histogram

/// Counts and latencies of operations, over stretches of time.
enum Timeline {
    /// The bins from the start of the run to `end`, each `width` long.
    static func bins(
        operations: [OperationSample], probes: [Probes.Sample], clock: RunClock, width: Duration,
        end: ContinuousClock.Instant
    ) -> TimelineRecorded {
        let widthUs = UInt64(width.microseconds)
        let count = Int(clock.offset(of: end) / widthUs) + 1
        var groups = [[OperationSample]](repeating: [], count: count)
        for sample in operations {
            let index = Int(clock.offset(of: sample.finished) / widthUs)
            if index < count { groups[index].append(sample) }
        }
        var bins = groups.map(bin)
        for probe in probes {
            let index = Int(clock.offset(of: probe.finished) / widthUs)
            guard index < count else { continue }
            if probe.isServed {
                bins[index].probesServed += 1
            } else {
                bins[index].probesFailed += 1
            }
        }
        var timeline = TimelineRecorded()
        timeline.binUs = widthUs
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
