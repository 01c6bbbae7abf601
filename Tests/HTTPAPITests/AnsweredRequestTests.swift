import DRTesting
import EventLog
import Foundation
import HTTPTypes
import Testing

@testable import HTTPAPI

/// Answers outlive the runs that they stand between.
struct AnsweredRequestTests {
    private static func keepCadence(
        _ name: String, _ fixture: ChangingFixture
    ) async throws -> ReadingFixture.Got {
        let body = """
            {"scenario": "\(name)", "target": "lab", "interval_ms": 86400000, "reason": "policy"}
            """
        return try await fixture.send(
            .post, "/api/testing/cadences", body, headers: [.idempotencyKey: name])
    }

    @Test func anAnswerIsKnownAlsoWhenTheRunsAroundItWereArchived() async throws {
        let fixture = try await ChangingFixture()
        let archive = NSTemporaryDirectory() + "dr-archive-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: archive) }
        let names = ["a", "b", "c", "d"]
        var answers: [[UInt8]] = []
        for name in names { answers.append(try await Self.keepCadence(name, fixture).bytes) }
        let last = try fixture.store.reader.head().position
        try await fixture.append(.runRequested(RunRequested()), to: "run/a")
        _ = try await fixture.store.archive(
            before: .max, to: DirectoryArchive(archive),
            base: { _, position in ArchiveBase(position: position) { nil } },
            isFinished: { _ in true }, by: "ops")
        #expect(try fixture.store.reader.firstPosition() > last)
        for (name, answer) in zip(names, answers) {
            let again = try await Self.keepCadence(name, fixture)
            #expect(again.status == 201)
            #expect(again.headers[.idempotentReplayed] == "true")
            #expect(again.bytes == answer)
        }
    }
}
