#if canImport(Glibc)
    internal import Glibc
#endif

/// The queue of processes before LMDB's write lock, which by itself is unfair: beside one that
/// writes all the time, a single append could wait for most of a second.
///
/// The turn is held only until the write transaction has begun. The file names who began last.
final class Turnstile: Sendable {
    private let descriptor: Int32

    init(path: String) throws(EventLogError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw EventLogError.system(errno, "\(path) cannot be opened") }
    }

    deinit { close(descriptor) }

    /// Waits for the turn; blocks the thread.
    func enter() {
        while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
    }

    /// Waits for the turn, to keep it for more than the beginning of a transaction.
    ///
    /// - Throws: `.busy`, naming the holder, if it does not come in time.
    func enter(within limit: Duration) throws(EventLogError) {
        guard try FileLock.take(LOCK_EX, on: descriptor, within: limit) else {
            throw EventLogError(
                .busy,
                "the log was held by process \(holder) for too long; nothing was written")
        }
        writeName()
    }

    /// To be called when the write transaction has begun: from here on this process is the one that
    /// others wait for, and not while it waited itself.
    func leave() {
        writeName()
        flock(descriptor, LOCK_UN)
    }

    private func writeName() {
        let name = Array("\(getpid())\n".utf8)
        // Only for people to read: that it cannot be written must not stop the append.
        ftruncate(descriptor, 0)
        _ = name.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// The pid that began to write, or to make the log, last.
    var holder: String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let digits = buffer.prefix(max(count, 0)).prefix { $0 != 10 }
        return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
    }
}
