import DRTesting
import Testing

@testable import Engine

/// Latencies are below 2048 µs, where the histogram is exact.
struct TimelineTests {
    private let clock = RunClock(start: .now, startTime: 1_000_000)

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        clock.start + .milliseconds(milliseconds)
    }

    /// An operation that ends at a time, so many microseconds after it should have started.
    private func operation(
        _ outcome: OperationSample.Outcome, endsAt end: Int, after latency: Int = 100
    ) -> OperationSample {
        .sample(.write, outcome, from: at(end) - .microseconds(latency), to: at(end))
    }

    private func probe(_ isServed: Bool, endsAt end: Int) -> Probes.Sample {
        Probes.Sample(intended: at(end - 1), finished: at(end), isServed: isServed)
    }

    private func bins(
        _ operations: [OperationSample], _ probes: [Probes.Sample] = [], end: Int
    ) -> TimelineRecorded {
        Timeline.bins(
            operations: operations, probes: probes, clock: clock, width: .milliseconds(500),
            from: clock.start, to: at(end))
    }

    @Test func operationsAreCountedWhereTheyEnd() {
        let timeline = bins(
            [
                operation(.served, endsAt: 0), operation(.served, endsAt: 499),
                operation(.failed, endsAt: 500), operation(.deferred, endsAt: 999),
                operation(.refused, endsAt: 1200), operation(.indeterminate, endsAt: 1700),
                operation(.served, endsAt: 1700),
            ], end: 1700)
        #expect(timeline.startUs == 0)
        #expect(timeline.binUs == 500_000)
        #expect(timeline.bins.map(\.served) == [2, 0, 0, 1])
        #expect(timeline.bins.map(\.deferred) == [0, 1, 0, 0])
        #expect(timeline.bins.map(\.refused) == [0, 0, 1, 0])
        #expect(timeline.bins.map(\.failed) == [0, 1, 0, 0])
        #expect(timeline.bins.map(\.indeterminate) == [0, 0, 0, 1])
    }

    @Test func whatEndsAfterTheLastBinIsLeftOut() {
        let timeline = bins(
            [operation(.served, endsAt: 999), operation(.served, endsAt: 1000)],
            [probe(true, endsAt: 1000)], end: 999)
        #expect(timeline.bins.map(\.served) == [0, 1])
        #expect(timeline.bins.map(\.probesServed) == [0, 0])
    }

    @Test func whatEndedBeforeTheStartIsInTheFirstBin() {
        let timeline = bins([operation(.failed, endsAt: -50)], end: 600)
        #expect(timeline.bins.map(\.failed) == [1, 0])
    }

    @Test func probesAreCountedApart() {
        let timeline = bins(
            [], [probe(true, endsAt: 10), probe(false, endsAt: 20), probe(true, endsAt: 700)],
            end: 700)
        #expect(timeline.bins.map(\.probesServed) == [1, 1])
        #expect(timeline.bins.map(\.probesFailed) == [1, 0])
        #expect(timeline.bins.map(\.served) == [0, 0])
    }

    @Test func anEmptyBinHasNoLatency() {
        let timeline = bins([], end: 0)
        #expect(timeline.bins == [TimelineBin()])
    }

    @Test func latenciesAreThoseOfTheOperationsServed() {
        var operations = (1...100).map { operation(.served, endsAt: 100, after: $0 * 10) }
        operations += [operation(.failed, endsAt: 100, after: 2000)]
        let bin = bins(operations, end: 100).bins[0]
        #expect(bin.p50Us == 500)
        #expect(bin.p99Us == 990)
    }

    @Test func aPhaseIsSummarized() {
        var operations = (1...100).map { operation(.served, endsAt: 100, after: $0 * 10) }
        operations += [
            operation(.deferred, endsAt: 1, after: 2000), operation(.refused, endsAt: 1),
            operation(.refused, endsAt: 2), operation(.failed, endsAt: 3),
            operation(.indeterminate, endsAt: 4),
        ]
        let summary = Timeline.summary(of: "during", operations, lasting: .milliseconds(2500))
        var expected = PhaseSummarized()
        expected.phase = "during"
        (expected.served, expected.deferred, expected.refused) = (100, 1, 2)
        (expected.failed, expected.indeterminate) = (1, 1)
        (expected.p50Us, expected.p90Us, expected.p99Us) = (500, 900, 990)
        expected.maximumUs = 1000
        expected.durationUs = 2_500_000
        #expect(summary == expected)
    }

    @Test func aPhaseWithoutOperationsHasItsLengthOnly() {
        var expected = PhaseSummarized()
        expected.phase = "after"
        expected.durationUs = 1_000_000
        #expect(Timeline.summary(of: "after", [], lasting: .seconds(1)) == expected)
        expected.durationUs = 0
        #expect(Timeline.summary(of: "after", [], lasting: .seconds(-1)) == expected)
    }

    @Test func aClockCountsFromTheStartOfTheRun() {
        #expect(clock.offset(of: at(1500)) == 1_500_000)
        #expect(clock.offset(of: clock.start) == 0)
        #expect(clock.offset(of: at(-1)) == 0)
        #expect(clock.time(of: at(1500)) == 2_500_000)
        #expect(clock.time(of: at(-1)) == 1_000_000)
    }

    @Test func binsCanBeginInTheMiddleOfARun() {
        let timeline = Timeline.bins(
            operations: [operation(.served, endsAt: 900), operation(.failed, endsAt: 1600)],
            probes: [probe(true, endsAt: 100), probe(false, endsAt: 1700)], clock: clock,
            width: .milliseconds(500), from: at(1200), to: at(1700))
        #expect(timeline.startUs == 1_000_000)
        #expect(timeline.bins.map(\.served) == [0, 0])
        #expect(timeline.bins.map(\.failed) == [0, 1])
        #expect(timeline.bins.map(\.probesFailed) == [0, 1])
    }
}
