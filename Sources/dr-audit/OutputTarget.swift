import ArgumentParser
import Foundation

/// Where a command writes what it makes: standard output, or a file that has its name only when it
/// is whole.
final class OutputTarget {
    private let path: String?
    private let handle: FileHandle
    /// What is renamed to the path at the end; `nil` where the path itself is written to.
    private let temporary: String?
    private var isFinished = false

    /// - Throws: exit code 64 if nothing can be written there.
    init(_ path: String?) throws {
        self.path = path
        guard let path else {
            handle = FileHandle.standardOutput
            temporary = nil
            return
        }
        // Devices and pipes are written to; a file is replaced as a whole.
        let temporary = try Self.isReplaced(path) ? "\(path).\(getpid()).partial" : nil
        if let temporary { _ = FileManager.default.createFile(atPath: temporary, contents: nil) }
        self.temporary = temporary
        do {
            handle = try FileHandle(forWritingTo: URL(filePath: temporary ?? path))
        } catch {
            throw Self.refusal(path, reason(for: error))
        }
    }

    private static func isReplaced(_ path: String) throws -> Bool {
        if path.isEmpty || path.hasSuffix("/") { throw refusal(path, "it names no file") }
        var status = stat()
        guard stat(path, &status) == 0 else { return true }
        if status.st_mode & S_IFMT == S_IFDIR { throw refusal(path, "it is a folder") }
        return status.st_mode & S_IFMT == S_IFREG
    }

    private static func refusal(_ path: String, _ reason: String) -> ExitCode {
        complain("--output '\(path)' cannot be written: \(reason)")
        return .usage
    }

    deinit {
        if let temporary, !isFinished { try? FileManager.default.removeItem(atPath: temporary) }
    }

    /// - Throws: exit code 70 if it cannot be written.
    func write(_ bytes: [UInt8]) throws {
        try orComplain { try handle.write(contentsOf: Data(bytes)) }
    }

    /// What was written is the whole.
    func finish() throws {
        guard let temporary, let path else { return }
        try orComplain {
            try handle.synchronize()
            try handle.close()
        }
        guard rename(temporary, path) == 0 else { throw failure(String(cString: strerror(errno))) }
        isFinished = true
    }

    private func orComplain(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw failure(reason(for: error))
        }
    }

    private func failure(_ reason: String) -> ExitCode {
        let place = path.map { "'\($0)'" } ?? "standard output"
        complain("\(place) cannot be written: \(reason)")
        return .internalError
    }
}
