import Foundation
import Merkle
import Testing
import Wire

@testable import EventLog

struct CheckpointTests {
    private let fixture = Fixture()

    @Test func aCheckpointSignsTheSizeAndTheRootOfTheHead() async throws {
        let store = try await fixture.openStore(withEvents: 40)
        let signed = try await store.signCheckpoint(outside: fixture.outside)
        let leaves = try store.reader.events(from: 1).map { MerkleHash.leaf($0.record.encoded) }
        #expect(signed.outsideProblem == nil)
        #expect(signed.checkpoint.origin.contains(store.reader.logID))
        #expect(signed.checkpoint.size == 41)
        #expect(signed.checkpoint.root == definedRoot(leaves[...]), Seed.note)
        #expect(try Checkpoint(parsing: signed.note.text) == signed.checkpoint)
        let report = try verify(store, outside: fixture.outside)
        #expect(report.checkpoints == 1)
        #expect(report.sealedSize == 41)
        #expect(report.outsideSize == 41)
    }

    @Test func theNoteIsKeptInTheLogAndOutsideWithItsPublicKey() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        let signed = try await store.signCheckpoint(outside: fixture.outside)
        #expect(try store.reader.lastCheckpoint() == signed.note)
        #expect(try text(ofFile: fixture.outside.file) == signed.note.encoded)
        for folder in [fixture.directory.keys, fixture.outside.directory] {
            let key = try NoteVerificationKey(publicKey(in: folder))
            #expect(key.name == store.reader.origin)
            #expect(try signed.note.verify(with: [key]).count == 1)
        }
        try verify(store, outside: fixture.outside)
    }

    @Test func signingTheSameHeadTwiceGivesTheSameText() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        let first = try await store.signCheckpoint(outside: fixture.outside)
        let second = try await store.signCheckpoint(outside: fixture.outside)
        #expect(first.note.text == second.note.text)
        let report = try verify(store, outside: fixture.outside)
        #expect(report.checkpoints == 1)
    }

    @Test func aLaterCheckpointReplacesTheOneOutside() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        _ = try await store.signCheckpoint(outside: fixture.outside)
        var make = EventMaker(seed: Seed.value &+ 1)
        _ = try await store.append(make.events(50), to: "run/b", expecting: .noStream)
        let later = try await store.signCheckpoint(outside: fixture.outside)
        #expect(later.checkpoint.size == 54)
        #expect(try text(ofFile: fixture.outside.file) == later.note.encoded)
        let report = try verify(store, outside: fixture.outside)
        #expect(report.checkpoints == 2)
    }

    /// As after a crash between the two copies.
    @Test func aCopyOutsideThatLagsIsNoProblem() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        _ = try await store.signCheckpoint(outside: fixture.outside)
        var make = EventMaker(seed: Seed.value &+ 1)
        _ = try await store.append(make.events(5), to: "run/b", expecting: .noStream)
        let second = try await store.signCheckpoint(outside: nil)
        #expect(second.outsideProblem != nil)
        let report = try verify(store, outside: fixture.outside)
        #expect(report.sealedSize == 9)
        #expect(report.outsideSize == 4)
    }

    @Test func aLogWithoutCheckpointsIsCleanAndUnsealed() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        let report = try verify(store, outside: fixture.outside)
        #expect([report.sealedSize, UInt64(report.checkpoints)] == [0, 0])
        #expect(report.outsideSize == nil)
    }

    @Test func aLogThatContradictsItsLastCheckpointIsNotSigned() async throws {
        try await buildSealed()
        try fixture.withRawLog { log in
            try log.change(Tiles.key(level: 0, chunk: 0), in: "tiles") { $0[32] ^= 1 }
        }
        let code = try await refusalOfSigning()
        #expect(code == .damaged)
        let notes = try fixture.withRawLog { try $0.entries(of: "checkpoints").count }
        #expect(notes == 1)
        #expect(try fixture.problems(outside: fixture.outside).isEmpty == false)
    }

    @Test func aLastCheckpointThatWasChangedStopsSigning() async throws {
        try await buildSealed()
        try fixture.withRawLog { log in
            let last = try #require(try log.entries(of: "checkpoints").last)
            // The first character of the origin.
            try log.change(last.key, in: "checkpoints") { $0[0] ^= 1 }
        }
        let code = try await refusalOfSigning()
        #expect(code == .damaged)
        #expect(try fixture.problems(outside: fixture.outside).isEmpty == false)
    }

    @Test(arguments: [nil, "", "PRIVATE+KEY+x"])
    func aSigningKeyThatCannotBeUsedIsSaidToBeTheProblem(content: String?) async throws {
        let store = try await fixture.openStore(withEvents: 1)
        let file = CheckpointSigner.keyFile(in: fixture.directory)
        if let content {
            try content.write(toFile: file, atomically: false, encoding: .utf8)
        } else {
            try FileManager.default.removeItem(atPath: file)
        }
        let code = try await refusal { try await store.signCheckpoint(outside: nil) }
        #expect(code == .key)
        try verify(store)
    }

    /// Another key would contradict what the log has signed.
    @Test func aLogThatLostItsKeyGetsNoOther() async throws {
        try await buildSealed()
        let folder = fixture.directory.keys
        let file = CheckpointSigner.keyFile(in: fixture.directory)
        let (key, known) = (try text(ofFile: file), try publicKey(in: folder))
        try FileManager.default.removeItem(atPath: file)
        let code = try await refusalOfSigning()
        #expect(code == .key)
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(try publicKey(in: folder) == known)
        try key.write(toFile: file, atomically: false, encoding: .utf8)
        let store = try fixture.openStore()
        var make = EventMaker(seed: Seed.value &+ 1)
        _ = try await store.append(make.events(5), to: "run/b", expecting: .noStream)
        let signed = try await store.signCheckpoint(outside: fixture.outside)
        #expect(signed.outsideProblem == nil)
        try verify(store, outside: fixture.outside)
    }

    @Test func aKeyOfAnotherLogIsSaidToBeTheProblem() async throws {
        try await buildSealed()
        let file = CheckpointSigner.keyFile(in: fixture.directory)
        let origin = try NoteVerificationKey(publicKey(in: fixture.directory.keys)).name
        try NoteSigningKey(name: origin).secretText
            .write(toFile: file, atomically: false, encoding: .utf8)
        let code = try await refusalOfSigning()
        #expect(code == .key)
    }

    private func buildSealed() async throws {
        let store = try await fixture.openStore(withEvents: 5)
        _ = try await store.signCheckpoint(outside: fixture.outside)
        try verify(store, outside: fixture.outside)
    }

    private func refusalOfSigning() async throws -> EventLogError.Code? {
        let store = try fixture.openStore()
        return try await refusal { try await store.signCheckpoint(outside: fixture.outside) }
    }
}

/// The public key of the checkpoints as its file has it, without the newline.
func publicKey(in folder: String) throws -> String {
    try text(ofFile: folder + "/checkpoint.pub").filter { $0 != "\n" }
}
