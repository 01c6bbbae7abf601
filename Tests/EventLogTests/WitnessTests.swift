import Foundation
import LMDB
import Merkle
import Testing

@testable import EventLog

/// Witnesses sign under the checkpoints of a log.
struct WitnessTests {
    private static let witnesses = ["w1", "w2", "w3"].map { Witness(name: "witness.example/\($0)") }

    private let fixture = Fixture()

    @Test func whatAWitnessSignedIsKept() async throws {
        let store = try await fixture.openStore(withEvents: 5)
        let signed = try await store.signCheckpoint(outside: fixture.outside)
        let witness = Self.witnesses[0]
        let cosigned = try await store.addCosignatures(
            from: witness.cosign(signed.note, at: 5), by: [witness.key])
        #expect(cosigned.text == signed.note.text)
        #expect(try store.reader.lastCheckpoint() == cosigned)
        #expect(try cosigned.verify(with: [witness.key]).count == 1)
        // The proof of an event brings it along, and the next signature keeps it.
        #expect(try store.reader.logProof(of: 3).checkpoint == cosigned.encoded)
        let again = try await store.signCheckpoint(outside: fixture.outside)
        #expect(again.note == cosigned)
        #expect(fixture.outside.text == cosigned.encoded)
        try verify(store, outside: fixture.outside)
    }

    @Test func aWitnessThatSignsAgainReplacesWhatItSigned() async throws {
        let store = try await fixture.openStore(withEvents: 5)
        let note = try await store.signCheckpoint(outside: nil).note
        let witness = Self.witnesses[0]
        _ = try await store.addCosignatures(from: witness.cosign(note, at: 5), by: [witness.key])
        let later = try await store.addCosignatures(
            from: witness.cosign(note, at: 6), by: [witness.key])
        #expect(later.signatures.count == 2)
        let time = later.signatures.last.map { UInt64(bigEndianBytes: $0.bytes.prefix(8)) }
        #expect(time == 6)
        try verify(store)
    }

    @Test func whatNoKnownWitnessSignedIsRefused() async throws {
        let store = try await fixture.openStore(withEvents: 5)
        let note = try await store.signCheckpoint(outside: nil).note
        let (known, unknown) = (Self.witnesses[0], Self.witnesses[1])
        let cosigned = try unknown.cosign(note, at: 5)
        let code = try await refusal {
            try await store.addCosignatures(from: cosigned, by: [known.key])
        }
        #expect(code == .key)
        // The key of the log is no witness.
        let own = try verificationKey(in: fixture.directory.keys)
        let alone = try await refusal { try await store.addCosignatures(from: note, by: [own]) }
        #expect(alone == .key)
        #expect(try store.reader.lastCheckpoint() == note)
        try verify(store)
    }

    @Test func aCosignatureUnderAnotherTextIsRefused() async throws {
        let store = try await fixture.openStore(withEvents: 5)
        let signed = try await store.signCheckpoint(outside: nil)
        let witness = Self.witnesses[0]
        for size in [signed.size, signed.size + 1] {
            let other = Checkpoint(
                origin: signed.checkpoint.origin, size: size, root: .emptyTree)
            let cosigned = try witness.cosign(
                SignedNote(text: other.text, signatures: []), at: 5)
            let code = try await refusal {
                try await store.addCosignatures(from: cosigned, by: [witness.key])
            }
            #expect(code == .notSealed)
        }
        try verify(store)
    }

    @Test func theKeyOfTheLogIsNoWitness() async throws {
        let store = try await fixture.openStore(withEvents: 5)
        _ = try await store.signCheckpoint(outside: nil)
        let own = try verificationKey(in: fixture.directory.keys)
        let seal = try checkSeal(of: store.reader, trust: .init(witnesses: [own], quorum: 1))
        #expect(seal.findings.witnessedSize == nil)
        #expect(!seal.report.isClean)
        try verify(store)
    }

    /// What is kept outside is looked at only so far.
    @Test func aCosignatureThatMakesTheCheckpointTooLongIsRefused() async throws {
        let store = try await fixture.openStore(withEvents: 5)
        let note = try await store.signCheckpoint(outside: nil).note
        let witness = Witness(name: String(repeating: "w", count: 17_000))
        let cosigned = try witness.cosign(note, at: 5)
        let code = try await refusal {
            try await store.addCosignatures(from: cosigned, by: [witness.key])
        }
        #expect(code == .tooLarge)
        #expect(try store.reader.lastCheckpoint() == note)
        try verify(store)
    }

    @Test(arguments: [(1, true), (2, true), (3, false)])
    func aQuorumOfWitnessesIsAskedFor(quorum: Int, isMet: Bool) async throws {
        let store = try await fixture.openStore(withEvents: 5)
        var note = try await store.signCheckpoint(outside: nil).note
        for witness in Self.witnesses.prefix(2) {
            note = try await store.addCosignatures(
                from: witness.cosign(note, at: 5), by: [witness.key])
        }
        var make = EventMaker(seed: Seed.value &+ 1)
        _ = try await store.append(make.events(5), to: "run/b", expecting: .noStream)
        _ = try await store.signCheckpoint(outside: nil)
        // Named twice, a witness counts once.
        let keys = Self.witnesses.map(\.key) + Self.witnesses.prefix(1).map(\.key)
        let seal = try checkSeal(
            of: store.reader, trust: .init(witnesses: keys, quorum: quorum))
        #expect(seal.findings.witnessedSize == (isMet ? 6 : nil))
        #expect(seal.report.isClean == isMet, "\(seal.report.problems)")
        #expect(seal.report.sealedSize == 11)
    }
}

/// Somebody who has seen a checkpoint and says so.
private struct Witness {
    private let signer: NoteSigningKey

    init(name: String) {
        do {
            signer = try NoteSigningKey(name: name).forCosignatures(named: name)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    var key: NoteVerificationKey { signer.verificationKey }

    func cosign(_ note: SignedNote, at time: UInt64) throws -> SignedNote {
        var note = note
        note.add(try signer.sign(note.text, time: time))
        return note
    }
}
