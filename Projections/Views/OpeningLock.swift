#if canImport(Glibc)
    internal import Glibc
#endif

/// Lets one program at a time open the views of a folder.
enum OpeningLock {
    /// - Parameter folder: exists. Where it cannot be locked, `body` is run all the same.
    static func held<Value>(in folder: String, _ body: () throws -> Value) rethrows -> Value {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        if descriptor >= 0 { _ = flock(descriptor, LOCK_EX) }
        return try body()
    }
}
