import LMDB
import Merkle
import Testing

@testable import EventLog

/// One value of a sealed log is changed on the disk.
struct TamperTests {
    private static let sampleSize = 12

    private let fixture = Fixture()

    @Test(arguments: RawLog.databaseNames)
    func aChangedByteIsFound(_ database: String) async throws {
        try await fixture.buildSealedLog()
        var random = SplitMix64(seed: Seed.value)
        let entries = try fixture.withRawLog { try $0.entries(of: database) }
        for (key, value) in entries.shuffled(using: &random).prefix(Self.sampleSize) {
            let changed = withOneByteChanged(value, of: key, using: &random)
            try fixture.withRawLog { try $0.put(changed, for: key, in: database) }
            let problems = try fixture.problems(outside: fixture.outside)
            #expect(!problems.isEmpty, "\(database) \(key), seed \(Seed.value)")
            if case .integer(let position) = key { check(problems, nameOnly: position) }
            try fixture.withRawLog { try $0.put(value, for: key, in: database) }
        }
        let rest = try fixture.problems(outside: fixture.outside)
        #expect(rest == [], "The changes were undone.")
    }

    /// Other problems follow from a changed event, but its hash differs at one position only.
    private func check(_ problems: [VerificationReport.Problem], nameOnly position: UInt64) {
        let differing = problems.filter { $0.message.contains("its hash in the tree differ") }
        #expect(differing.map(\.position) == [position], "\(problems), seed \(Seed.value)")
    }

    private func withOneByteChanged(
        _ value: [UInt8], of key: Key, using random: inout SplitMix64
    ) -> [UInt8] {
        var changed = value
        // Of the head's mark only the last byte: a head far away is a test of its own.
        let index =
            key == .name("last") ? value.count - 1 : Int.random(in: value.indices, using: &random)
        changed[index] ^= UInt8.random(in: 1...255, using: &random)
        return changed
    }

    @Test(arguments: [UInt64(1), 2, 150, 257, 300])
    func aRemovedEventIsNamed(position: UInt64) async throws {
        try await fixture.buildSealedLog()
        try fixture.withRawLog { try $0.remove(.integer(position), from: "events") }
        let problems = try fixture.problems(outside: fixture.outside)
        #expect(problems.first?.position == position, "\(problems)")
    }

    @Test(arguments: [UInt64(1), 5, 40])
    func eventsCutFromTheEndAreMissedFromTheFirstOfThem(count: UInt64) async throws {
        try await fixture.buildSealedLog()
        try fixture.withRawLog { log in
            for position in 301 - count + 1...301 {
                try log.remove(.integer(position), from: "events")
            }
        }
        let problems = try fixture.problems(outside: fixture.outside)
        #expect(problems.first?.position == 301 - count + 1, "\(problems)")
    }

    @Test func swappedEventsAreBothNamed() async throws {
        try await fixture.buildSealedLog()
        let (first, second) = (UInt64(40), UInt64(80))
        try fixture.withRawLog { log in
            let values = try [first, second].map {
                try #require(try log.value(for: .integer($0), in: "events"))
            }
            try log.put(values[1], for: .integer(first), in: "events")
            try log.put(values[0], for: .integer(second), in: "events")
        }
        let positions = try fixture.problems(outside: fixture.outside).map(\.position)
        #expect(positions.contains(first) && positions.contains(second))
    }

    /// Event 290 stands in the last chunk, which no stored hash of a higher level covers yet.
    @Test(arguments: [(UInt64(100), UInt64(151)), (290, 301)])
    func anEventChangedTogetherWithItsHashIsRevealedByTheCheckpoint(
        position: UInt64, sealedAt size: UInt64
    ) async throws {
        try await fixture.buildSealedLog()
        try fixture.withRawLog { try changeWithHash(position, in: $0) }
        let problems = try fixture.problems(outside: fixture.outside)
        let first = problems.first { $0.message.contains("has another root") }
        #expect(first?.position == size, "\(problems)")
        // The copy outside finds it too, when there is none inside.
        try fixture.withRawLog { log in
            for (key, _) in try log.entries(of: "checkpoints") {
                try log.remove(key, from: "checkpoints")
            }
        }
        let found = try fixture.problems(outside: fixture.outside).map(\.position)
        #expect(found.contains(301))
    }

    private func changeWithHash(_ position: UInt64, in log: RawLog) throws {
        try log.change(.integer(position), in: "events") { $0[$0.count - 1] ^= 1 }
        let changed = try #require(try log.value(for: .integer(position), in: "events"))
        let (chunk, offset) = ((position - 1) / 32, Int((position - 1) % 32) * 32)
        try log.change(Tiles.key(level: 0, chunk: chunk), in: "tiles") {
            $0.replaceSubrange(offset..<offset + 32, with: MerkleHash.leaf(changed).bytes)
        }
    }

    @Test(arguments: ["events", "streams", "appends", "once", "tiles"])
    func anEntryTooManyIsFound(_ database: String) async throws {
        try await fixture.buildSealedLog()
        try fixture.withRawLog { log in
            let last = try #require(try log.entries(of: database).last)
            let key: Key =
                switch last.key {
                case .integer(let position): .integer(position + 1)
                case .bytes(let bytes): .bytes(Array(bytes.dropLast()) + [0xff])
                }
            try log.put(last.value, for: key, in: database)
        }
        #expect(try fixture.problems(outside: fixture.outside).isEmpty == false)
    }
}
