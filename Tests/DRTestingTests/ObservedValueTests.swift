import DRTesting
import Testing

/// How observed values and durations read in the evidence.
struct ObservedValueTests {
    @Test func wholeNumbersHaveNoFraction() {
        let texts = [0, 1, -1, 200, 1e12, -1e12, 999_999_999_999_999].map {
            ObservedValue.number($0).description
        }
        let expected = [
            "0", "1", "-1", "200", "1000000000000", "-1000000000000", "999999999999999",
        ]
        #expect(texts == expected)
    }

    @Test func fractionsHaveAtMostFourDigits() {
        let texts = [0.5, 0.25, 0.99, -0.5, 1.0 / 3, 0.125].map {
            ObservedValue.number($0).description
        }
        #expect(texts == ["0.5", "0.25", "0.99", "-0.5", "0.3333", "0.125"])
    }

    /// What a scenario asks for stands in the evidence as it was written.
    @Test func aDecimalReadsAsItWasWritten() {
        for text in ["0.57", "0.69", "1.13", "2.01", "0.0003", "0.99"] {
            #expect(ObservedValue.number(Double(text)!).description == text)
        }
    }

    @Test func wordsAndFlagsReadAsTheyAre() {
        #expect(ObservedValue.text("half-open").description == "half-open")
        #expect(ObservedValue.text("").description == "")
        #expect(ObservedValue.flag(true).description == "true")
        #expect(ObservedValue.flag(false).description == "false")
    }

    @Test(
        arguments: zip(
            [0, 1, 250, 999, 1000, 1001, 1049, 1050, 12_400, 12_449, 12_450, 30_000, 59_999],
            [
                "0 ms", "1 ms", "250 ms", "999 ms", "1 s", "1.0 s", "1.0 s", "1.1 s", "12.4 s",
                "12.4 s", "12.5 s", "30 s", "60.0 s",
            ]))
    func aDurationReadsInTheUnitThatFits(milliseconds: Int, words: String) {
        #expect(Duration.milliseconds(milliseconds).words == words)
    }

    @Test(
        arguments: zip(
            [60, 61, 90, 300, 1800, 3600, 86_400],
            ["1 min", "61 s", "90 s", "5 min", "30 min", "60 min", "1440 min"]))
    func wholeMinutesReadAsMinutes(seconds: Int, words: String) {
        #expect(Duration.seconds(seconds).words == words)
    }

    @Test func durationsCountInWholeUnits() {
        #expect(Duration.nanoseconds(1_999_999).milliseconds == 1)
        #expect(Duration.nanoseconds(1_999_999).microseconds == 1999)
        #expect(Duration.seconds(86_400).milliseconds == 86_400_000)
        #expect(Duration.seconds(86_400).microseconds == 86_400_000_000)
        #expect(Duration.milliseconds(-1500).milliseconds == -1500)
        #expect(Duration.zero.milliseconds == 0)
    }
}
