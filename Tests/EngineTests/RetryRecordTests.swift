import Testing

@testable import Engine

/// Times in milliseconds after some moment.
struct RetryRecordTests {
    private static let start = ContinuousClock.now

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    private static func attempt(_ start: Int, isFailed: Bool = true) -> AttemptSample {
        AttemptSample(started: at(start), finished: at(start + 5), isFailed: isFailed)
    }

    @Test func pausesAreTimedFromTheEndOfWhatFailed() {
        var record = RetryRecord()
        #expect(record.evidence == RetryEvidence())
        // In the order in which their ends are told.
        record.tried("a", Self.attempt(40))
        record.tried("a", Self.attempt(0))
        record.tried("b", Self.attempt(10, isFailed: false))
        record.tried("a", Self.attempt(100, isFailed: false))
        #expect(record.evidence.mostAttempts == 3)
        #expect(record.evidence.spacings == [.milliseconds(35), .milliseconds(55)])
        #expect(record.evidence.meanSpacing == .milliseconds(45))
    }

    @Test func callsOfTheirOwnAreNoRetries() {
        var record = RetryRecord()
        for number in 0..<5 { record.tried("\(number)", Self.attempt(number)) }
        #expect(record.evidence.mostAttempts == 1)
        #expect(record.evidence.spacings.isEmpty)
    }
}
