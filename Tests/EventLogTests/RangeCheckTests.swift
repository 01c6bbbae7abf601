import LMDB
import Merkle
import Testing

@testable import EventLog

/// A range of a log that is hashed anew.
struct RangeCheckTests {
    private let fixture = Fixture()

    private struct Found {
        var root = MerkleHash.emptyTree
        var events: [RecordedEvent] = []
        var leaves: [MerkleHash] = []
    }

    /// What reading a range gives. The log is not open when this returns.
    private func verified(_ range: ClosedRange<UInt64>, treeSize size: UInt64) throws -> Found {
        let reader = try fixture.openReader()
        var found = Found()
        found.root = try reader.verifiedEvents(in: range, treeSize: size) { hashed in
            found.events += hashed.events
            found.leaves += hashed.leaves
        }
        return found
    }

    /// Hashed by the test, from what is stored.
    private func storedLeaves() throws -> [MerkleHash] {
        try fixture.withRawLog { try $0.entries(of: "events") }.map { .leaf($0.value) }
    }

    private func check(
        _ size: UInt64, _ root: MerkleHash
    ) throws -> TrustedCheckpoint? {
        try fixture.openReader().checkTree(ofSize: size, root: root)
    }

    /// Of more events than one thread reads at once, some of them large.
    private func buildLongLog() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        for number in 0..<3 {
            _ = try await store.append(make.events(2000), to: "run/\(number)", expecting: .noStream)
            if number == 2 { continue }
            _ = try await store.append(
                make.events(40, size: 60_000), to: "run/large", expecting: .any)
        }
        try verify(store)
    }

    // MARK: The tree

    @Test func theRootIsThatOfTheTreeWhereverTheRangeLies() async throws {
        try await buildLongLog()
        let leaves = try storedLeaves()
        let last = UInt64(leaves.count)
        try #require(last == 6081)
        let cases: [(ClosedRange<UInt64>, UInt64)] = [
            (1...last, last), (1...1, 1), (1...1, last), (last...last, last), (257...512, 512),
            (256...513, 1000), (300...4400, 4400), (300...4400, last), (2049...4096, 6000),
        ]
        for (range, size) in cases {
            let found = try verified(range, treeSize: size)
            let root = definedRoot(leaves.prefix(Int(size)))
            #expect(found.root == root, "\(range) of \(size), \(Seed.note)")
        }
    }

    @Test func everyEventIsHandedOverOnceWithItsLeaf() async throws {
        try await buildLongLog()
        let leaves = try storedLeaves()
        let found = try verified(100...6000, treeSize: 6081)
        #expect(found.events.map(\.position) == Array(100...6000))
        #expect(found.leaves[...] == leaves[99..<6000])
        let reader = try fixture.openReader()
        #expect(try reader.events(from: 100, limit: 50) == Array(found.events.prefix(50)))
    }

    @Test func whatIsNotWantedIsHashedAndNotHandedOver() async throws {
        let reader = try await fixture.openStoreWithRuns().reader
        var (events, leaves): ([RecordedEvent], [MerkleHash]) = ([], [])
        let root = try reader.verifiedEvents(in: 3...60, treeSize: 64, where: { $0 == 38 }) {
            events += $0.events
            leaves += $0.leaves
        }
        #expect(try reader.root(ofSize: 64) == root)
        // Runs a and b end there.
        #expect(events.map(\.position) == [21, 42])
        #expect(leaves == events.map { MerkleHash.leaf($0.record.encoded) })
    }

    @Test func aBodyThatFailsEndsTheReading() async throws {
        struct Enough: Error {}
        try await buildLongLog()
        let reader = try fixture.openReader()
        #expect(throws: Enough.self) {
            _ = try reader.verifiedEvents(in: 1...6081, treeSize: 6081) { _ in throw Enough() }
        }
    }

    // MARK: Damage

    @Test(arguments: [UInt64(150), 151, 200, 256, 257, 290])
    func aChangedByteIsFoundInTheRangeAndNotBeforeIt(position: UInt64) async throws {
        try await fixture.buildSealedLog()
        try fixture.withRawLog { log in
            try log.change(.integer(position), in: "events") { $0[$0.count - 1] ^= 1 }
        }
        let code = try await refusal { try verified(150...290, treeSize: 301) }
        #expect(code == .damaged)
        let after = try await refusal { try verified(position + 1...300, treeSize: 301) }
        #expect(after == nil)
    }

    @Test(arguments: [UInt64(150), 200, 290])
    func aMissingEventIsDamage(position: UInt64) async throws {
        try await fixture.buildSealedLog()
        try fixture.withRawLog { try $0.remove(.integer(position), from: "events") }
        let code = try await refusal { try verified(150...290, treeSize: 301) }
        #expect(code == .damaged)
    }

    /// 290 stands in the last chunk, which no stored hash of a higher level covers: there only the
    /// checkpoint can tell.
    @Test(arguments: [UInt64(100), 151, 290, 301])
    func anEventThatWasChangedTogetherWithItsHashGivesAnotherTree(position: UInt64) async throws {
        try await fixture.buildSealedLog()
        let root = definedRoot(try storedLeaves()[...])
        try fixture.withRawLog { try changeWithHash(position, in: $0) }
        let found = try verified(position...position, treeSize: 301)
        #expect(found.root != root)
        #expect(try await refusal { try check(301, found.root) } == .damaged)
    }

    private func changeWithHash(_ position: UInt64, in log: RawLog) throws {
        try log.change(.integer(position), in: "events") { $0[$0.count - 1] ^= 1 }
        let changed = try #require(try log.value(for: .integer(position), in: "events"))
        let (chunk, offset) = ((position - 1) / 32, Int((position - 1) % 32) * 32)
        try log.change(Tiles.key(level: 0, chunk: chunk), in: "tiles") {
            $0.replaceSubrange(offset..<offset + 32, with: MerkleHash.leaf(changed).bytes)
        }
    }

    @Test func whatLeftTheLogIsSaidToBeArchived() async throws {
        let archive = FaultyArchive()
        let store = try await fixture.openStoreWithRuns()
        let root = try store.reader.root(ofSize: 64)
        // Run a is at 2 to 21, run b at 23 to 42.
        let segment = try await store.archive(before: 23, to: archive)[0]
        let code = EventLogError.Code.archived(first: 1, last: 22, segment: segment.name)
        let early = try await refusal {
            try store.reader.verifiedEvents(in: 22...64, treeSize: 64) { _ in }
        }
        #expect(early == code)
        #expect(try store.reader.verifiedEvents(in: 23...64, treeSize: 64) { _ in } == root)
    }

    // MARK: The checkpoint

    @Test func aTreeAgreesWithTheCheckpointBeforeOrAfterIt() async throws {
        try await fixture.buildSealedLog()
        try await append(40)
        let leaves = try storedLeaves()
        let key = try verificationKey(in: fixture.directory.keys)
        for size in [1, 150, 151, 152, 300, 301, 302, 341] {
            let trusted = try check(UInt64(size), definedRoot(leaves.prefix(size)))
            #expect(trusted?.checkpoint.size == 301, "\(size)")
            #expect(trusted?.key == key)
        }
    }

    private func append(_ count: Int) async throws {
        let store = try fixture.openStore()
        var make = EventMaker(seed: Seed.value &+ 1)
        _ = try await store.append(make.events(count), to: "run/late", expecting: .noStream)
    }

    @Test func anotherRootIsDamage() async throws {
        try await fixture.buildSealedLog()
        let leaves = try storedLeaves()
        let other = definedRoot(leaves.prefix(199) + [leaves[0]])
        #expect(try await refusal { try check(200, other) } == .damaged)
    }

    @Test func aLogThatIsNotSealedHasNoCheckpoint() async throws {
        try await append(40)
        let root = definedRoot(try storedLeaves()[...])
        #expect(try check(41, root) == nil)
    }

    @Test func aCheckpointThatWasChangedIsDamage() async throws {
        try await fixture.buildSealedLog()
        let root = definedRoot(try storedLeaves()[...])
        try fixture.withRawLog { log in
            try log.change(.bytes(UInt64(301).bigEndianBytes), in: "checkpoints") {
                $0[$0.count - 4] ^= 1
            }
        }
        #expect(try await refusal { try check(301, root) } == .damaged)
    }

    @Test func aCheckpointIsTrustedAlsoAfterTheKeyWasReplaced() async throws {
        try await fixture.grow(by: 20, seed: Seed.value)
        try await rotate()
        try await fixture.grow(by: 20, seed: Seed.value &+ 1)
        let leaves = try storedLeaves()
        let key = try verificationKey(in: fixture.directory.keys)
        let reader = try fixture.openAnchoredReader()
        let trusted = try reader.checkTree(ofSize: 30, root: definedRoot(leaves.prefix(30)))
        #expect(trusted?.checkpoint.size == UInt64(leaves.count))
        #expect(trusted?.key == key)
    }

    private func rotate() async throws {
        try await rotateOpen()
        try fixture.withRawLog { _ in }
    }

    private func rotateOpen() async throws {
        let store = try fixture.openAnchored()
        _ = try await store.rotateKey(reason: "yearly", by: "ada")
    }
}
