#if canImport(Glibc)
    internal import Glibc
#endif

/// An exclusive lock on a file of its own, between processes.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    init(path: String) throws(EventLogError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw EventLogError.system(errno, "\(path) cannot be opened") }
        while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
    }

    borrowing func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}
