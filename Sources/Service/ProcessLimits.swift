#if canImport(Glibc)
    internal import Glibc
#endif

/// What a program asks of the system at its start.
public enum ProcessLimits {
    /// Files are for their owner only, and there are connections for many at once: a drill keeps
    /// one for each call that hangs, a server one for each client that follows its events.
    public static func prepare() {
        umask(0o077)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
