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
        let result = try Python.verify(fixture.directory)
        let lines = signed.note.text.split(separator: "\n")
        #expect(result.output == "\(lines[1]) \(lines[2])\n")
        #expect(result.status == 0)
        try verify(store)
    }

    @Test func pythonNamesAMissingPosition() async throws {
        try await buildSealedLog()
        try fixture.withRawLog { try $0.remove(.integer(100), from: "events") }
        let result = try Python.verify(fixture.directory)
        #expect(result.output.contains("100"))
        #expect(result.status != 0)
    }

    @Test func pythonFindsAnotherRootAfterAChange() async throws {
        try await buildSealedLog()
        let root = try fixture.openReader().root(ofSize: 301)
        try fixture.withRawLog { log in
            try log.change(.integer(100), in: "events") { $0[$0.count - 1] ^= 1 }
        }
        let result = try Python.verify(fixture.directory)
        #expect(result.output.hasPrefix("301 "))
        #expect(!result.output.contains(Data(root.bytes).base64EncodedString()))
    }

    private func buildSealedLog() async throws {
        try await fixture.buildSealedLog()
        // Until it is closed.
        try fixture.withRawLog { _ in }
    }
}

private enum Python {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    private static let script = folder.path + "/verify_log.py"
    private static let interpreter =
        folder.deletingLastPathComponent().deletingLastPathComponent().path
        + "/.venv/bin/python3"

    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: interpreter) }

    static func verify(_ directory: DataDirectory) throws -> (output: String, status: Int32) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: interpreter)
        process.arguments = [script, directory.path]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: bytes, as: UTF8.self), process.terminationStatus)
    }
}
