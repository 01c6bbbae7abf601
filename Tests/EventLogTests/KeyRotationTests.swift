import Foundation
import LMDB
import Merkle
import Testing

@testable import EventLog

/// The key of the checkpoints is replaced.
struct KeyRotationTests {
    private let fixture = Fixture()

    @Test func bothKeysSignTheHeadThatEndsWithTheRotation() async throws {
        let (outside, _) = try await fixture.grow(by: 20, seed: Seed.value)
        let old = try verificationKey(in: outside.directory)
        let store = try fixture.openAnchored()
        let signed = try await store.rotateKey(reason: "yearly", by: "ada")
        let new = try verificationKey(in: fixture.directory.keys)
        #expect(signed.outsideProblem == nil)
        #expect(signed.size == 22)
        #expect(old != new)
        for key in [old, new] { #expect(try signed.note.verify(with: [key]).count == 1) }
        #expect(try store.reader.lastCheckpoint() == signed.note)
        #expect(outside.text == signed.note.encoded)
        #expect(try verificationKey(in: outside.directory) == new)
        let event = try #require(try store.reader.events(from: 22).first)
        let said = try KeyRotated(payload: event.record.payload)
        #expect(event.record.number == 18)
        let expected = KeyRotated(
            oldKey: "\(old)", newKey: "\(new)", reason: "yearly", by: "ada")
        #expect(said == expected)
        try verify(store, outside: outside)
    }

    @Test func theOldPublicKeyStays() async throws {
        try await fixture.grow(by: 5, seed: Seed.value)
        let old = try publicKey(in: fixture.directory.keys)
        try await rotate()
        let folder = fixture.directory.keys
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasPrefix("checkpoint-") }
        #expect(kept.count == 1)
        #expect(try kept.map { try text(ofFile: "\(folder)/\($0)") } == [old + "\n"])
    }

    @Test(arguments: [0, 1, 2])
    func whoeverTrustsAKeyOfTheLogTrustsAllItsCheckpoints(trusted: Int) async throws {
        var keys: [NoteVerificationKey] = []
        for round in 0..<3 {
            if round > 0 { try await rotate() }
            try await fixture.grow(by: 10, seed: Seed.value &+ UInt64(round))
            keys.append(try verificationKey(in: fixture.directory.keys))
        }
        let reader = try fixture.openAnchoredReader()
        let seal = try checkSeal(of: reader, trust: .init(key: keys[trusted]))
        #expect(seal.report.problems == [])
        #expect(seal.report.sealedSize == 33)
        #expect(seal.report.checkpoints == 5)
        #expect(seal.findings.keyChanges == 2)
    }

    @Test func aKeyThatTheLogNeverHadIsRefused() async throws {
        try await fixture.grow(by: 5, seed: Seed.value)
        try await rotate()
        let reader = try fixture.openAnchoredReader()
        let stranger = NoteSigningKey(name: reader.origin).verificationKey
        let seal = try checkSeal(of: reader, trust: .init(key: stranger))
        #expect(!seal.report.isClean)
        #expect(seal.report.sealedSize == 0)
    }

    /// Somebody who has only the new key cannot make those trust it who know the old one.
    @Test func aRotationThatTheOldKeyDidNotSignIsFound() async throws {
        try await fixture.grow(by: 5, seed: Seed.value)
        let old = try verificationKey(in: fixture.directory.keys)
        try await rotate()
        try dropSignature(by: old, ofSize: 7)
        let reader = try fixture.openAnchoredReader()
        let seal = try checkSeal(of: reader, trust: .init(key: old))
        #expect(seal.report.problems.map(\.position) == [7])
        let new = try verificationKey(in: fixture.directory.keys)
        #expect(try checkSeal(of: reader, trust: .init(key: new)).report.problems == [])
    }

    private func dropSignature(by key: NoteVerificationKey, ofSize size: UInt64) throws {
        try fixture.withRawLog { log in
            let row = Key.bytes(size.bigEndianBytes)
            let stored = try #require(try log.value(for: row, in: "checkpoints"))
            let note = try SignedNote(parsing: String(decoding: stored, as: UTF8.self))
            let others = note.signatures.filter { $0.keyID != key.keyID }
            try #require(others.count == 1)
            let changed = SignedNote(text: note.text, signatures: others)
            try log.put(Array(changed.encoded.utf8), for: row, in: "checkpoints")
        }
    }

    /// Then the event itself is there to learn it from.
    @Test func aRotationIsFollowedAlsoWithoutTheNoteOfIt() async throws {
        try await fixture.grow(by: 5, seed: Seed.value)
        try await rotate()
        try fixture.withRawLog { log in
            let rows = try log.entries(of: "meta").filter { entry in
                guard case .bytes(let key) = entry.key else { return false }
                return key.starts(with: Array("key/".utf8))
            }
            try #require(rows.count == 1)
            try log.remove(rows[0].key, from: "meta")
        }
        let reader = try fixture.openAnchoredReader()
        #expect(try checkSeal(of: reader).report.problems == [])
    }

    @Test func signingTheHeadAgainKeepsWhatTheOldKeySigned() async throws {
        let (outside, _) = try await fixture.grow(by: 5, seed: Seed.value)
        let store = try fixture.openAnchored()
        let rotated = try await store.rotateKey(reason: "yearly", by: "ada")
        let again = try await store.signCheckpoint(outside: outside)
        #expect(again.note == rotated.note)
        try verify(store, outside: outside)
    }

    /// The power failed after the log had named the new key, and before it was in its place.
    @Test func anInterruptedRotationIsEndedByTheNextSignature() async throws {
        let (outside, _) = try await fixture.grow(by: 5, seed: Seed.value)
        let folder = fixture.directory.keys
        let before = try ["key", "pub"].map { try text(ofFile: "\(folder)/checkpoint.\($0)") }
        try await rotate()
        let (key, new) = ("\(folder)/checkpoint.key", try verificationKey(in: folder))
        try FileManager.default.moveItem(atPath: key, toPath: "\(folder)/checkpoint.next.key")
        for (name, content) in zip(["key", "pub"], before) {
            try content.write(
                toFile: "\(folder)/checkpoint.\(name)", atomically: false, encoding: .utf8)
        }
        let (_, signed) = try await fixture.grow(by: 5, seed: Seed.value &+ 1)
        #expect(try signed.note.verify(with: [new]).count == 1)
        #expect(try verificationKey(in: folder) == new)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/checkpoint.next.key"))
        #expect(outside.text == signed.note.encoded)
    }

    /// The power failed before the log named the new key.
    @Test func aRotationThatDidNotHappenLeavesTheKeyAsItWas() async throws {
        try await fixture.grow(by: 5, seed: Seed.value)
        let folder = fixture.directory.keys
        let old = try verificationKey(in: folder)
        let next = "\(folder)/checkpoint.next.key"
        try NoteSigningKey(name: old.name).secretText
            .write(toFile: next, atomically: false, encoding: .utf8)
        let (_, signed) = try await fixture.grow(by: 5, seed: Seed.value &+ 1)
        #expect(try signed.note.verify(with: [old]).count == 1)
        #expect(!FileManager.default.fileExists(atPath: next))
    }

    /// It may be the only one left that the log names.
    @Test func aPreparedKeyThatCannotBeReadIsNotThrownAway() async throws {
        try await fixture.grow(by: 5, seed: Seed.value)
        let file = CheckpointSigner.keyFile(in: fixture.directory)
        let old = try text(ofFile: file)
        try await rotate()
        let next = fixture.directory.keys + "/checkpoint.next.key"
        try "spilt ink".write(toFile: next, atomically: false, encoding: .utf8)
        try old.write(toFile: file, atomically: false, encoding: .utf8)
        let store = try fixture.openAnchored()
        let code = try await refusal { try await store.signCheckpoint(outside: store.anchor) }
        #expect(code == .key)
        #expect(try text(ofFile: next) == "spilt ink")
        try verify(store, outside: store.anchor)
    }

    /// As when the keys of an older backup are put beside a newer log.
    @Test func aKeyThatTheLogReplacedSignsNothingMore() async throws {
        try await fixture.grow(by: 5, seed: Seed.value)
        let file = CheckpointSigner.keyFile(in: fixture.directory)
        let old = try text(ofFile: file)
        try await rotate()
        try old.write(toFile: file, atomically: false, encoding: .utf8)
        let store = try fixture.openAnchored()
        let code = try await refusal { try await store.signCheckpoint(outside: store.anchor) }
        #expect(code == .key)
        try verify(store, outside: store.anchor)
    }

    @Test func aNoteOfTheRotationThatWasChangedIsFound() async throws {
        try await fixture.grow(by: 5, seed: Seed.value)
        try await rotate()
        try fixture.withRawLog { log in
            for (key, value) in try log.entries(of: "meta") where value.count > 100 {
                try log.change(key, in: "meta") { $0[$0.count - 1] ^= 1 }
            }
        }
        let problems = try fixture.problems(outside: nil)
        #expect(problems.contains { $0.message.contains("change of its key") }, "\(problems)")
    }

    private func rotate() async throws {
        try await rotateOpen()
        try fixture.withRawLog { _ in }
    }

    private func rotateOpen() async throws {
        let store = try fixture.openAnchored()
        let signed = try await store.rotateKey(reason: "yearly", by: "ada")
        #expect(signed.outsideProblem == nil)
        try verify(store, outside: store.anchor)
    }
}
