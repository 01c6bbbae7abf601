import Foundation
import LMDB
import Merkle
import Testing

@testable import EventLog

/// A log is opened only if it continues the head that is kept outside.
struct HeadTests {
    private let fixture = Fixture()

    @Test func aLogThatContinuesItsHeadIsOpened() async throws {
        let (outside, signed) = try await fixture.grow(by: 60, seed: Seed.value)
        #expect(outside.text == signed.note.encoded)
        // It may be ahead of it.
        let store = try fixture.openAnchored()
        var make = EventMaker(seed: Seed.value &+ 1)
        _ = try await store.append(make.events(5), to: "run/b", expecting: .noStream)
        try verify(store, outside: outside)
    }

    @Test func anAnchoredLogIsReadToo() async throws {
        let (_, signed) = try await fixture.grow(by: 60, seed: Seed.value)
        #expect(try fixture.openAnchoredReader().head().position == signed.size)
    }

    @Test func aCutTailIsRefusedWithBothHeads() async throws {
        let (_, signed) = try await fixture.grow(by: 60, seed: Seed.value)
        try fixture.withRawLog { log in
            for position in UInt64(51)...61 { try log.remove(.integer(position), from: "events") }
            try log.put(UInt64(50).bigEndianBytes, for: .name("last"), in: "meta")
        }
        let error = try refusal()
        #expect(error.message.contains("covers 61 events (root \(signed.checkpoint.root))"))
        let root = try fixture.openAnchoredReader(checkingHeads: false).root(ofSize: 50)
        #expect(error.message.contains("50 events (root \(root))"), "\(error)")
    }

    @Test func aRestoredOldCopyIsRefused() async throws {
        _ = try await fixture.loseTail()
        let error = try refusal()
        #expect(error.message.contains("covers 101 events"), "\(error)")
        #expect(error.message.contains("only 61 events"), "\(error)")
        #expect(error.message.contains("dr-audit reopen"), "\(error)")
    }

    /// It grew again, beyond the size of the one that is lost.
    @Test func aRestoredCopyThatGrewIsRefused() async throws {
        _ = try await fixture.loseTail()
        try await growUnanchored(by: 100)
        let error = try refusal()
        #expect(error.message.contains("are not the events that were sealed"), "\(error)")
    }

    private func growUnanchored(by count: Int) async throws {
        let store = try fixture.openStore()
        var make = EventMaker(seed: Seed.value &+ 2)
        _ = try await store.append(make.events(count), to: "run/b", expecting: .any)
        try verify(store)
    }

    @Test func aRewrittenPastIsRefused() async throws {
        try await fixture.grow(by: 60, seed: Seed.value)
        try fixture.withRawLog { log in
            try log.change(.integer(10), in: "events") { $0[$0.count - 1] ^= 1 }
            let value = try #require(try log.value(for: .integer(10), in: "events"))
            try log.change(Tiles.key(level: 0, chunk: 0), in: "tiles") {
                $0.replaceSubrange(9 * 32..<10 * 32, with: MerkleHash.leaf(value).bytes)
            }
        }
        let error = try refusal()
        #expect(error.message.contains("are not the events that were sealed"), "\(error)")
    }

    @Test(arguments: [
        "", "not a checkpoint\n", "dr-testing/log/1\n5\nAA==\n\n\u{2014} x AAAAAAA=\n",
    ])
    func whatIsNoCheckpointIsRefused(text: String) async throws {
        let (outside, _) = try await fixture.grow(by: 5, seed: Seed.value)
        try text.write(toFile: outside.file, atomically: false, encoding: .utf8)
        let error = try refusal()
        #expect(error.message.contains("is not valid"), "\(error)")
    }

    @Test func aHeadThatTheKeyDidNotSignIsRefused() async throws {
        let (outside, signed) = try await fixture.grow(by: 5, seed: Seed.value)
        let stranger = NoteSigningKey(name: signed.checkpoint.origin)
        let forged = try signed.checkpoint.signed(by: stranger)
        try forged.encoded.write(toFile: outside.file, atomically: false, encoding: .utf8)
        let error = try refusal()
        #expect(error.message.contains("is not valid"), "\(error)")
    }

    @Test func theHeadOfAnotherLogIsRefused() async throws {
        let (outside, signed) = try await fixture.grow(by: 5, seed: Seed.value)
        let key = try CheckpointSigner.secretKey(in: fixture.directory)
        let origin = LogOrigin(logID: String(repeating: "0", count: 32), epoch: 0).description
        let other = Checkpoint(origin: origin, size: 3, root: signed.checkpoint.root)
        try other.signed(by: key).encoded
            .write(toFile: outside.file, atomically: false, encoding: .utf8)
        let error = try refusal()
        #expect(error.message.contains("is of another log"), "\(error)")
    }

    @Test(arguments: ["", "/checkpoint", "/checkpoint.pub"])
    func whatIsMissingOutsideStopsNobody(name: String) async throws {
        let (outside, _) = try await fixture.grow(by: 5, seed: Seed.value)
        try FileManager.default.removeItem(atPath: outside.directory + name)
        let store = try fixture.openAnchored()
        #expect(try store.reader.head().position == 6)
        try verify(store, outside: outside)
    }

    @Test func whoeverIsToFindOutOpensTheLogAllTheSame() async throws {
        let (outside, _, _) = try await fixture.loseTail()
        let reader = try fixture.openAnchoredReader(checkingHeads: false)
        let verifier = LogVerifier(reader, outside: outside)
        #expect(try verifier.verify().problems.map(\.position) == [62])
    }

    @Test func theStandardDirectoryKeepsItsHeadsWhereTheEnvironmentSays() {
        let set = DataDirectory.standard("/d", environment: ["DR_CHECKPOINT_DIR": "/c"])
        #expect(set.outside(logID: "5a")?.directory == "/c/5a")
        let home = DataDirectory.standard(nil, environment: ["DR_DATA": "/d", "HOME": "/h"])
        #expect(home.outside(logID: "5a")?.directory == "/h/.local/state/dr-testing/5a")
        #expect(DataDirectory.standard("/d", environment: [:]).outside(logID: "5a") == nil)
        #expect(DataDirectory("/d").outside(logID: "5a") == nil)
    }

    /// Neither a reader nor a store opens the log, and nothing in it is changed.
    private func refusal() throws -> EventLogError {
        let before = try fixture.withRawLog { try $0.entries(of: "meta").map(\.value) }
        let writing = #expect(throws: EventLogError.self) { try fixture.openAnchored() }
        let reading = #expect(throws: EventLogError.self) { try fixture.openAnchoredReader() }
        #expect([writing?.code, reading?.code] == [.headsDiffer, .headsDiffer])
        let after = try fixture.withRawLog { try $0.entries(of: "meta").map(\.value) }
        #expect(after == before)
        return try #require(reading)
    }
}

extension CheckpointSigner {
    /// The secret key of a log, from its file.
    static func secretKey(in directory: DataDirectory) throws -> NoteSigningKey {
        try NoteSigningKey(secretText: text(ofFile: keyFile(in: directory)).filter { $0 != "\n" })
    }
}
