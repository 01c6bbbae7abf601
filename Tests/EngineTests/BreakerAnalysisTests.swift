import Testing

@testable import Engine

/// Times in seconds after some moment.
struct BreakerAnalysisTests {
    private static let start = ContinuousClock.now

    private static func at(_ seconds: Int?) -> ContinuousClock.Instant? {
        seconds.map { start + .seconds($0) }
    }

    private static func analysis(
        _ episodes: [(first: Int?, closed: Int?)], stopped: Int = 100
    ) -> BreakerAnalysis {
        let kinds = ["status", "hang", "reset", "slow", "mixed"]
        return BreakerAnalysis(
            zip(kinds, episodes).map { kind, episode in
                BreakerEpisode(
                    kind: kind, firstBadCall: at(episode.first), closedAgain: at(episode.closed))
            }, writersStopped: at(stopped))
    }

    @Test func theSlowestResponseCounts() {
        let analysis = Self.analysis([(10, 14), (20, 29), (30, 33)])
        #expect(analysis.recoveryTime == .seconds(9))
        #expect(analysis.episodes.map(\.responseTime.value) == [4, 9, 3].map { .seconds($0) })
        let names = ["response_time_status_ms", "response_time_hang_ms", "response_time_reset_ms"]
        #expect(analysis.episodes.map(\.responseTime.name) == names)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let claim: String
        let first: Int?
        let closed: Int?

        var testDescription: String { claim }
    }

    /// However well the others went.
    @Test(arguments: [
        Case(claim: "never closed", first: 20, closed: nil),
        Case(claim: "no bad call was seen", first: nil, closed: 25),
        Case(claim: "closed before the bad call", first: 20, closed: 19),
    ])
    func oneUnknownResponseMakesAllUnknown(_ example: Case) {
        let analysis = Self.analysis([(10, 14), (example.first, example.closed), (30, 33)])
        #expect(analysis.recoveryTime == nil)
    }

    @Test func noEpisodesHaveNoResponse() {
        #expect(Self.analysis([]).recoveryTime == nil)
    }

    /// The slowest refusal but one in a hundred.
    @Test func refusalsAreTimedFromTheirIntendedStarts() {
        let refusals = (1...200).map { latency in
            OperationSample.sample(
                .read, .refused, from: Self.start, to: Self.start + .microseconds(latency))
        }
        let latencies = Latencies(of: refusals)
        #expect(latencies.count == 200)
        #expect(latencies.percentile(99) == .microseconds(198))
        #expect(Latencies(of: []).percentile(99) == nil)
    }

    @Test func lossesAreMeasuredOverAllEpisodes() {
        let analysis = Self.analysis([(10, 14), (20, 29)])
        func point(_ losses: [Int], before: Int = 20, first: Int? = 0) -> Duration? {
            analysis.recoveryPoint(
                losses: losses.compactMap { Self.at($0) }, acknowledgedBefore: before,
                firstAcknowledged: Self.at(first))
        }
        #expect(point([]) == .zero)
        // There was too little to lose.
        #expect(point([], before: 19) == nil)
        #expect(point([], first: nil) == nil)
        // Before the first bad call, between the episodes, and after the last.
        #expect(point([7]) == .seconds(3))
        #expect(point([16]) == .seconds(13))
        #expect(point([7, 40]) == .seconds(60))
        #expect(point([7], before: 0) == .seconds(3))
    }
}
