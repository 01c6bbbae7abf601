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

    /// - Throws: `.noLog` if nothing was ever recorded here.
    public func requireLog() throws(EventLogError) {
        if !hasLog { throw EventLogError(.noLog, "\(path) has no event log yet") }
    }
}
