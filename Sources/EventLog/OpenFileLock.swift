#if canImport(Glibc)
    internal import Glibc
#endif

/// Locks of the open file description, not of the process (fcntl(2)): closing some other descriptor
/// of the file does not drop them.
package enum OpenFileLock {
    // Swift's Glibc does not export the names.
    private static let get: Int32 = 36
    package static let set: Int32 = 37
    package static let setWaiting: Int32 = 38

    /// Whether a living process holds the lock of a file.
    package static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        if descriptor < 0 { return false }
        defer { close(descriptor) }
        var lock = flock(
            l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        return fcntl(descriptor, get, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }
}
