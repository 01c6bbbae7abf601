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

    init(
        _ directory: DataDirectory, within limit: Duration = .seconds(30)
    ) throws(EventLogError) {
        let file = open(directory.host, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if file < 0 { throw EventLogError.system(errno, "\(directory.host) cannot be opened") }
        do throws(EventLogError) {
            try Self.join(file, of: directory, within: limit)
        } catch {
            close(file)
            throw error
        }
        descriptor = file
    }

    private static func join(
        _ file: Int32, of directory: DataDirectory, within limit: Duration
    ) throws(EventLogError) {
        let identity = Array(Self.identity().utf8)
        // Nobody has the log open. Where the same ones had it before, nothing has to be written:
        // a full disk can still be read.
        if flock(file, LOCK_EX | LOCK_NB) == 0, holder(of: file) != identity {
            try write(identity, to: file, directory.host)
        }
        guard try FileLock.take(LOCK_SH, on: file, within: limit) else {
            throw EventLogError(
                .busy, "another process stands still while it opens \(directory.path)")
        }
        let present = holder(of: file)
        if present == identity { return }
        throw EventLogError(
            .unsafeLocation,
            "\(directory.path) is in use from another container or host namespace "
                + "(\(String(decoding: present, as: UTF8.self))); a log has one PID namespace")
    }

    private static func holder(of file: Int32) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pread(file, &buffer, buffer.count, 0)
        return Array(buffer.prefix(max(count, 0)))
    }

    private static func write(
        _ identity: [UInt8], to file: Int32, _ path: String
    ) throws(EventLogError) {
        let count = pwrite(file, identity, identity.count, 0)
        if count != identity.count {
            // A part of it: there was no room for more.
            throw EventLogError.system(count < 0 ? errno : ENOSPC, "\(path) cannot be written")
        }
        if ftruncate(file, off_t(identity.count)) != 0 {
            throw EventLogError.system(errno, "\(path) cannot be written")
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
