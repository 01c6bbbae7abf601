import Foundation
import Merkle
import Testing

@testable import EventLog

/// A drill that was recorded before a log could be archived, reopened or given another key.
enum EarlierLog {
    static let size: UInt64 = 207
    static let id = "b4484c480fceb09ae0473d0e7e719bb3"
    static let root = MerkleHash(
        Hexadecimal.decode("2cc402127c7a4cba66681a88bdc252ccdcd282e6948e3f6dfed9ba47bbef9e98")!)!

    fileprivate static let folder =
        URL(filePath: #filePath).deletingLastPathComponent().path + "/Samples/format-1"
}

extension Fixture {
    func copyEarlierLog() throws {
        try FileManager.default.copyItem(atPath: EarlierLog.folder, toPath: directory.path)
    }
}

/// What was written once can be read for ever.
struct EarlierLogTests {
    private let fixture = Fixture()

    init() throws { try fixture.copyEarlierLog() }

    @Test func anEarlierLogVerifies() throws {
        let reader = try fixture.openReader()
        let report = try LogVerifier(reader, outside: nil).verify()
        #expect(report.problems == [])
        #expect(report.head.position == EarlierLog.size)
        #expect(report.root == EarlierLog.root)
        #expect(report.checkpoints == 1)
        #expect(report.sealedSize == EarlierLog.size)
    }

    @Test func allEventsOfAnEarlierLogAreRead() throws {
        let reader = try fixture.openReader()
        let events = try reader.events(from: 1, limit: 1000)
        #expect(events.map(\.position) == Array(1...EarlierLog.size))
        #expect(events.first?.record.createdLogID == EarlierLog.id)
        let run = events[1].record
        #expect(run.isOnce && run.streamName == "run/\(run.id)")
        #expect(try reader.events(ofStream: run.streamName, limit: 1000) == Array(events[1...]))
        let values = try (1...EarlierLog.size).compactMap { try reader.storedValue(at: $0) }
        #expect(values == events.map(\.record.encoded))
    }

    @Test func anEarlierLogGoesOnWithAllThatCameLater() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        _ = try await store.append(make.events(60), to: "run/a", expecting: .noStream)
        _ = try await store.rotateKey(reason: "yearly", by: "ada")
        let proof = try store.reader.logProof(of: 2)
        let value = try #require(try store.reader.storedValue(at: 2))
        let key = try verificationKey(in: fixture.directory.keys)
        #expect(try proof.proves(value, signedBy: [key]))
        let segments = try await store.archiver(to: FaultyArchive())
            .archive(before: EarlierLog.size + 1)
        #expect(segments.map(\.range) == [1...EarlierLog.size])
        #expect(try store.reader.root(ofSize: EarlierLog.size) == EarlierLog.root)
        let report = try verify(store)
        #expect(report.checkpoints == 2)
        #expect(report.archivedSize == EarlierLog.size)
    }
}
