#if canImport(Glibc)
    internal import Glibc
#endif

/// An exclusive lock on a file of its own, between processes.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// - Throws: `.busy` if another process holds it for so long: it may stand still.
    init(path: String, within limit: Duration = .seconds(30)) throws(EventLogError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if file < 0 { throw EventLogError.system(errno, "\(path) cannot be opened") }
        do throws(EventLogError) {
            guard try Self.take(LOCK_EX, on: file, within: limit) else {
                throw EventLogError(
                    .busy, "another process holds \(path) for too long; nothing was written")
            }
        } catch {
            close(file)
            throw error
        }
        descriptor = file
    }

    borrowing func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }

    /// Waits for a lock on an open file, but not for ever: the kernel takes it from a process that
    /// died, not from one that stands still.
    ///
    /// - Parameter kind: `LOCK_EX` or `LOCK_SH`.
    /// - Returns: whether it came in time.
    static func take(
        _ kind: Int32, on file: Int32, within limit: Duration
    ) throws(EventLogError) -> Bool {
        let deadline = ContinuousClock.now + limit
        while flock(file, kind | LOCK_NB) != 0 {
            let problem = errno
            guard problem == EAGAIN || problem == EINTR else {
                throw EventLogError.system(problem, "a file of the log cannot be locked")
            }
            if ContinuousClock.now > deadline { return false }
            usleep(2000)
        }
        return true
    }
}
