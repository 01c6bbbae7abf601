import Testing

@testable import Engine

/// Times in milliseconds after the fault was injected.
struct DegradationAnalysisTests {
    /// Attempts at the storage, one every 10 ms, of which some fail.
    private static func attempts(
        _ times: Range<Int>, failing share: Double, taking latency: Int = 5
    ) -> [AttemptSample] {
        var due = 0.0
        return stride(from: times.lowerBound, to: times.upperBound, by: 10).map { time in
            due += share
            let isFailed = due >= 1
            if isFailed { due -= 1 }
            return AttemptSample(
                started: Load.at(time), finished: Load.at(time + latency), isFailed: isFailed)
        }
    }

    /// Everything served but what is said.
    private static func load(until end: Int, failing: Range<Int> = 0..<0) -> [OperationSample] {
        var load = Load()
        load.add(0..<failing.lowerBound, .served)
        load.add(failing, .failed)
        load.add(failing.upperBound..<end, .served)
        return load.samples
    }

    private static func analysis(
        _ operations: [OperationSample], _ attempts: [AttemptSample], cleared: Int?, end: Int
    ) -> DegradationAnalysis {
        DegradationAnalysis(
            operations: SampleWindow(operations), attempts: SampleWindow(attempts),
            injected: Load.zero, cleared: cleared.map { Load.at($0) }, end: Load.at(end),
            stableFor: .seconds(1))
    }

    private static func at(_ instant: ContinuousClock.Instant?) -> Int? {
        instant.map { Int((($0 - Load.zero) / .milliseconds(1)).rounded()) }
    }

    @Test func itIsFeltFromTheFirstSecondWithTooManyErrors() {
        let attempts =
            Self.attempts(0..<2000, failing: 0.05) + Self.attempts(2000..<6000, failing: 0.25)
            + Self.attempts(6000..<12_000, failing: 0)
        let analysis = Self.analysis(
            Self.load(until: 12_000), attempts, cleared: 6000, end: 12_000)
        #expect(Self.at(analysis.impact) == 2000)
        #expect(Self.at(analysis.restored) == 6005)
        // The last attempt that failed ended at 5995.
        #expect(analysis.resolution == .milliseconds(10))
    }

    @Test func fiveErrorsInAHundredAreNotFelt() {
        let analysis = Self.analysis(
            Self.load(until: 8000), Self.attempts(0..<8000, failing: 0.05), cleared: 4000,
            end: 8000)
        #expect(analysis.impact == nil)
        #expect(analysis.restored == nil)
        #expect(analysis.resolution == nil)
    }

    /// A call that hangs for seconds hurts from its start.
    @Test func anAttemptCountsWhereItBegan() {
        let attempts =
            Self.attempts(0..<1000, failing: 1, taking: 2000)
            + Self.attempts(1000..<8000, failing: 0)
        let analysis = Self.analysis(
            Self.load(until: 8000), attempts, cleared: 1000, end: 8000)
        #expect(Self.at(analysis.impact) == 0)
        // As long as hanging calls fail, more than one in a hundred does.
        #expect(Self.at(analysis.restored).map { $0 > 2900 } == true)
    }

    @Test func nothingIsRestoredBeforeTheFaultIsGone() {
        // The store copes: its users notice nothing, and hardly any attempt fails.
        let attempts =
            Self.attempts(0..<1000, failing: 0.5) + Self.attempts(1000..<9000, failing: 0.001)
        let operations = Self.load(until: 9000)
        #expect(
            Self.at(Self.analysis(operations, attempts, cleared: 5000, end: 9000).restored) == 5005)
        #expect(Self.analysis(operations, attempts, cleared: nil, end: 9000).restored == nil)
    }

    @Test func attemptsMustSucceedToo() {
        let failing =
            Self.attempts(0..<3000, failing: 0.25) + Self.attempts(3000..<9000, failing: 0.04)
        let operations = Self.load(until: 9000)
        #expect(Self.analysis(operations, failing, cleared: 3000, end: 9000).restored == nil)
        let silent = Self.attempts(0..<3000, failing: 0.25)
        #expect(Self.analysis(operations, silent, cleared: 3000, end: 9000).restored == nil)
    }

    @Test func operationsMustBeServedToo() {
        let attempts =
            Self.attempts(0..<2000, failing: 0.25) + Self.attempts(2000..<9000, failing: 0)
        let operations = Self.load(until: 9000, failing: 1000..<4000)
        let analysis = Self.analysis(operations, attempts, cleared: 2000, end: 9000)
        #expect(Self.at(analysis.restored) == 4005)
        #expect(analysis.resolution == .milliseconds(15))
    }

    @Test func whatIsNotKnownWholeIsNotMeasured() {
        let attempts =
            Self.attempts(0..<2000, failing: 0.25) + Self.attempts(2000..<9000, failing: 0)
        let operations = Self.load(until: 9000)
        for (isKnown, areKnown) in [(false, true), (true, false)] {
            let analysis = DegradationAnalysis(
                operations: SampleWindow(operations, isComplete: isKnown),
                attempts: SampleWindow(attempts, isComplete: areKnown), injected: Load.zero,
                cleared: Load.at(2000), end: Load.at(9000), stableFor: .seconds(1))
            #expect(!analysis.isComplete)
            #expect(analysis.impact == nil)
            #expect(analysis.restored == nil)
        }
    }

    @Test func aHistoryOfAttemptsSaysWhatItForgot() {
        let history = AttemptHistory(capacity: 100)
        for attempt in Self.attempts(0..<1500, failing: 0.5) { history.add(attempt) }
        // The 50 that ended up to 495 have fallen out.
        #expect(!history.window(since: Load.at(495)).isComplete)
        let window = history.window(since: Load.at(500))
        #expect(window.isComplete)
        #expect(window.samples.count == 100)
        #expect(history.ended(after: Load.at(1400)).count == 10)
        #expect(history.ended(after: Load.at(1400)).count { $0.isFailed } == 5)
    }

    // MARK: Partial function

    private static func function(
        _ samples: [OperationSample], until end: Int, isComplete: Bool = true
    ) -> PartialFunction {
        PartialFunction(
            SampleWindow(samples, isComplete: isComplete), during: Load.zero..<Load.at(end))
    }

    /// Of every ten operations in each stretch so many are served; reads and writes in turn.
    private static func mixed(_ served: [Int], each length: Int) -> [OperationSample] {
        var load = Load()
        for (stretch, count) in served.enumerated() {
            for time in stride(from: 0, to: length, by: 10) {
                let start = stretch * length + time
                let isServed = time / 10 % 10 < count
                load.add(start..<start + 10, isServed ? .served : .refused)
            }
        }
        return load.samples
    }

    @Test(
        arguments: zip(
            [[10, 10], [4, 4], [10, 3], [3, 10], [0, 10]], [true, true, false, false, false]))
    func everyBinMustServeFourInTen(served: [Int], isKept: Bool) {
        let function = Self.function(Self.mixed(served, each: 5000), until: 10_000)
        #expect(function.isKept == isKept)
        #expect(function.lowestShare == served.min().map { Double($0) / 10 })
    }

    @Test func deferredOperationsCountAsKept() {
        var load = Load()
        for start in stride(from: 0, to: 5000, by: 10) {
            load.add(.write, start < 4800 ? .deferred : .failed, from: start, to: start + 1)
        }
        load.add(.read, .failed, from: 0, to: 1)
        #expect(Self.function(load.samples, until: 5000).isKept == false)
        load.add(.read, .deferred, from: 0, to: 1)
        #expect(Self.function(load.samples, until: 5000).isKept == false)
        load.add(.read, .served, from: 0, to: 1)
        let function = Self.function(load.samples, until: 5000)
        #expect(function.isKept == true)
        #expect(function.fewestReads == 1)
    }

    /// What is left at the end fills no bin of its own.
    @Test func theEndIsLookedAtToo() {
        let samples = Self.mixed([10, 10, 1], each: 4000)
        let function = Self.function(samples, until: 12_000)
        // The last five seconds: one of all served, four of one in ten.
        #expect(function.lowestShare.map { abs($0 - 0.28) < 0.005 } == true)
        #expect(function.isKept == false)
    }

    @Test func aBinInWhichNothingEndedIsNotKept() {
        let samples = Self.mixed([10], each: 5000)
        let function = Self.function(samples, until: 10_000)
        #expect(function.lowestShare == 0)
        #expect(function.fewestReads == 0)
        #expect(function.isKept == false)
    }

    @Test func aShortDegradationTellsNothing() {
        let samples = Self.mixed([10], each: 5000)
        #expect(Self.function(samples, until: 4999).isKept == nil)
        #expect(Self.function(samples, until: 5000, isComplete: false).isKept == nil)
        #expect(Self.function(samples, until: 5000).isKept == true)
    }
}
