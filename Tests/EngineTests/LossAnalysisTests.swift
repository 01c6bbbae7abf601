import Testing

@testable import Engine

/// Times in milliseconds after some moment.
struct LossAnalysisTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let claim: String
        let losses: [Int]
        /// Impact, restored, failback started, failback done, writers stopped.
        let marks: [Int?]
        /// When anything was acknowledged first.
        var first: Int? = 0
        let expected: Int?

        var testDescription: String { claim }
    }

    static let cases: [Case] = [
        Case(
            claim: "nothing lost of something", losses: [], marks: [100, 200, nil, nil, 300],
            expected: 0),
        Case(
            claim: "nothing lost of nothing", losses: [], marks: [100, 200, nil, nil, 300],
            first: nil, expected: nil),
        Case(
            claim: "nothing lost of what came after the impact", losses: [],
            marks: [100, 200, nil, nil, 300], first: 150, expected: nil),
        Case(
            claim: "nothing lost, no impact", losses: [], marks: [nil, nil, nil, nil, 300],
            expected: nil),
        Case(
            claim: "lost before the impact", losses: [40], marks: [100, 200, nil, nil, 300],
            expected: 60),
        Case(
            claim: "lost between impact and restoration", losses: [150],
            marks: [100, 200, nil, nil, 300], expected: 50),
        Case(
            claim: "lost after the restoration", losses: [210], marks: [100, 200, nil, nil, 300],
            expected: 90),
        Case(
            claim: "lost on the secondary", losses: [210], marks: [100, 200, 240, 280, 300],
            expected: 30),
        Case(
            claim: "lost during the failback", losses: [241], marks: [100, 200, 240, 280, 300],
            expected: 39),
        Case(
            claim: "lost after the failback", losses: [290], marks: [100, 200, 240, 280, 300],
            expected: 10),
        Case(
            claim: "the longest of several", losses: [190, 210, 95, 295],
            marks: [100, 200, nil, nil, 300], expected: 90),
        Case(
            claim: "acknowledged at a mark counts to the next", losses: [100],
            marks: [100, 200, nil, nil, 300], expected: 100),
        Case(
            claim: "restored unknown", losses: [150], marks: [100, nil, nil, nil, 300],
            expected: 150),
        Case(
            claim: "a loss without a mark after it cannot be measured", losses: [40, 400],
            marks: [100, 200, nil, nil, 300], expected: nil),
        Case(
            claim: "a loss is a loss even if nothing came before", losses: [150],
            marks: [100, 200, nil, nil, nil], first: 150, expected: 50),
    ]

    private static let start = ContinuousClock.now

    private static func at(_ milliseconds: Int?) -> ContinuousClock.Instant? {
        milliseconds.map { start + .milliseconds($0) }
    }

    private static func marks(_ times: [Int?]) -> RecoveryMarks {
        RecoveryMarks(
            impact: at(times[0]), restored: at(times[1]), failbackStarted: at(times[2]),
            failbackDone: at(times[3]), writersStopped: at(times[4]))
    }

    @Test(arguments: LossAnalysisTests.cases)
    func theLossIsMeasuredToTheNextMark(_ example: Case) {
        let lost = LossAnalysis.recoveryPoint(
            losses: example.losses.compactMap { Self.at($0) }, marks: Self.marks(example.marks),
            firstAcknowledged: Self.at(example.first))
        #expect(lost == example.expected.map { .milliseconds($0) })
    }

    /// Found one after another: for each loss the nearest mark after it, and of those the longest.
    @Test func anyLossIsMeasuredAsItIsDefined() {
        var random = SplitMix64(seed: Seed.value)
        for round in 0..<500 {
            let times: [Int?] = (0..<5).map { _ in
                Bool.random(using: &random) ? Int.random(in: 0...1000, using: &random) : nil
            }
            let losses = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                Int.random(in: 0...1000, using: &random)
            }
            let lengths = losses.map { loss in
                times.compactMap(\.self).filter { $0 > loss }.map { $0 - loss }.min()
            }
            let expected = lengths.contains(nil) ? nil : lengths.compactMap(\.self).max()
            let lost = LossAnalysis.recoveryPoint(
                losses: losses.compactMap { Self.at($0) }, marks: Self.marks(times),
                firstAcknowledged: Self.start)
            #expect(
                lost == expected.map { .milliseconds($0) },
                "round \(round), seed \(Seed.value)")
        }
    }
}
