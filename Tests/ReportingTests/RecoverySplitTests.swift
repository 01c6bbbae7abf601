import DRTesting
import Testing

@testable import Reporting

struct RecoverySplitTests {
    private func marks(_ offsets: KeyValuePairs<String, UInt64>) -> [MarkRecorded] {
        offsets.map { name, offset in
            var mark = MarkRecorded()
            (mark.mark, mark.offsetUs) = (name, offset)
            return mark
        }
    }

    private func labels(_ offsets: KeyValuePairs<String, UInt64>, _ time: Double) -> [String]? {
        RecoverySplit(marks(offsets), recoveryTimeMs: time)?.parts.map(\.label)
    }

    @Test func anOutageIsDividedAtItsMarks() {
        let split = RecoverySplit(
            marks([
                "impact": 1_000_000, "detected": 2_000_000, "lifted": 5_000_000,
                "restored": 6_000_000, "verified": 6_500_000, "writers stopped": 9_000_000,
            ]), recoveryTimeMs: 5500)
        #expect(
            split?.parts.map(\.label) == [
                "until detected", "detected until lifted", "lifted until restored",
                "restored until verified",
            ])
        let lengths = split?.parts.map(\.lengthUs)
        #expect(lengths == [1_000_000, 3_000_000, 1_000_000, 500_000])
    }

    /// The secondary took over while the fault went on, and the row's time ends there.
    @Test func whatComesAfterTheRecoveryIsNoPartOfIt() {
        let labels = labels(
            [
                "impact": 1_000_000, "detected": 2_000_000, "restored": 4_000_000,
                "lifted": 20_000_000, "verified": 25_000_000,
            ], 3000)
        #expect(labels == ["until detected", "detected until restored"])
    }

    @Test func marksThatAreMissingOrInAnotherOrderAreNoHindrance() {
        #expect(
            labels(["impact": 0, "lifted": 1_000_000, "verified": 2_000_000], 2000)
                == ["until lifted", "lifted until verified"])
        #expect(
            labels(
                ["impact": 0, "restored": 1_000_000, "lifted": 2_000_000, "verified": 3_000_000],
                3000)
                == ["until restored", "restored until lifted", "lifted until verified"])
        #expect(labels(["impact": 0, "verified": 0], 0) == ["until verified"])
    }

    @Test(arguments: [nil, 1990, 2010, -1, .nan, .infinity, 1e300, 0.5] as [Double?])
    func aTimeThatEndsAtNoMarkIsNotDivided(time: Double?) {
        let marks = marks(["impact": 1_000_000, "detected": 1_500_000, "verified": 3_000_000])
        #expect(RecoverySplit(marks, recoveryTimeMs: time) == nil)
        #expect(RecoverySplit([], recoveryTimeMs: 2000) == nil)
    }

    @Test func thePartsAddUpToTheRecoveryTime() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let offsets = (0..<6).map { _ in UInt64.random(in: 0...10_000_000, using: &random) }
            let impact = offsets.min() ?? 0
            let end = offsets.max() ?? 0
            let marks = marks([
                "impact": impact, "detected": offsets[0], "lifted": offsets[1],
                "restore started": offsets[2], "restored": offsets[3], "verified": end,
            ])
            let split = try #require(
                RecoverySplit(marks, recoveryTimeMs: Double(end - impact) / 1000), "\(offsets)")
            let sum = split.parts.map(\.lengthUs).reduce(0, +)
            #expect(max(sum, end - impact) - min(sum, end - impact) <= 1000, "\(offsets)")
        }
    }
}
