internal import CLMDB

#if canImport(Glibc)
    internal import Glibc
#endif

extension Environment {
    /// Writes the last commit to a new file, without free pages. When it returns, the file is
    /// durable; its name is when its folder is flushed.
    ///
    /// Writers go on meanwhile, but cannot use freed pages again: like a long read. Blocks.
    ///
    /// - Throws: `LMDBError`: `.system` if the file is there already or cannot be written; it is
    ///   then removed, if it was made here.
    public func copy(to path: String) throws(LMDBError) {
        let operation = "copy \(self.path) to \(path)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw LMDBError(.system(errno), during: operation) }
        var result = mdb_env_copyfd2(handle, descriptor, UInt32(MDB_CP_COMPACT))
        if result == 0 && fsync(descriptor) != 0 { result = errno }
        close(descriptor)
        if result != 0 { unlink(path) }
        try check(result, operation)
    }
}
