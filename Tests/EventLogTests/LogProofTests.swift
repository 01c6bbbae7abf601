import Merkle
import Testing
import Wire

@testable import EventLog

/// Proofs from a log on the disk.
struct LogProofTests {
    private let fixture = Fixture()

    @Test func proofsShowEventsToBeInTheTree() async throws {
        let store = try await fixture.openStore(withEvents: 600)
        let reader = store.reader
        let leaves = try reader.events(from: 1, limit: 700).map {
            MerkleHash.leaf($0.record.encoded)
        }
        try #require(leaves.count == 601)
        var random = SplitMix64(seed: Seed.value)
        for _ in 0..<100 {
            let size = UInt64.random(in: 1...601, using: &random)
            let position = UInt64.random(in: 1...size, using: &random)
            let root = definedRoot(leaves.prefix(Int(size)))
            let proof = try reader.inclusionProof(of: position, inTreeOfSize: size)
            let isIncluded = MerkleProof.isIncluded(
                leaves[Int(position) - 1], at: position - 1, inTreeOfSize: size, root: root,
                proof: proof)
            #expect(isIncluded, "position \(position) of \(size), seed \(Seed.value)")
            let path = try reader.consistencyProof(from: position, to: size)
            let isConsistent = MerkleProof.isConsistent(
                old: position, oldRoot: definedRoot(leaves.prefix(Int(position))), new: size,
                newRoot: root, proof: path)
            #expect(isConsistent, "from \(position) to \(size), seed \(Seed.value)")
        }
        try verify(store)
    }

    @Test func aLogProofIsCheckedWithThePublicKeyAlone() async throws {
        let store = try await fixture.openStore(withEvents: 40)
        _ = try await store.signCheckpoint(outside: nil)
        let file = try store.reader.logProof(of: 20).encoded
        let key = try verificationKey(in: fixture.directory.keys)

        let proof = try LogProof(parsing: file)
        let value = try #require(proof.extra)
        #expect(proof.index == 19)
        #expect(try value == store.reader.storedValue(at: 20))
        #expect(try proof.proves(value, signedBy: [key]))
        #expect(try !proof.proves(value + [0], signedBy: [key]))
        let other = NoteSigningKey(name: store.reader.origin).verificationKey
        #expect(throws: NoteError.self) { try proof.proves(value, signedBy: [other]) }
        try verify(store)
    }

    @Test func aProofIsUnderTheNewestCheckpoint() async throws {
        let store = try await fixture.openStore(withEvents: 10)
        _ = try await store.signCheckpoint(outside: nil)
        var make = EventMaker(seed: Seed.value &+ 1)
        _ = try await store.append(make.events(10), to: "run/b", expecting: .noStream)
        let newest = try await store.signCheckpoint(outside: nil)
        #expect(try store.reader.logProof(of: 3).checkpoint == newest.note.encoded)
        try verify(store)
    }

    @Test func anEventThatIsNotSealedYetHasNoProof() async throws {
        let store = try await fixture.openStore(withEvents: 10)
        let before = #expect(throws: EventLogError.self) { try store.reader.logProof(of: 3) }
        #expect(before?.code == .notSealed)
        _ = try await store.signCheckpoint(outside: nil)
        var make = EventMaker(seed: Seed.value &+ 1)
        _ = try await store.append(make.events(1), to: "run/b", expecting: .noStream)
        let after = #expect(throws: EventLogError.self) { try store.reader.logProof(of: 12) }
        #expect(after?.code == .notSealed)
        #expect(after?.message.contains("dr-audit checkpoint") == true)
        #expect(try store.reader.logProof(of: 11).index == 10)
        try verify(store)
    }

    @Test(arguments: [UInt64(0), 12, .max])
    func aPositionOutsideTheLogHasNoProof(position: UInt64) async throws {
        let store = try await fixture.openStore(withEvents: 10)
        _ = try await store.signCheckpoint(outside: nil)
        let error = #expect(throws: EventLogError.self) {
            try store.reader.logProof(of: position)
        }
        #expect(error?.code == .noEvent)
        #expect(try store.reader.storedValue(at: position) == nil)
        try verify(store)
    }
}
