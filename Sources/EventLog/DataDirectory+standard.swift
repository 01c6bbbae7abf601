#if canImport(Glibc)
    internal import Glibc
#endif

extension DataDirectory {
    /// The directory given, else `DR_DATA`, else `dr-data` here, with its heads kept outside where
    /// the environment says.
    public static func standard(
        _ given: String?, environment: [String: String]
    ) -> DataDirectory {
        let named = environment["DR_DATA"].flatMap { $0.isEmpty ? nil : $0 }
        var directory = DataDirectory(given ?? named ?? "dr-data")
        directory.checkpoints = OutsideCheckpoints.standardFolder(environment: environment)
        return directory
    }

    /// - Throws: `.noLog` if nothing was ever recorded here; `.readOnly` if that may not be looked
    ///   at; `.damaged` if what was recorded is gone.
    public func requireLog() throws(EventLogError) {
        let file = log + "/data.mdb"
        var status = stat()
        if stat(file, &status) == 0 {
            if status.st_size > 0 { return }
        } else if errno != ENOENT && errno != ENOTDIR {
            throw EventLogError.system(errno, "\(file) cannot be read")
        }
        try checkNothingIsGone()
        throw EventLogError(.noLog, "\(path) has no event log yet")
    }

    /// - Throws: `.damaged` if what a log leaves is here: its key is made after the first event.
    func checkNothingIsGone() throws(EventLogError) {
        if access(keys + "/checkpoint.pub", F_OK) != 0 { return }
        throw EventLogError(
            .damaged,
            "\(log)/data.mdb is empty or not there, but the key of the log is: what was recorded "
                + "is gone. Put back a backup of \(path)")
    }
}
