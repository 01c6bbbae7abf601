import DRTesting
import Testing

@testable import Engine

/// Latencies are below 256 µs, where the histogram of a bin is exact.
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

    private func timeline(
        _ operations: [OperationSample], _ probes: [Probes.Sample] = [], from start: Int = 0
    ) -> Timeline {
        var timeline = Timeline(clock: clock, from: at(start))
        for operation in operations { timeline.add(operation) }
        for probe in probes { timeline.add(probe) }
        return timeline
    }

    private func bins(
        _ operations: [OperationSample], _ probes: [Probes.Sample] = [], end: Int
    ) -> TimelineRecorded {
        timeline(operations, probes).recorded(to: at(end))
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
        var operations = (1...100).map { operation(.served, endsAt: 100, after: $0 * 2) }
        operations += [operation(.failed, endsAt: 100, after: 2000)]
        let bin = bins(operations, end: 100).bins[0]
        #expect(bin.p50Us == 100)
        #expect(bin.p99Us == 198)
    }

    @Test func binsCanBeginInTheMiddleOfARun() {
        let whole = timeline(
            [operation(.served, endsAt: 900), operation(.failed, endsAt: 1600)],
            [probe(true, endsAt: 100), probe(false, endsAt: 1700)], from: 1200)
        let recorded = whole.recorded(to: at(1700))
        #expect(recorded.startUs == 1_000_000)
        #expect(recorded.bins.map(\.served) == [0, 0])
        #expect(recorded.bins.map(\.failed) == [0, 1])
        #expect(recorded.bins.map(\.probesFailed) == [0, 1])
    }

    // MARK: Long runs

    /// Where a bin of half a second too many would be needed.
    private static let full = Timeline.maximumBins * 500

    @Test func aLongRunIsSeenLessCloselyAndWhole() {
        var operations: [OperationSample] = []
        for time in stride(from: 100, to: 3 * Self.full, by: 250) {
            let outcome: OperationSample.Outcome = time % 1000 == 100 ? .failed : .served
            operations.append(operation(outcome, endsAt: time, after: 50))
        }
        let end = 3 * Self.full - 1
        let recorded = timeline(operations).recorded(to: at(end))
        // Twice the length, and twice again.
        #expect(recorded.binUs == 2_000_000)
        #expect(recorded.bins.count == 3 * Self.full / 2000)
        #expect(recorded.bins.allSatisfy { $0.served == 6 && $0.failed == 2 })
        #expect(recorded.bins.allSatisfy { $0.p50Us == 50 && $0.p99Us == 50 })
    }

    @Test func binsStayAsTheyAreUpToTheLimit() {
        for (end, width) in [(Self.full - 1, UInt64(500_000)), (Self.full, 1_000_000)] {
            let last = operation(.served, endsAt: end)
            #expect(timeline([last]).recorded(to: at(end)).binUs == width)
            // Nothing has ended for long, but the run goes on.
            #expect(timeline([]).recorded(to: at(end)).binUs == width)
        }
    }

    @Test func neighboursMergeWhereverTheFirstBinLies() {
        // The first bin is the second half of a whole second.
        let operations = (0..<4).map { operation(.served, endsAt: 600 + $0 * 500) }
        let late = operation(.failed, endsAt: 500 + Self.full)
        let recorded = timeline(operations + [late], from: 500).recorded(to: at(500 + Self.full))
        #expect(recorded.startUs == 0)
        #expect(recorded.binUs == 1_000_000)
        #expect(recorded.bins.prefix(4).map(\.served) == [1, 2, 1, 0])
        #expect(recorded.bins.last?.failed == 1)
    }

    @Test func whatWasCountedApartIsPutTogether() {
        // One of them has gone on for longer, and merged its bins already.
        let operations = timeline([
            operation(.served, endsAt: 100), operation(.served, endsAt: Self.full),
        ])
        let probes = timeline([], [probe(true, endsAt: 200), probe(false, endsAt: 1200)])
        for (one, other) in [(operations, probes), (probes, operations)] {
            var whole = one
            whole.add(other)
            let recorded = whole.recorded(to: at(Self.full))
            #expect(recorded.binUs == 1_000_000)
            #expect(recorded.bins[0].served == 1)
            #expect(recorded.bins[0].probesServed == 1)
            #expect(recorded.bins[1].probesFailed == 1)
            #expect(recorded.bins.last?.served == 1)
        }
    }

    @Test func piecesJoinWithoutAGap() {
        let operations = (0..<1100).map { operation(.served, endsAt: $0 * 500) }
        let whole = timeline(operations)
        let end = at(1099 * 500)
        let pieces = whole.pieces(to: end)
        #expect(pieces.map(\.bins.count) == [500, 500, 100])
        #expect(pieces.map(\.startUs) == [0, 250_000_000, 500_000_000])
        #expect(pieces.flatMap(\.bins) == whole.recorded(to: end).bins)
    }

    @Test func aClockCountsFromTheStartOfTheRun() {
        #expect(clock.offset(of: at(1500)) == 1_500_000)
        #expect(clock.offset(of: clock.start) == 0)
        #expect(clock.offset(of: at(-1)) == 0)
        #expect(clock.time(of: at(1500)) == 2_500_000)
        #expect(clock.time(of: at(-1)) == 1_000_000)
    }
}
