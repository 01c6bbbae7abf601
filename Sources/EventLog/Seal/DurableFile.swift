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
        if descriptor < 0 { throw EventLogError.system(errno, "\(temporary) cannot be written") }
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let isFlushed = written == bytes.count && fsync(descriptor) == 0
        let problem = errno
        close(descriptor)
        guard isFlushed, rename(temporary, path) == 0 else {
            let number = isFlushed ? errno : problem
            unlink(temporary)
            throw EventLogError.system(number, "\(path) cannot be written")
        }
        try flushFolder(of: path)
    }

    /// Gives a finished file its name.
    static func move(_ path: String, to target: String) throws(EventLogError) {
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
        try flush(folder: String(path[..<path.lastIndex(of: "/")!]))
    }

    /// What a folder names is durable only when the folder is.
    static func flush(folder: String) throws(EventLogError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let isFlushed = descriptor >= 0 && fsync(descriptor) == 0
        let problem = errno
        close(descriptor)
        if !isFlushed { throw EventLogError.system(problem, "\(folder) cannot be flushed") }
    }
}
