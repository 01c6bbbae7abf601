import Foundation
import Testing

/// Power cuts at random moments: 32, or 2,000 if `DR_SOAK` is set.
@Suite(
    .enabled(if: PowerCuts.isPossible, "It needs strace, and the Python environment of make."),
    .timeLimit(.minutes(120)))
struct TorturePowerCutSoakTests {
    /// So many stand on the disk at once.
    private static let atOnce = 40

    @Test func whatWasAcknowledgedOutlivesAPowerCutAtAnyMoment() async throws {
        let cuts = try await PowerCuts(events: Effort.count(300, soak: 1500))
        let tables = try await cuts.workspace.run(.projections, ["status"])
        try #require(tables.status == 0, "\(tables)")
        let count = Effort.count(32, soak: 2000)
        for first in stride(from: 0, to: count, by: Self.atOnce) {
            let numbers = first..<min(first + Self.atOnce, count)
            let images = try await cuts.images(numbers, on: .honest)
            try await forEachInPairs(images) { image in
                try await Self.expectUsable(image, cuts)
                try image.remove()
            }
        }
    }

    private static func expectUsable(_ image: PowerCuts.Image, _ cuts: PowerCuts) async throws {
        let check = try await cuts.check(image)
        // Nothing was promised while the log was being made.
        if check.status == 4 { return try await expectMadeAnew(image, cuts) }
        #expect(check.status == 0, "\(image.note)\n\(check)")
        let verify = try await cuts.workspace.run(
            .audit, ["verify"], environment: image.environment)
        #expect(verify.status == 0, "\(image.note)\n\(verify)")
        try await expectViewsFit(image, cuts)

        let append = try await cuts.workspace.appender(["append", image.data, "run/after", "2"])
        #expect(append.status == 0, "\(image.note)\n\(append)")
        let again = try await cuts.check(image)
        #expect(again.status == 0, "\(image.note)\n\(again)")
    }

    /// There is no half of a log: nothing is in the way of a new one.
    private static func expectMadeAnew(_ image: PowerCuts.Image, _ cuts: PowerCuts) async throws {
        #expect(!image.hasLog, "\(image.note)")
        let append = try await cuts.workspace.appender(
            ["append", image.data, "run/after", "2", "--attempts", "1"])
        #expect(append.status == 0, "\(image.note)\n\(append)")
        let names = try FileManager.default.contentsOfDirectory(atPath: image.data)
        #expect(!names.contains("log.new"), "\(image.note)")
        let verify = try await cuts.workspace.run(
            .audit, ["verify"], environment: image.environment)
        #expect(verify.status == 0, "\(image.note)\n\(verify)")
    }

    /// Tables that are ahead of the log are built anew.
    private static func expectViewsFit(
        _ image: PowerCuts.Image, _ cuts: PowerCuts
    ) async throws {
        try cuts.giveLaterViews(to: image)
        let updated = try await cuts.workspace.run(
            .projections, ["status"], environment: image.environment)
        let rebuilt = try await cuts.workspace.run(
            .projections, ["rebuild"], environment: image.environment)
        #expect(updated.status == 0 && rebuilt.status == 0, "\(image.note)\n\(updated)\(rebuilt)")
        #expect(!digests(updated).isEmpty, "\(image.note)\n\(updated)")
        #expect(digests(updated) == digests(rebuilt), "\(image.note)\n\(updated)\(rebuilt)")
    }

    /// Of each table: its name, and the last word of its line.
    private static func digests(_ result: Finished) -> [String: Substring] {
        var digests: [String: Substring] = [:]
        for line in result.lines where line.contains("  digest ") {
            let words = line.split(separator: " ")
            digests[String(words[0])] = words[words.count - 1]
        }
        return digests
    }

    /// Otherwise nobody would know whether a loss could be seen at all.
    @Test func aDiskThatLosesWhatItCalledDurableIsFoundOut() async throws {
        let cuts = try await PowerCuts(events: 100)
        var statuses: [Int32] = []
        for image in try await cuts.images(1..<8, on: .lying) {
            statuses.append(try await cuts.check(image).status)
        }
        #expect(statuses.contains { $0 != 0 && $0 != 4 }, "\(statuses), seed \(Seed.value)")
    }
}
