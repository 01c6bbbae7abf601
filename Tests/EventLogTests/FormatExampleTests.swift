import Foundation
import LMDB
import Merkle
import Testing
import Wire

@testable import EventLog

/// The log that the page on the format shows is the one that the program writes.
struct FormatExampleTests {
    private let fixture = Fixture()
    private let page: FormatPage

    init() throws { page = try FormatPage() }

    @Test(arguments: RawLog.databaseNames)
    func thePageShowsEveryRow(of database: String) async throws {
        try await buildExample()
        let shown = try page.rows(of: database)
        let entries = try fixture.withRawLog { try $0.entries(of: database) }
        #expect(shown.count == entries.count)
        for (key, value) in entries {
            #expect(shown[key.storedBytes] == value, "\(database) \(key)")
        }
    }

    @Test func thePageComputesTheHashes() throws {
        let values = try shownValues()
        let leaves = values.map { MerkleHash.leaf($0) }
        let left = MerkleHash.node(leaves[0], leaves[1])
        let right = MerkleHash.node(leaves[2], leaves[3])
        let expected = leaves + [left, .node(left, leaves[2]), right, .node(left, right)]
        let shown = try page.block("\(leaves[0])").map { $0.components(separatedBy: "  ")[0] }
        #expect(shown == expected.map(\.description))
    }

    @Test func thePageShowsTheKey() throws {
        let key = try exampleKey()
        let shown = try page.block("PRIVATE+KEY")
        #expect(shown == [key.secretText, "\(key.verificationKey)"])
    }

    @Test func thePageShowsTheProofOfAnEvent() async throws {
        try await buildExample()
        let proof = try fixture.openReader().logProof(of: 2)
        #expect(try page.content(ofBlock: "c2sp.org/tlog-proof") == proof.encoded)
        let key = try exampleKey().verificationKey
        #expect(try proof.proves(shownValues()[1], signedBy: [key]))
    }

    @Test func thePageShowsASegment() async throws {
        let values = Array(try shownValues().prefix(3))
        let root = definedRoot(values.map { MerkleHash.leaf($0) }[...])
        let segment = SegmentFile(logID: Self.logID, first: 1, root: root, values: values)
        var shown: [UInt8] = []
        for line in try page.block("segment").dropFirst() {
            let position = Int(line.filter(\.isNumber))
            if line.hasPrefix("(the value of position "), let position {
                shown += values[position - 1]
            } else {
                shown += page.bytes(line)
            }
        }
        #expect(shown == segment.encoded)
        let archive = ArchiveTransfer(
            store: FaultyArchive(), logID: Hexadecimal.encode(Self.logID))
        let object = try await archive.put(segment)
        #expect(try page.block("000102") == [object.name])
    }

    @Test(.enabled(if: Python.isThere, "make prepares the Python environment."))
    func pythonComputesTheLastHashOfThePage() async throws {
        try await buildExample()
        let root = try #require(try page.block("\(MerkleHash.leaf(shownValues()[0]))").last)
        let bytes = Data(Hexadecimal.decode(root.prefix(64)) ?? [])
        let result = try Python.verify(fixture.directory)
        #expect(result.output == "4 \(bytes.base64EncodedString())\n")
        #expect(result.status == 0)
    }

    /// The events of the page, in the order of their positions.
    private func shownValues() throws -> [[UInt8]] {
        try page.rows(of: "events").sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map(\.value)
    }

    // MARK: The example

    private static let logID = [UInt8](0..<16)
    private static let run = "01977420-dfe8-7000-8000-000000000002"

    private func exampleKey() throws -> NoteSigningKey {
        try NoteSigningKey(secretText: try #require(try page.block("PRIVATE+KEY").first))
    }

    /// When this returns, nothing is open.
    private func buildExample() async throws {
        let clock = TestClock()
        try makeLog(at: clock.wall)
        let store = try fixture.openStore(clock: clock.log)
        clock.advance(by: 1_000_000)
        _ = try await store.append(
            [
                event(Self.run, 20, isOnce: true) {
                    $0.string(Self.run, field: 1)
                    $0.string("An example", field: 2)
                },
                event("01977420-dfe8-7000-8000-000000000003", 21) {
                    $0.uint64(clock.wall, field: 1)
                    $0.uint64(1, field: 2)
                },
            ], to: "run/\(Self.run)", expecting: .noStream)
        _ = try await store.signCheckpoint(outside: nil)
        clock.set(by: -400_000)
        let last = event("01977420-de58-7000-8000-000000000004", 36) {
            $0.string("ada", field: 1)
            $0.string("enough", field: 2)
        }
        _ = try await store.append([last], to: "run/\(Self.run)", expecting: .exactly(2))
        try verify(store)
    }

    /// A new log has a random id and a random key.
    private func makeLog(at time: UInt64) throws {
        let directory = fixture.directory
        try directory.prepare()
        let key = try exampleKey()
        try DurableFile.write(key.secretText + "\n", to: CheckpointSigner.keyFile(in: directory))
        try DurableFile.write(
            "\(key.verificationKey)\n", to: directory.keys + "/checkpoint.pub")
        try FileManager.default.createDirectory(
            atPath: directory.log, withIntermediateDirectories: false)
        let log = try LogFile(makingIn: directory.log, mapSize: nil)
        try log.begin(
            logID: Self.logID, eventID: EventID("01977420-dc00-7000-8000-000000000001")!,
            time: time)
    }

    private func event(
        _ id: String, _ number: Int, isOnce: Bool = false, _ write: (inout WireWriter) -> Void
    ) -> NewEvent {
        var writer = WireWriter()
        write(&writer)
        return NewEvent(
            id: EventID(id)!, number: number, payload: writer.bytes, isOnce: isOnce)
    }
}

extension Key {
    fileprivate var storedBytes: [UInt8] {
        switch self {
        case .integer(let number): withUnsafeBytes(of: number) { Array($0) }
        case .bytes(let bytes): bytes
        }
    }
}
