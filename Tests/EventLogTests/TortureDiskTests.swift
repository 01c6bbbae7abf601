import Testing

@testable import EventLog

/// Files that may not grow beyond a random size: 3 of them, or a hundred if `DR_SOAK` is set.
///
/// What a disk does that is really full, another test tries.
@Suite(.timeLimit(.minutes(30))) struct TortureDiskSoakTests {
    @Test func aLogThatMayNotGrowRefusesAndGoesOnWhenItMay() async throws {
        var random = SplitMix64(seed: Seed.value)
        for _ in 0..<Effort.count(3, soak: 100) {
            // From 150 kB to 1.5 MB.
            try await fill(blocks: Int.random(in: 300...3000, using: &random))
        }
    }

    private func fill(blocks: Int) async throws {
        let fixture = Fixture()
        let limit = ["sh", "-c", "trap '' XFSZ; ulimit -f \(blocks); exec \"$@\"", "sh"]
        let options = ["--batch", "20", "--size", "900", "--attempts", "3"]
        let limited = try Appender(fixture.directory, "run/a", 100_000, options, in: limit)
        let acknowledged = try await limited.finish()
        let note = "\(blocks) blocks of 512 bytes: \(limited.complaints), seed \(Seed.value)"
        #expect(limited.status == 1, "\(note)")
        #expect(limited.complaints.last?.hasPrefix("ended: ") == true, "\(note)")
        #expect(!acknowledged.isEmpty, "\(note)")
        try await fixture.expectKept([limited], note)

        let next = try Appender(fixture.directory, "run/b", 30, ["--size", "900"])
        try await next.finish()
        #expect(next.status == 0, "\(note)\n\(next.complaints)")
        try await fixture.expectKept([limited, next], note)
    }
}
