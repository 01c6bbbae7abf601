import Foundation
import S3
import S3Sandbox
import Testing

/// What a client that is not ours says about the sandbox.
struct OutsideCheckTests {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    private static let repository = tests.deletingLastPathComponent().deletingLastPathComponent()
    private static let python = repository.path + "/.venv/bin/python"

    @Test(.timeLimit(.minutes(3)))
    func boto3FindsWhatItExpects() async throws {
        try #require(
            FileManager.default.isExecutableFile(atPath: Self.python), "'make test' installs it")
        let folder = try TemporaryFolder()
        try await withServer(on: folder) { _, server in
            let output = folder.path + "/output"
            let status = try await Self.run(
                [
                    "-B", Self.tests.path + "/outside_check.py", server.endpoint.description,
                    sandboxCredentials.accessKeyID, sandboxCredentials.secretAccessKey,
                ], output: output)
            let text = try String(contentsOfFile: output, encoding: .utf8)
            #expect(status == 0, "\(text)")
            #expect(text.hasSuffix("done\n"), "\(text)")
        }
    }

    /// The sandbox answers on the threads that tests run on: none may be blocked meanwhile.
    private static func run(_ arguments: [String], output: String) async throws -> Int32 {
        let process = Process()
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        let file = try FileHandle(forWritingTo: URL(filePath: output))
        process.executableURL = URL(filePath: python)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = file
        process.standardError = file
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}
