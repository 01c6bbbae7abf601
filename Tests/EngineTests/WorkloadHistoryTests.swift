import DRTesting
import Testing

@testable import Engine

/// What is kept of the operations of a long run; times in milliseconds since its start.
struct WorkloadHistoryTests {
    private let clock = RunClock(start: .now, startTime: 0)

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        clock.start + .milliseconds(milliseconds)
    }

    private func sample(
        _ outcome: OperationSample.Outcome = .served, endsAt end: Int, after latency: Int = 100
    ) -> OperationSample {
        .sample(.read, outcome, from: at(end) - .microseconds(latency), to: at(end))
    }

    private func note(_ sample: OperationSample) -> OperationNote {
        OperationNote(sample: sample, key: "key", detail: "")
    }

    // MARK: The ring

    @Test func aRingKeepsTheLatestInTheirOrder() {
        var ring = SampleRing<OperationSample>(capacity: 5)
        var fallen: [OperationSample] = []
        for time in 0..<12 {
            if let sample = ring.add(sample(endsAt: time)) { fallen.append(sample) }
        }
        #expect(ring.all.map(\.finished) == (7..<12).map { at($0) })
        #expect(fallen.map(\.finished) == (0..<7).map { at($0) })
    }

    @Test func aWindowKnowsWhetherItIsWhole() {
        var ring = SampleRing<OperationSample>(capacity: 5)
        for time in 0..<5 { _ = ring.add(sample(endsAt: time * 10)) }
        #expect(ring.window(since: at(-1000)).isComplete)
        _ = ring.add(sample(endsAt: 50))
        // The sample of 0 has fallen out.
        #expect(!ring.window(since: at(0)).isComplete)
        #expect(ring.window(since: at(1)).isComplete)
        #expect(ring.window(since: at(10)).samples.count == 5)
        #expect(ring.window(since: at(11)).samples.count == 4)
        #expect(ring.window(since: at(51)).samples == [])
    }

    /// They are stamped when they end, and added when their task goes on.
    @Test func aLateSampleThatFallsOutIsMissedInItsTime() {
        var ring = SampleRing<OperationSample>(capacity: 2)
        for time in [30, 10, 20, 40] { _ = ring.add(sample(endsAt: time)) }
        #expect(!ring.window(since: at(25)).isComplete)
        #expect(ring.window(since: at(31)).isComplete)
    }

    @Test func lookingOnFindsWhatCameLate() {
        var ring = SampleRing<OperationSample>(capacity: 4)
        for time in [1, 90_000, 88_000, 95_000, 94_000] { _ = ring.add(sample(endsAt: time)) }
        #expect(ring.ended(after: at(89_000)).map(\.finished) == [90_000, 95_000, 94_000].map(at))
        #expect(ring.ended(after: at(94_000)).map(\.finished) == [at(95_000)])
        #expect(ring.ended(after: at(99_000)) == [])
    }

    // MARK: The history

    @Test func aHistoryThatIsTooLongSaysSoAndStillCountsEverything() {
        let history = OperationHistory(clock: clock, capacity: 100)
        for time in 0..<1000 {
            history.add(note(sample(time % 10 == 0 ? .failed : .served, endsAt: time)))
        }
        #expect(history.counts == OutcomeCounts(served: 900, failed: 100))
        #expect(history.window(since: at(0)).isComplete == false)
        #expect(history.window(since: at(900)).isComplete)
        #expect(history.window(since: at(900)).samples.count == 100)
        #expect(history.timeline.recorded(to: at(999)).bins.map(\.served) == [450, 450])
        let whole = history.summaries(end: at(1000))
        #expect(whole.map(\.phase) == ["before"])
        #expect(whole.map(\.served) == [900])
        #expect(whole.map(\.failed) == [100])
    }

    /// Whatever the ring forgets, the phases come out as if it forgot nothing.
    @Test(arguments: [40, 100, 1_000_000])
    func phasesDoNotDependOnWhatIsKept(capacity: Int) {
        let history = OperationHistory(clock: clock, capacity: capacity)
        for time in 0..<900 {
            // Known a little later than it was, as always.
            if time == 320 { history.begin(phase: "during", at: at(300)) }
            if time == 620 { history.begin(phase: "after", at: at(600)) }
            let outcome: OperationSample.Outcome = (300..<600).contains(time) ? .refused : .served
            history.add(note(sample(outcome, endsAt: time, after: time < 300 ? 100 : 700)))
        }
        let phases = history.summaries(end: at(1000))
        #expect(phases.map(\.phase) == ["before", "during", "after"])
        #expect(phases.map(\.served) == [300, 0, 300])
        #expect(phases.map(\.refused) == [0, 300, 0])
        #expect(phases.map(\.p99Us) == [100, 0, 700])
        #expect(phases.map(\.durationUs) == [300_000, 300_000, 400_000])
    }

    // MARK: Phases

    @Test func aPhaseIsSummarized() {
        var phases = PhaseTallies(first: "during", start: clock.start)
        for latency in 1...100 { phases.add(sample(endsAt: 100, after: latency * 10)) }
        phases.add(sample(.deferred, endsAt: 1, after: 2000))
        for time in 1...2 { phases.add(sample(.refused, endsAt: time)) }
        phases.add(sample(.failed, endsAt: 3))
        var expected = PhaseSummarized()
        expected.phase = "during"
        (expected.served, expected.deferred, expected.refused) = (100, 1, 2)
        (expected.failed, expected.indeterminate) = (1, 1)
        (expected.p50Us, expected.p90Us, expected.p99Us) = (500, 900, 990)
        expected.maximumUs = 1000
        expected.durationUs = 2_500_000
        let last = sample(.indeterminate, endsAt: 4)
        #expect(phases.summaries(adding: [last], end: at(2500)) == [expected])
    }

    @Test func aPhaseWithoutOperationsHasItsLengthOnly() {
        var expected = PhaseSummarized()
        expected.phase = "before"
        expected.durationUs = 1_000_000
        let phases = PhaseTallies(first: "before", start: clock.start)
        #expect(phases.summaries(adding: [], end: at(1000)) == [expected])
        expected.durationUs = 0
        #expect(phases.summaries(adding: [], end: at(-1000)) == [expected])
    }

    @Test func phasesOfOneNameAreOne() {
        var phases = PhaseTallies(first: "before", start: clock.start)
        for (index, name) in ["during", "after", "during", "after"].enumerated() {
            phases.begin(name, at: at(100 * (index + 1)))
        }
        let samples = [-5, 50, 100, 250, 350, 499, 700].map { sample(endsAt: $0) }
        let summaries = phases.summaries(adding: samples, end: at(1000))
        #expect(summaries.map(\.phase) == ["before", "during", "after"])
        #expect(summaries.map(\.served) == [2, 2, 3])
        #expect(summaries.map(\.durationUs) == [100_000, 200_000, 700_000])
    }
}
