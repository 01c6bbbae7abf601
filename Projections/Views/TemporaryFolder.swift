internal import EventLog

#if canImport(Glibc)
    internal import Glibc
#endif

/// A folder of this process's own for views that need not outlive it. `ViewStore` removes it.
final class TemporaryFolder: Sendable {
    let path: String
    /// Keeps the folder's number from being given to another one after it was removed: LMDB's
    /// module knows open environments by it.
    private let descriptor: Int32

    /// - Parameter parent: in which it is made; `nil`: the one that `TMPDIR` names.
    /// - Returns: `nil` if none can be made there.
    init?(in parent: String? = nil) {
        let parent = parent ?? PrivateFolder.parent
        guard let path = PrivateFolder.make("dr-views", in: parent) else { return nil }
        self.path = path
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    deinit { close(descriptor) }

    /// Takes the folder away as soon as what is in it is open, so that also a process that is
    /// killed leaves nothing behind.
    func remove() {
        for file in ["data.mdb", "lock.mdb", "boot"] { unlink("\(path)/\(file)") }
        rmdir(path)
    }
}
