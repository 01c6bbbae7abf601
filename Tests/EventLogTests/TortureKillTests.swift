import Foundation
import Testing

@testable import EventLog

/// Writers that are killed at random moments: 15, or a thousand if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(60))) struct TortureKillSoakTests {
    private static let writers = 3
    /// A log sees so many rounds of kills, then another one is begun.
    private static let roundsOfOneLog = 40

    @Test func whatKilledWritersWereToldIsThereAndOnce() async throws {
        var random = SplitMix64(seed: Seed.value)
        var left = Effort.count(15, soak: 1000) / Self.writers + 1
        var acknowledged = 0
        while left > 0 {
            let rounds = min(left, Self.roundsOfOneLog)
            acknowledged += try await kill(rounds: rounds, &random)
            left -= rounds
        }
        // Some came as far as that.
        #expect(acknowledged > 0)
    }

    /// - Returns: how many events of killed writers were acknowledged.
    private func kill(rounds: Int, _ random: inout SplitMix64) async throws -> Int {
        let fixture = Fixture()
        var (killed, all): ([Appender], [Appender]) = ([], [])
        for round in 1...rounds {
            let writers = try await killWriters(of: fixture, round, &random)
            killed += writers
            let next = try Appender(fixture.directory, "run/\(round)", 3)
            let acknowledged = try await next.finish()
            let note = "round \(round): \(next.complaints)"
            #expect(next.status == 0 && acknowledged.count == 3, "\(note), seed \(Seed.value)")
            all += writers + [next]
            try await fixture.expectKept(all, outside: fixture.outside.directory, note)
        }
        return killed.map(\.acknowledgements.count).reduce(0, +)
    }

    private func killWriters(
        of fixture: Fixture, _ round: Int, _ random: inout SplitMix64
    ) async throws -> [Appender] {
        let batch = Int.random(in: 1...20, using: &random)
        let options = [
            "--batch", "\(batch)", "--size", "200", "--outside", fixture.outside.directory,
            "--every", "5",
        ]
        let writers = try (1...Self.writers).map {
            try Appender(fixture.directory, "run/\(round)-\($0)", 1_000_000, options)
        }
        for writer in writers {
            let moment = Int.random(in: 0...60, using: &random)
            try await Task.sleep(for: .milliseconds(moment))
            writer.kill()
        }
        for writer in writers { try await writer.finish() }
        return writers
    }
}
