import Testing

@testable import EventLog

/// Four processes whose clocks jump to and fro: 200 appends each, or thousands if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(30))) struct TortureClockSoakTests {
    private let fixture = Fixture()

    @Test func clocksThatJumpLeaveOneOrderOfTimes() async throws {
        let count = Effort.count(200, soak: 5000)
        let appenders = try (1...4).map { number in
            let seed = Seed.value &+ UInt64(number)
            let options = ["--jumps", "\(seed)", "--attempts", "1000"]
            return try Appender(fixture.directory, "run/\(number)", count, options)
        }
        for appender in appenders {
            let acknowledged = try await appender.finish(within: .seconds(1200))
            #expect(appender.status == 0, "\(appender.complaints.suffix(3)), seed \(Seed.value)")
            #expect(acknowledged.count == count, Seed.note)
        }
        try await fixture.expectKept(appenders)
        let verifier = LogVerifier(try fixture.openReader(), outside: nil)
        let report = try verifier.verify()
        #expect(report.isClean, "\(report.problems), seed \(Seed.value)")
        #expect(!report.clampedRanges.isEmpty, Seed.note)
    }
}
