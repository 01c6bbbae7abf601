import Merkle
import Testing
import Wire

@testable import EventLog

/// Roots from the stored hashes, compared with the definition over the stored values.
struct RootTests {
    private let fixture = Fixture()

    @Test func everyRootUpTo600EqualsTheDefinition() async throws {
        func build() async throws {
            let store = try fixture.openStore()
            var make = EventMaker()
            for count in [1, 30, 32, 192, 1, 43, 300] {
                _ = try await store.append(make.events(count), to: "run/a", expecting: .any)
            }
            try verify(store)
        }
        try await build()
        let leaves = try fixture.withRawLog { try $0.entries(of: "events") }
            .map { MerkleHash.leaf($0.value) }
        try #require(leaves.count == 600)
        let reader = try fixture.openReader()
        for size in 0...600 {
            let root = try reader.root(ofSize: UInt64(size))
            #expect(root == definedRoot(leaves.prefix(size)), "size \(size), seed \(Seed.value)")
        }
    }

    @Test func theTreeGrowsOnFromTheStoredHashesAfterReopening() async throws {
        var (random, make) = (SplitMix64(seed: Seed.value), EventMaker())
        for _ in 0..<6 {
            let store = try fixture.openStore()
            for _ in 0..<4 {
                let events = make.events(Int.random(in: 1...40, using: &random))
                _ = try await store.append(events, to: "run/a", expecting: .any)
            }
            let leaves = try self.leaves(in: store)
            let root = try store.reader.root(ofSize: UInt64(leaves.count))
            #expect(root == definedRoot(leaves[...]), "size \(leaves.count), seed \(Seed.value)")
            try verify(store)
        }
    }

    /// At 8,192 events the hashes of level 8 fill their first chunk.
    @Test func theSecondChunkOfLevelEightBeginsAt8192Events() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        for count in [4096, 4000, 96, 300] {
            _ = try await store.append(make.events(count, size: 4), to: "run/a", expecting: .any)
        }
        let head = try store.reader.head().position
        try #require(head == 8493)
        var leaves: [MerkleHash] = []
        while leaves.count < Int(head) {
            let batch = try store.reader.events(from: UInt64(leaves.count) + 1, limit: 5000)
            leaves += batch.map { MerkleHash.leaf($0.record.encoded) }
        }
        for size in [8191, 8192, 8193, 8447, 8448, 8493] {
            let root = try store.reader.root(ofSize: UInt64(size))
            #expect(root == definedRoot(leaves.prefix(size)), "size \(size), seed \(Seed.value)")
        }
        try verify(store)
    }

    @Test func theReportNamesTheRootOfTheHead() async throws {
        let store = try await fixture.openStore(withEvents: 70)
        let report = try verify(store)
        let expected = definedRoot(try leaves(in: store)[...])
        #expect(report.root == expected, Seed.note)
        #expect(report.head.position == 71)
    }

    private func leaves(in store: EventStore) throws -> [MerkleHash] {
        try store.reader.events(from: 1).map { MerkleHash.leaf($0.record.encoded) }
    }
}
