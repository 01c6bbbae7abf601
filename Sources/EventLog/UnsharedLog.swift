#if canImport(Glibc)
    internal import Glibc
#endif

/// A log whose lock file may not be written, as an auditor finds it: on a mount for reading, or as
/// another user than its owner.
///
/// LMDB then gets a lock file of this process's own, beside a link to the data. The owner sees no
/// such reader, and his next commit but one may reuse the pages under it. So what was read counts
/// only while the file holds the commit that it held at the opening.
final class UnsharedLog: Sendable {
    /// What LMDB opens in place of the log's folder.
    let folder: String
    private let data: String
    private let atOpening: Result<Commits, PageDamage>
    /// Keeps the folder's number from being given to another one after it was removed: LMDB's
    /// module knows open environments by it.
    private let descriptor: Int32

    /// - Parameter log: the folder of a log.
    /// - Returns: `nil` where the lock file can be shared with everybody else.
    static func ifNeeded(_ log: String) throws(EventLogError) -> UnsharedLog? {
        let lock = log + "/lock.mdb"
        // Looked at only: closing a descriptor of that file would drop LMDB's locks.
        let target = access(lock, F_OK) == 0 ? lock : log
        if access(target, W_OK) == 0 { return nil }
        let isForbidden = errno == EACCES || errno == EPERM || errno == EROFS
        return try isForbidden ? UnsharedLog(log) : nil
    }

    private init(_ log: String) throws(EventLogError) {
        data = log + "/data.mdb"
        atOpening = try Self.commits(of: data)
        folder = try Self.makeFolder()
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if symlink(data, folder + "/data.mdb") != 0 {
            throw EventLogError.system(errno, "\(folder)/data.mdb cannot be made")
        }
    }

    deinit {
        removeFolder()
        close(descriptor)
    }

    /// Takes the folder away once LMDB has opened what is in it, so that also a process that is
    /// killed leaves nothing behind.
    func removeFolder() {
        unlink(folder + "/data.mdb")
        unlink(folder + "/lock.mdb")
        rmdir(folder)
    }

    /// - Throws: `.busy` if the owner has committed something since the opening.
    func checkUnchanged() throws(EventLogError) {
        if try Self.commits(of: data) == atOpening { return }
        throw EventLogError(
            .busy,
            "\(data) is in use by its owner, and may only be read from here: what is read "
                + "meanwhile cannot be relied on. Ask for a backup of the data directory "
                + "(dr-audit backup)")
    }

    private static func commits(
        of path: String
    ) throws(EventLogError) -> Result<Commits, PageDamage> {
        let file = try PageFile(path: path, progress: {})
        return Result { () throws(PageDamage) in try file.commits() }
    }

    private static func makeFolder() throws(EventLogError) -> String {
        let parent = PrivateFolder.parent
        var status = statvfs()
        // The lock file is mapped and sparse: where no page is left, touching it would kill us.
        if statvfs(parent, &status) == 0, status.f_bavail * UInt(status.f_frsize) < 262_144 {
            throw EventLogError(.writeFailed, "\(parent) has no space for a lock file; set TMPDIR")
        }
        guard let path = PrivateFolder.make("dr-log", in: parent) else {
            throw EventLogError.system(
                errno, "no folder for a lock file can be made in \(parent); set TMPDIR")
        }
        return path
    }
}
