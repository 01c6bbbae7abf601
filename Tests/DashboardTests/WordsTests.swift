import Testing

@testable import Dashboard

struct WordsTests {
    @Test(
        arguments: [
            (0, "0 ms"), (0.25, "0.3 ms"), (999, "999 ms"), (1000, "1 s"), (1240, "1.2 s"),
            (59_940, "59.9 s"), (59_960, "1 min"), (125_000, "2 min 5 s"), (3_600_000, "1 h"),
            (5_430_000, "1 h 30 min"), (180_000_000, "2 days 2 h"), (1e300, "1e+300 ms"),
        ] as [(Double, String)])
    func aTimeHasTheUnitsThatMatter(_ milliseconds: Double, _ words: String) {
        #expect(Words.span(milliseconds) == words)
    }

    @Test func whatIsNotKnownIsNotZero() {
        #expect(Words.span(nil) == "unknown")
        #expect(Words.span(.nan) == "unknown")
        #expect(Words.tone(nil, limit: 5) == "")
    }

    @Test func aValueAtItsLimitIsWithinIt() {
        #expect(Words.tone(5, limit: 5) == "good")
        #expect(Words.tone(5.1, limit: 5) == "bad")
    }

    @Test(
        arguments: [
            (0, "just now"), (59, "just now"), (60, "1 min ago"), (3600, "1 h ago"),
            (5400, "1 h 30 min ago"), (30_000, "8 h ago"), (200_000, "2 days ago"),
        ] as [(UInt64, String)])
    func theFartherAwayTheFewerDigits(_ seconds: UInt64, _ words: String) {
        let now: UInt64 = 1_800_000_000_000_000
        #expect(Words.ago(now - seconds * 1_000_000, now: now) == words)
    }

    @Test func aClockThatWentBackMakesNothingNegative() {
        #expect(Words.ago(2_000_000, now: 1_000_000) == "just now")
        #expect(Words.ahead(1_000_000, now: 2_000_000) == "in less than a minute")
    }

    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (41_300, "41.3 kB"), (2_500_000, "2.5 MB"),
        ] as [(Double, String)])
    func sizesAreDecimal(_ bytes: Double, _ words: String) {
        #expect(Words.size(bytes) == words)
    }

    @Test(
        arguments: [
            (0.060_836_5, "ratio", "6.08 %"), (1, "ratio", "100 %"), (0.57, "ratio", "57 %"),
            (0.999_99, "ratio", "0.99999"), (0.000_01, "ratio", "1e-05"), (0, "ratio", "0 %"),
            (.nan, "ratio", "nan"), (263, "1", "263"), (32.26, "1/s", "32.3/s"),
            (0.0612, "s", "0.061 s"), (0.0004, "", "0.0004"), (1500, "ms", "1.5 s"),
        ] as [(Double, String, String)])
    func aMeasureIsNeitherRoundedToNoneNorToAll(
        _ value: Double, _ unit: String, _ words: String
    ) {
        #expect(Words.amount(value, unit) == words)
    }

    @Test func aMomentIsShownToTheMinute() {
        #expect(Words.moment(1_796_000_000_000_000).count == "2026-11-29 23:31".count)
        #expect(Words.moment(0) == "1970-01-01 00:00")
        #expect(Words.moment(nil) == "")
    }
}
