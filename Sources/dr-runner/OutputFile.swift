import Engine
import Foundation
import Wire

/// A file that is written at the end of a run, and is seen to be writable before it.
struct OutputFile {
    private let path: String
    /// What the path was given with, for messages.
    private let option: String
    /// Devices and pipes are written to; a file is replaced as a whole.
    let isReplaced: Bool

    /// - Throws: `RunnerError` with `.usage` if nothing can be written there: better before the run
    ///   than after it.
    init(_ path: String, option: String) throws {
        (self.path, self.option) = (path, option)
        let refusal = { (reason: String) in
            RunnerError(.usage, "\(option) '\(path)' cannot be written: \(reason)")
        }
        if path.isEmpty || path.hasSuffix("/") { throw refusal("it names no file") }
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        var status = stat()
        if stat(path, &status) == 0 {
            let kind = status.st_mode & S_IFMT
            if kind == S_IFDIR { throw refusal("it is a folder") }
            isReplaced = kind == S_IFREG
        } else {
            isReplaced = true
        }
        let files = FileManager.default
        var isFolder = ObjCBool(false)
        guard files.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw refusal("there is no folder \(folder)")
        }
        guard files.isWritableFile(atPath: isReplaced ? folder : path) else {
            throw refusal("there is no right to write there")
        }
    }

    func write(_ text: String) throws {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: isReplaced ? .atomic : [])
        } catch {
            throw RunnerError(
                .internal, "\(option) '\(path)' cannot be written: \(reason(for: error))")
        }
    }
}
