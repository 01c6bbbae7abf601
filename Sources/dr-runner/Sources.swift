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
        guard let bytes = FileManager.default.contents(atPath: name) else {
            let known = BuiltinScenarios.all.map { "'\($0.name)'" }.joined(separator: ", ")
            throw RunnerError(
                .usage,
                "'\(name)' is neither a built-in scenario (\(known)) nor a file that can be read")
        }
        (text, file, id) = (String(decoding: bytes, as: UTF8.self), name, 0)
    }
}

enum TargetSource {
    static func read(_ file: String?) throws -> Target {
        guard let file else { return .embedded }
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw RunnerError(.usage, "target file '\(file)' cannot be read")
        }
        return try TargetReader.read(
            String(decoding: bytes, as: UTF8.self), file: file,
            environment: ProcessInfo.processInfo.environment)
    }
}

/// This program's own file, for the child that runs the queue.
enum ProgramPath {
    static var current: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
    }
}

/// What the process asks of the system before a drill.
enum ProcessLimits {
    /// Files are for their owner only, and a drill keeps a connection for each call that hangs.
    static func prepare() {
        umask(0o077)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
