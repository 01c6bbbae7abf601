import Foundation
import Merkle
import Testing

@testable import EventLog

/// An older copy of the whole log is put in the place of the log.
struct RestoreTests {
    private let fixture = Fixture()

    private var copy: String { fixture.path + "/copy" }

    @Test func theCheckpointOutsideRevealsARestoredCopy() async throws {
        let head = try await replaceWithOlderCopy()
        let problems = try fixture.problems(outside: fixture.outside)
        #expect(problems.map(\.position) == [head + 1], "\(problems)")
    }

    @Test func aRestoredCopyVerifiesCleanWithoutACheckpointOutside() async throws {
        _ = try await replaceWithOlderCopy()
        let problems = try fixture.problems(outside: nil)
        #expect(problems == [])
    }

    /// The restored log goes on, and stays shorter than the lost one or grows longer.
    @Test(arguments: [1, 100])
    func aRestoredLogDoesNotReplaceTheCheckpointThatRevealsIt(growingBy count: Int) async throws {
        _ = try await replaceWithOlderCopy()
        let before = try text(ofFile: fixture.outside.file)
        try await appendAndSign(count, seed: Seed.value &+ 2)
        #expect(try text(ofFile: fixture.outside.file) == before)
        #expect(try fixture.problems(outside: fixture.outside).isEmpty == false)
    }

    private func appendAndSign(_ count: Int, seed: UInt64) async throws {
        let store = try fixture.openStore()
        var make = EventMaker(seed: seed)
        _ = try await store.append(make.events(count), to: "run/b", expecting: .any)
        do {
            let signed = try await store.signCheckpoint(outside: fixture.outside)
            #expect(signed.outsideProblem != nil)
        } catch is EventLogError {}
    }

    /// - Returns: the head of the copy. Of the 40 events that came later nothing is left but a
    ///   checkpoint outside.
    private func replaceWithOlderCopy() async throws -> UInt64 {
        let log = fixture.directory.log
        let head = try await append(60, seed: Seed.value)
        try fixture.withRawLog { _ in }
        try FileManager.default.copyItem(atPath: log, toPath: copy)
        let later = try await append(40, seed: Seed.value &+ 1)
        #expect(later == head + 40)
        try fixture.withRawLog { _ in }
        try FileManager.default.removeItem(atPath: log)
        try FileManager.default.moveItem(atPath: copy, toPath: log)
        return head
    }

    /// Appends, seals and verifies.
    private func append(_ count: Int, seed: UInt64) async throws -> UInt64 {
        let store = try fixture.openStore()
        var make = EventMaker(seed: seed)
        _ = try await store.append(make.events(count), to: "run/a", expecting: .any)
        let signed = try await store.signCheckpoint(outside: fixture.outside)
        try verify(store, outside: fixture.outside)
        return signed.checkpoint.size
    }
}
