import Foundation
import Testing

@testable import EventLog

#if canImport(Glibc)
    import Glibc
#endif

/// A running `log-appender`, perhaps inside of a program that watches or limits it.
///
/// Its output goes to files, so that no pipe can fill up and nothing is lost with a killed process.
final class Appender: Sendable {
    struct Acknowledgement: Sendable {
        let position: UInt64
        let microseconds: Int
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What it prints, and so what it has acknowledged.
    let output: String
    private let complaintFile: String
    private let process: Process

    /// - Parameters:
    ///   - wrapper: the command that is given the appender's command: by name, with its arguments.
    init(_ arguments: [String], beside directory: DataDirectory, in wrapper: [String] = []) throws {
        let folder = directory.path + "-out"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let name = "\(folder)/\(UUID().uuidString.prefix(13))"
        (output, complaintFile) = (name + ".out", name + ".err")
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = wrapper + [Self.program] + arguments
        let files = try (Self.newFile(output), Self.newFile(complaintFile))
        (process.standardOutput, process.standardError) = files
        // They are the process's now. Left to themselves, they would be open here for ever.
        defer {
            try? files.0.close()
            try? files.1.close()
        }
        try process.run()
    }

    /// Appends so many events, or batches of them, to a stream.
    convenience init(
        _ directory: DataDirectory, _ stream: String, _ count: Int, _ options: [String] = [],
        in wrapper: [String] = []
    ) throws {
        try self.init(
            ["append", directory.path, stream, "\(count)"] + options, beside: directory,
            in: wrapper)
    }

    private static let program: String = {
        let binary = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return binary.deletingLastPathComponent().path + "/log-appender"
    }()

    private static func newFile(_ path: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return try FileHandle(forWritingTo: URL(filePath: path))
    }

    var isRunning: Bool { process.isRunning }

    /// The exit code; the number of the signal that ended it, made negative. Only after its end.
    var status: Int32 {
        let isSignal = process.terminationReason == .uncaughtSignal
        return isSignal ? -process.terminationStatus : process.terminationStatus
    }

    /// What it complained about: a line for each failure that it tried to mend.
    var complaints: [String] { lines(complaintFile) }

    /// What it printed, in whole lines.
    var printed: [String] { lines(output) }

    /// Its own number, also where something else was started that started it.
    func pid() async throws -> pid_t {
        while true {
            let line = printed.first { $0.hasPrefix("pid ") }
            if let line, let pid = pid_t(line.dropFirst(4)) { return pid }
            try #require(isRunning, "\(complaints)")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func kill() { Glibc.kill(process.processIdentifier, SIGKILL) }

    func waitForFirst() async throws {
        while acknowledgements.isEmpty {
            try #require(isRunning, "\(complaints)")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Waits for its end. What takes longer is killed, and an error.
    @discardableResult
    func finish(within limit: Duration = .seconds(120)) async throws -> [Acknowledgement] {
        let deadline = ContinuousClock.now + limit
        while isRunning {
            if ContinuousClock.now > deadline {
                kill()
                throw Failure(description: "no end within \(limit): \(complaints)")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        return acknowledgements
    }

    var acknowledgements: [Acknowledgement] {
        printed.compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count == 4, fields[0] == "acked", let position = UInt64(fields[1]),
                let microseconds = Int(fields[2])
            else { return nil }
            return Acknowledgement(position: position, microseconds: microseconds)
        }
    }

    private func lines(_ file: String) -> [String] {
        let text = String(
            decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
            String($0)
        }
    }
}

extension Fixture {
    /// Checks the log, and that all that these appenders have acknowledged is in it, and once.
    func expectKept(
        _ appenders: [Appender], outside: String? = nil, _ note: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let acked = path + "/acked"
        let lines = appenders.flatMap(\.printed).map { $0 + "\n" }.joined()
        try lines.write(toFile: acked, atomically: false, encoding: .utf8)
        let options = outside.map { ["--outside", $0] } ?? []
        let check = try Appender(
            ["check", directory.path, acked] + options, beside: directory)
        try await check.finish()
        let text = (check.printed + check.complaints).joined(separator: "\n")
        #expect(
            check.status == 0, "\(note)\n\(text)\nseed \(Seed.value)",
            sourceLocation: sourceLocation)
    }
}
