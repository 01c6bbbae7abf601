import Testing

@testable import Engine

struct RecoveryAnalysisTests {
    /// Served until the fault, failing until `lift`, then served until `end`.
    private func outage(
        until lift: Int, end: Int, as outcome: OperationSample.Outcome = .failed
    ) -> Load {
        var load = Load()
        load.add(-1000..<0, .served)
        load.add(0..<lift, outcome)
        load.add(lift..<end, .served)
        return load
    }

    @Test(arguments: [
        OperationSample.Outcome.deferred, .refused, .failed, .indeterminate,
    ])
    func whatIsNotServedIsAnOutage(_ outcome: OperationSample.Outcome) {
        let analysis = outage(until: 2000, end: 8000, as: outcome).analysis(end: 8000)
        #expect(analysis.impactAt == 0)
        #expect(analysis.restoredAt == 2005)
        // The last operation that was not served should have started at 1990.
        #expect(analysis.resolutionLength == 15)
    }

    @Test func impactIsTheEarliestIntendedStart() {
        var load = outage(until: 2000, end: 8000)
        // Began before the others, and ended after many of them.
        load.add(.write, .indeterminate, from: -30, to: 970)
        #expect(load.analysis(end: 8000).impactAt == -30)
    }

    @Test func failuresBeforeTheFaultDoNotCount() {
        var load = outage(until: 2000, end: 8000)
        load.add(.read, .failed, from: -500, to: -1)
        #expect(load.analysis(end: 8000).impactAt == 0)
    }

    @Test func failuresAfterTheEndDoNotCount() {
        var load = outage(until: 2000, end: 8000)
        for start in 0..<100 { load.add(.read, .failed, from: 7000 + start, to: 8001 + start) }
        let analysis = load.analysis(end: 8000)
        #expect(analysis.restoredAt == 2005)
        #expect(analysis.resolutionLength == 15)
    }

    @Test func aFaultWithoutImpactMeasuresNothing() {
        var load = Load()
        load.add(-1000..<8000, .served)
        let analysis = load.analysis(end: 8000)
        #expect(analysis.impact == nil)
        #expect(analysis.restored == nil)
        #expect(analysis.resolution == nil)
        #expect(Load().analysis(end: 8000) == analysis)
    }

    @Test func whatNeverRecoversIsNotRestored() {
        var load = Load()
        load.add(-1000..<0, .served)
        load.add(0..<8000, .failed)
        let analysis = load.analysis(end: 8000)
        #expect(analysis.impactAt == 0)
        #expect(analysis.restored == nil)
        #expect(analysis.resolution == nil)
    }

    @Test func aShortRecoveryBetweenTwoOutagesDoesNotCount() {
        var load = outage(until: 2000, end: 2500)
        load.add(2500..<3000, .deferred)
        load.add(3000..<9000, .served)
        let analysis = load.analysis(end: 9000)
        #expect(analysis.impactAt == 0)
        #expect(analysis.restoredAt == 3005)
        #expect(analysis.resolutionLength == 15)
    }

    @Test func aStableTimeThatIsLostAgainDoesNotCount() {
        // 10 failures in about 800 operations are more than one in a hundred.
        var load = outage(until: 1000, end: 5000)
        load.add(5000..<5100, .failed)
        load.add(5100..<9000, .served)
        #expect(load.analysis(end: 9000).restoredAt == 5105)
    }

    @Test func aFailureInAHundredAfterwardsIsAllowed() {
        // 4 failures in about 800 operations.
        var load = outage(until: 1000, end: 5000)
        load.add(5000..<5040, .failed)
        load.add(5040..<9000, .served)
        let analysis = load.analysis(end: 9000)
        #expect(analysis.restoredAt == 1005)
        // Up to the restoration, not up to the failures that came later.
        #expect(analysis.resolutionLength == 15)
    }

    /// The operation that restores ends at 20 ms, and exactly 100 follow in the stable second.
    private func hundred(reads: Int = 50, failing: Set<Int> = []) -> Load {
        var load = Load()
        load.add(.write, .failed, from: 0, to: 10)
        load.add(.read, .served, from: 10, to: 20)
        for index in 1...100 {
            let isFailing = failing.contains(index)
            let time = 20 + index * 10
            load.add(
                index <= reads ? .read : .write, isFailing ? .failed : .served, from: time - 5,
                to: time)
        }
        return load
    }

    @Test func exactlyNinetyNineOfAHundredSuffice() {
        #expect(hundred().analysis(end: 1020).restoredAt == 20)
        for failing in [1, 37, 50, 51, 99, 100] {
            let analysis = hundred(failing: [failing]).analysis(end: 1020)
            #expect(analysis.restoredAt == 20, "operation \(failing) fails")
        }
        #expect(hundred(failing: [40, 90]).analysis(end: 1020).restored == nil)
    }

    @Test(
        arguments: zip([0, 49, 50, 51, 100], [Int?.none, nil, 20, nil, nil]))
    func fewerThanFiftyReadsOrWritesProveNothing(reads: Int, restored: Int?) {
        #expect(hundred(reads: reads).analysis(end: 1020).restoredAt == restored)
    }

    @Test func deletesCountAsWrites() {
        var load = Load()
        load.add(.write, .failed, from: 0, to: 10)
        load.add(.read, .served, from: 10, to: 20)
        for index in 1...50 {
            load.add(.read, .served, from: 15 + index * 20, to: 20 + index * 20)
            load.add(.delete, .served, from: 5 + index * 20, to: 10 + index * 20)
        }
        #expect(load.analysis(end: 1020).restoredAt == 20)
    }

    @Test func aStableTimeThatTheEndCutsProvesNothing() {
        #expect(hundred().analysis(end: 1020).restoredAt == 20)
        #expect(hundred().analysis(end: 1019).restored == nil)
        #expect(hundred().analysis(stable: 1001, end: 1020).restored == nil)
    }

    /// What fell out may have been the impact, or another outage.
    @Test func whatIsNotKnownWholeIsNotMeasured() {
        let samples = outage(until: 2000, end: 8000).samples
        let analysis = RecoveryAnalysis(
            SampleWindow(samples, isComplete: false), faultEffective: Load.zero,
            end: Load.at(8000), stableFor: .seconds(1))
        #expect(!analysis.isComplete)
        #expect(analysis.impact == nil)
        #expect(analysis.restored == nil)
        #expect(analysis.resolution == nil)
    }

    @Test func theOrderOfTheSamplesDoesNotMatter() {
        var load = outage(until: 2000, end: 2500)
        load.add(2500..<3000, .indeterminate)
        load.add(3000..<9000, .served)
        let expected = load.analysis(end: 9000)
        var random = SplitMix64(seed: Seed.value)
        for _ in 0..<10 {
            let shuffled = load.samples.shuffled(using: &random)
            #expect(Load.analysis(of: shuffled, end: 9000) == expected, Seed.note)
        }
    }
}
