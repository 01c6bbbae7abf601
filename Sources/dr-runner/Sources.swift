import Engine
import Foundation

/// A scenario's text and where it is from.
struct ScenarioSource {
    let text: String
    let file: String
    /// 1 to 6 for the built-in ones; 0 for files.
    let id: UInt64

    init(_ name: String) throws {
        if let entry = BuiltinScenarios.entry(named: name) {
            (text, file, id) = (entry.text, entry.name, entry.id)
            return
        }
        guard FileManager.default.fileExists(atPath: name) else {
            let known = BuiltinScenarios.all.map { "'\($0.name)'" }.joined(separator: ", ")
            throw RunnerError(
                .usage, "'\(name)' is neither a built-in scenario (\(known)) nor a file")
        }
        (text, file, id) = (try InputFile.text(of: name, as: "scenario file"), name, 0)
    }
}

enum TargetSource {
    static func read(_ file: String?) throws -> Target {
        guard let file else { return .embedded }
        return try TargetReader.read(
            try InputFile.text(of: file, as: "target file"), file: file,
            environment: ProcessInfo.processInfo.environment)
    }
}

/// What people hand over: a file, or a pipe, which has no size and can be read only once.
enum InputFile {
    /// No scenario and no target is larger, and a pipe may never end.
    private static let maximumBytes = 1 << 20

    static func text(of path: String, as kind: String) throws -> String {
        let bytes: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            bytes = try file.read(upToCount: maximumBytes + 1) ?? Data()
        } catch {
            throw RunnerError(.usage, "\(kind) '\(path)' cannot be read: \(reason(for: error))")
        }
        if bytes.count > maximumBytes {
            throw RunnerError(.usage, "\(kind) '\(path)' has more than 1 MiB")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// This program's own file, for the child that runs the queue.
enum ProgramPath {
    static var current: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
    }
}
