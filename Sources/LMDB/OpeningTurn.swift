#if canImport(Glibc)
    internal import Glibc
#endif

/// Lets one process at a time open an environment.
///
/// Whoever opens a lock file that nobody uses makes it anew, and those who come meanwhile wait for
/// that on the file itself. If he is killed half-way, LMDB (0.9.24) lets them go on with what he
/// left: they take an old commit for the last one, and what they commit on top of it is lost. Here
/// they wait before they touch the file, and the first of them makes it anew.
struct OpeningTurn: ~Copyable {
    /// The kernel takes the turn from a process that died, not from one that stands still.
    private static let patience: Duration = .seconds(30)

    private let descriptor: Int32

    /// - Returns: `nil` if there is nothing yet to be opened, or nothing that others share: a link
    ///   stands beside a lock file of this process's own. What may not be read is told by LMDB.
    /// - Throws: `.system`: why there can be no turn; `EBUSY` if somebody else is opening it, and
    ///   does not come to an end.
    init?(folder: String, operation: String) throws(LMDBError) {
        // LMDB's own locks are on the other file.
        let file = open(folder + "/data.mdb", O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        if file < 0 {
            switch errno {
            case ENOENT, ELOOP, EACCES, EPERM: return nil
            // To go on without a turn might lose what others commit.
            case let problem: throw LMDBError(.system(problem), during: operation)
            }
        }
        let deadline = ContinuousClock.now + Self.patience
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            let problem = errno
            let mayCome = problem == EWOULDBLOCK || problem == EINTR
            if !mayCome || ContinuousClock.now > deadline {
                close(file)
                throw LMDBError(.system(mayCome ? EBUSY : problem), during: operation)
            }
            usleep(1000)
        }
        descriptor = file
    }

    deinit { close(descriptor) }
}
