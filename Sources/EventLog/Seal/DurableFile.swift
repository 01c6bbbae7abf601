#if canImport(Glibc)
    internal import Glibc
#endif

/// Replaces a file so that after a crash there is the old one or the new one, whole. Only its
/// owner may read it.
package enum DurableFile {
    static func write(_ text: String, to path: String) throws(EventLogError) {
        try write(Array(text.utf8), to: path)
    }

    package static func write(_ bytes: [UInt8], to path: String) throws(EventLogError) {
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw EventLogError.system(errno, "\(path) cannot be written") }
        var problem = fill(descriptor, with: bytes)
        close(descriptor)
        if problem == nil && rename(temporary, path) != 0 { problem = errno }
        if let problem {
            unlink(temporary)
            throw EventLogError.system(problem, "\(path) cannot be written")
        }
        try flushFolder(of: path)
    }

    /// Writes and flushes all bytes. A disk that fills up takes the first of them, and refuses only
    /// the next ones.
    ///
    /// - Returns: the number of the system's error; `nil` if there was none.
    private static func fill(_ descriptor: Int32, with bytes: [UInt8]) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = rest.dropFirst(count)
        }
        return fsync(descriptor) == 0 ? nil : errno
    }

    /// Gives a finished file, or a folder, its name.
    package static func move(_ path: String, to target: String) throws(EventLogError) {
        if rename(path, target) != 0 {
            throw EventLogError.system(errno, "\(target) cannot be written")
        }
        try flushFolder(of: target)
    }

    static func remove(_ path: String) throws(EventLogError) {
        if unlink(path) != 0 && errno != ENOENT {
            throw EventLogError.system(errno, "\(path) cannot be removed")
        }
        try flushFolder(of: path)
    }

    private static func flushFolder(of path: String) throws(EventLogError) {
        let folder = path[..<path.lastIndex(of: "/")!]
        try flush(folder: folder.isEmpty ? "/" : String(folder))
    }

    /// What a folder names is durable only when the folder is.
    package static func flush(folder: String) throws(EventLogError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let isFlushed = descriptor >= 0 && fsync(descriptor) == 0
        let problem = errno
        close(descriptor)
        if !isFlushed { throw EventLogError.system(problem, "\(folder) cannot be flushed") }
    }
}
