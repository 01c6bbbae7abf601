import Foundation
import LMDB
import Merkle
import Testing

@testable import EventLog

/// A program that has nothing of ours, and reads the log with other software, finds the same.
@Suite(.enabled(if: Python.isThere, "make prepares the Python environment."))
struct PythonTests {
    private let fixture = Fixture()

    @Test(arguments: [1, 31, 300])
    func pythonComputesTheRootOfTheCheckpoint(events count: Int) async throws {
        // The store stays open: Python reads beside it, as another process.
        let store = try await fixture.openStore(withEvents: count)
        let signed = try await store.signCheckpoint(outside: nil)
        try expectSound(root: signed.checkpoint.root, size: signed.size)
        try verify(store)
    }

    @Test func pythonReadsALogOfAnEarlierVersion() throws {
        try fixture.copyEarlierLog()
        try expectSound(root: EarlierLog.root, size: EarlierLog.size)
    }

    // MARK: Damage

    @Test func pythonNamesAMissingPosition() async throws {
        try await buildSealedLog()
        try fixture.withRawLog { try $0.remove(.integer(100), from: "events") }
        try expectProblem("position 100: the event is missing")
    }

    @Test func pythonNamesAChangedEventAndFindsAnotherRoot() async throws {
        try await buildSealedLog()
        let root = try fixture.openReader().root(ofSize: 301)
        try fixture.withRawLog { log in
            try log.change(.integer(100), in: "events") { $0[$0.count - 1] ^= 1 }
        }
        try expectProblem("position 100: the stored hash of level 0 does not follow")
        let result = try Python.verify(fixture.directory)
        #expect(!result.output.contains(root.base64))
    }

    @Test(arguments: RawLog.databaseNames)
    func pythonFindsAChangedByte(in database: String) async throws {
        try await buildSealedLog()
        var random = SplitMix64(seed: Seed.value)
        let entries = try fixture.withRawLog { try $0.entries(of: database) }
        for (key, value) in entries.shuffled(using: &random).prefix(4) {
            var changed = value
            let index = Int.random(in: value.indices, using: &random)
            changed[index] ^= UInt8.random(in: 1...255, using: &random)
            try fixture.withRawLog { try $0.put(changed, for: key, in: database) }
            try expectProblem("", "\(database) \(key), byte \(index)")
            try fixture.withRawLog { try $0.put(value, for: key, in: database) }
        }
        try expectSound()
    }

    @Test(arguments: ["events", "streams", "appends", "once", "tiles"])
    func pythonFindsARowTooMany(in database: String) async throws {
        try await buildSealedLog()
        try fixture.withRawLog { log in
            let last = try #require(try log.entries(of: database).last)
            let key: Key =
                switch last.key {
                case .integer(let position): .integer(position + 1)
                case .bytes(let bytes): .bytes(Array(bytes.dropLast()) + [0xff])
                }
            try log.put(last.value, for: key, in: database)
        }
        try expectProblem("", database)
    }

    @Test func pythonFindsACutTailByTheCheckpointOutside() async throws {
        let (outside, _, _) = try await fixture.loseTail()
        try expectSound()
        try expectProblem("is over 101 events", options: ["--checkpoint", outside.file])
    }

    // MARK: Keys

    @Test func pythonFollowsTheKeysFromAnyOfThem() async throws {
        try await fixture.grow(by: 20, seed: Seed.value)
        let old = try publicKey(in: fixture.directory.keys)
        try await rotateKey()
        try await fixture.grow(by: 5, seed: Seed.value &+ 1)
        let new = try publicKey(in: fixture.directory.keys)
        for key in [old, new] { try expectSound(options: ["--key", key]) }
        let name = String(old.prefix { $0 != "+" })
        let stranger = NoteSigningKey(name: name).verificationKey
        try expectProblem("none of the keys of this log", options: ["--key", "\(stranger)"])
    }

    @Test func pythonTrustsNoKeyThatTheOneBeforeDidNotSignFor() async throws {
        try await fixture.grow(by: 5, seed: Seed.value)
        let old = try publicKey(in: fixture.directory.keys)
        try await rotateKey()
        let new = try publicKey(in: fixture.directory.keys)
        try fixture.withRawLog { log in
            try log.change(.bytes(UInt64(7).bigEndianBytes), in: "checkpoints") { stored in
                let note = String(decoding: stored, as: UTF8.self)
                let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
                // The new key signs first.
                stored = Array(lines[..<5].map { "\($0)\n" }.joined().utf8)
            }
        }
        try expectSound(options: ["--key", new])
        try expectProblem("position 7: no checkpoint", options: ["--key", old])
    }

    @Test func pythonKnowsWhatAReopenedLogHasLost() async throws {
        let (_, kept, lost) = try await fixture.loseTail()
        let old = try publicKey(in: fixture.directory.keys)
        try await reopen()
        try await fixture.grow(by: 100, seed: Seed.value &+ 2)
        let files = try [kept, lost].map { note in
            let file = "\(fixture.path)/\(note.text.utf8.count)-\(UUID().uuidString)"
            try note.encoded.write(toFile: file, atomically: false, encoding: .utf8)
            return file
        }
        try expectSound(options: ["--key", old, "--checkpoint", files[0]])
        try expectProblem(
            "of a part of the log that is lost", options: ["--checkpoint", files[1]])
    }

    // MARK: The archive

    @Test func pythonReadsWhatIsArchived() async throws {
        let folder = try await archiveRuns()
        let root = try fixture.openReader().root(ofSize: 65)
        try expectSound(root: root, size: 65, options: ["--archive", folder])
        let without = try Python.verify(fixture.directory)
        #expect(
            without.output == "of archived events up to 64, the stored hashes were taken\n"
                + "65 \(root.base64)\n")
        #expect(without.status == 0)
    }

    @Test func pythonFindsAChangedArchive() async throws {
        let folder = try await archiveRuns()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let segment = try #require(names.first { $0.hasSuffix(".segment") })
        let file = URL(filePath: "\(folder)/\(segment)")
        var bytes = Array(try Data(contentsOf: file))
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: file)
        try expectProblem(
            "is not what was put into the archive", options: ["--archive", folder])
    }

    @Test func pythonMissesAnEventThatShouldHaveStayed() async throws {
        _ = try await archiveRuns()
        try fixture.withRawLog { try $0.remove(.integer(1), from: "events") }
        try expectProblem("does not continue its stream")
    }

    // MARK: What the tests work with

    /// - Parameter root: whatever it is, if none is given.
    private func expectSound(
        root: MerkleHash? = nil, size: UInt64 = 0, options: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result = try Python.verify(fixture.directory, options)
        let lines = result.output.split(separator: "\n")
        #expect(result.status == 0, "\(result.output)", sourceLocation: sourceLocation)
        #expect(lines.count == 1, "\(result.output)", sourceLocation: sourceLocation)
        if let root {
            #expect(
                result.output == "\(size) \(root.base64)\n", sourceLocation: sourceLocation)
        }
    }

    private func expectProblem(
        _ problem: String, _ note: String = "", options: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result = try Python.verify(fixture.directory, options)
        let comment = "\(note)\n\(result.output)\nseed \(Seed.value)"
        #expect(result.status == 1, "\(comment)", sourceLocation: sourceLocation)
        #expect(
            problem.isEmpty || result.output.contains(problem), "\(comment)",
            sourceLocation: sourceLocation)
        #expect(
            !result.output.contains("Traceback"), "\(comment)", sourceLocation: sourceLocation)
    }

    private func buildSealedLog() async throws {
        try await fixture.buildSealedLog()
        // Until it is closed.
        try fixture.withRawLog { _ in }
    }

    private func rotateKey() async throws {
        let store = try fixture.openAnchored()
        _ = try await store.rotateKey(reason: "yearly", by: "ada")
    }

    private func reopen() async throws {
        let store = try fixture.openAnchored(checkingHeads: false)
        _ = try await store.reopen(reason: "the disk burnt", by: "ada")
    }

    /// - Returns: the folder of the archive, with the first 64 events.
    private func archiveRuns() async throws -> String {
        let store = try await fixture.openStoreWithRuns()
        _ = try await store.signCheckpoint(outside: nil)
        let folder = fixture.path + "/archive"
        try await store.archive(before: .max, to: DirectoryArchive(folder))
        return folder
    }
}

extension MerkleHash {
    fileprivate var base64: String { Data(bytes).base64EncodedString() }
}

enum Python {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    private static let script = folder.path + "/verify_log.py"
    private static let interpreter =
        folder.deletingLastPathComponent().deletingLastPathComponent().path
        + "/.venv/bin/python3"

    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: interpreter) }

    static func verify(
        _ directory: DataDirectory, _ options: [String] = []
    ) throws -> (output: String, status: Int32) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: interpreter)
        process.arguments = [script, directory.path] + options
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: bytes, as: UTF8.self), process.terminationStatus)
    }
}
