#if canImport(Glibc)
    internal import Glibc
#endif

/// A copy of what the archive has got last of the views: with it they can be built without the
/// archive, after the beginning of the log has gone there.
///
/// It takes the place of the copy before only when it is whole and durable.
final class BaseCopy: Sendable {
    private let path: String
    private let descriptor: Int32

    private static func unfinished(_ path: String) -> String { path + ".tmp" }

    /// What a command that was killed has left is written over: one works at a time.
    init(in directory: DataDirectory) throws(EventLogError) {
        let unfinished = Self.unfinished(directory.base)
        let file = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if file < 0 { throw EventLogError.system(errno, "\(unfinished) cannot be written") }
        (path, descriptor) = (directory.base, file)
    }

    deinit { close(descriptor) }

    func append(_ bytes: [UInt8]) throws(EventLogError) {
        let problem = ArchiveFile.write(bytes, to: descriptor)
        if problem != 0 { throw failure(problem) }
    }

    func keep() throws(EventLogError) {
        if fsync(descriptor) != 0 { throw failure(errno) }
        try DurableFile.move(Self.unfinished(path), to: path)
    }

    /// A disk that is full gets its room back.
    private func failure(_ problem: Int32) -> EventLogError {
        unlink(Self.unfinished(path))
        return EventLogError.system(problem, "\(path) cannot be written")
    }
}
