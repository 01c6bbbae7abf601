import Foundation
import Testing

/// The reference compiler of protobuf, which must be installed.
enum Protoc {
    /// What it reads in a stored value, as text.
    static func decode(_ record: [UInt8]) throws -> String {
        let output = try run("--decode=dr_testing.v1.Record", input: Data(record))
        return String(decoding: output, as: UTF8.self)
    }

    static func encode(_ text: String) throws -> [UInt8] {
        Array(try run("--encode=dr_testing.v1.Record", input: Data(text.utf8)))
    }

    private static func run(_ option: String, input: Data) throws -> Data {
        // From a file: writing to a pipe that nobody reads would end the tests with SIGPIPE.
        let file = FileManager.default.temporaryDirectory
            .appending(path: "dr-testing-protoc-\(UUID().uuidString)")
        try input.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let standardOutput = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["protoc", "-I", ProtoFile.folder.path, option, "events.proto"]
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = standardOutput
        try process.run()
        let output = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "protoc failed; it must be installed")
        return output
    }
}
