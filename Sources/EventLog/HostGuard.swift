#if canImport(Glibc)
    internal import Glibc
#endif

/// Keeps processes of a second PID namespace out of a data directory: LMDB knows its readers by
/// pid, and two processes with equal pids would break each other's snapshots.
///
/// While any process has the log open it shares a lock on `log.host`, which names the boot and
/// the namespace of all of them.
final class HostGuard: Sendable {
    private let descriptor: Int32

    init(_ directory: DataDirectory) throws(EventLogError) {
        descriptor = open(directory.host, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            throw EventLogError.system(errno, "\(directory.host) cannot be opened")
        }
        let identity = Array(Self.identity().utf8)
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
            ftruncate(descriptor, 0)
            pwrite(descriptor, identity, identity.count, 0)
        }
        flock(descriptor, LOCK_SH)
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let holder = Array(buffer.prefix(max(count, 0)))
        if holder != identity {
            close(descriptor)
            throw EventLogError(
                .unsafeLocation,
                "\(directory.path) is in use from another container or host namespace "
                    + "(\(String(decoding: holder, as: UTF8.self))); a log has one PID namespace"
            )
        }
    }

    /// - Returns: `nil` where the directory may not be written.
    static func ifWritable(_ directory: DataDirectory) throws(EventLogError) -> HostGuard? {
        do {
            return try HostGuard(directory)
        } catch {
            guard error.code == .readOnly else { throw error }
            return nil
        }
    }

    deinit { close(descriptor) }

    private static func identity() -> String {
        let boot = KernelFile.text("/proc/sys/kernel/random/boot_id").filter { $0 > " " }
        var status = stat()
        stat("/proc/self/ns/pid", &status)
        return "boot \(boot) pid-namespace \(status.st_ino)"
    }
}

extension EventLogError {
    static func system(_ number: Int32, _ message: String) -> EventLogError {
        let readOnly = number == EROFS || number == EACCES || number == EPERM
        return EventLogError(
            readOnly ? .readOnly : .writeFailed, "\(message): \(String(cString: strerror(number)))")
    }
}
