import Testing

@testable import Engine

/// Times in milliseconds after some moment.
struct LossAnalysisTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let claim: String
        let losses: [Int]
        /// Impact, restored, writers stopped.
        let marks: [Int]
        var hadSomethingToLose = true
        let expected: Int?

        var testDescription: String { claim }
    }

    static let cases: [Case] = [
        Case(claim: "nothing lost of something", losses: [], marks: [100, 200, 300], expected: 0),
        Case(
            claim: "nothing lost of nothing", losses: [], marks: [100, 200, 300],
            hadSomethingToLose: false, expected: nil),
        Case(claim: "nothing lost, no mark", losses: [], marks: [], expected: 0),
        Case(claim: "lost before the impact", losses: [40], marks: [100, 200, 300], expected: 60),
        Case(
            claim: "lost between impact and restoration", losses: [150], marks: [100, 200, 300],
            expected: 50),
        Case(
            claim: "lost after the restoration", losses: [210], marks: [100, 200, 300], expected: 90
        ),
        Case(
            claim: "the longest of several", losses: [190, 210, 95, 295], marks: [100, 200, 300],
            expected: 90),
        Case(
            claim: "acknowledged at a mark counts to the next", losses: [100],
            marks: [100, 200, 300], expected: 100),
        Case(claim: "marks in any order", losses: [40], marks: [300, 100, 200], expected: 60),
        Case(claim: "restored unknown", losses: [150], marks: [100, 300], expected: 150),
        Case(claim: "acknowledged after the last mark", losses: [400], marks: [100], expected: 0),
        Case(
            claim: "a loss is a loss even if nothing came before", losses: [150],
            marks: [100, 200], hadSomethingToLose: false, expected: 50),
    ]

    @Test(arguments: LossAnalysisTests.cases)
    func theLossIsMeasuredToTheNextMark(_ example: Case) {
        let start = ContinuousClock.now
        let expected = example.expected.map { Duration.milliseconds($0) }
        let lost = LossAnalysis.recoveryPoint(
            losses: example.losses.map { start + .milliseconds($0) },
            marks: example.marks.map { start + .milliseconds($0) },
            acknowledgedBeforeImpact: example.hadSomethingToLose)
        #expect(lost == expected)
    }

    @Test func theLossIsNeverNegative() {
        let start = ContinuousClock.now
        var random = SplitMix64(seed: Seed.value)
        for _ in 0..<200 {
            let losses = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                start + .microseconds(Int.random(in: -1000...1000, using: &random))
            }
            let marks = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                start + .microseconds(Int.random(in: -1000...1000, using: &random))
            }
            let lost = LossAnalysis.recoveryPoint(
                losses: losses, marks: marks, acknowledgedBeforeImpact: true)
            #expect(lost.map { $0 >= .zero } == true, Seed.note)
        }
    }
}
