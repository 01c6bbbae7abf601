extension DataDirectory {
    /// The directory given, else `DR_DATA`, else `dr-data` here.
    public static func standard(
        _ given: String?, environment: [String: String]
    ) -> DataDirectory {
        let named = environment["DR_DATA"].flatMap { $0.isEmpty ? nil : $0 }
        return DataDirectory(given ?? named ?? "dr-data")
    }

    /// - Throws: `.noLog` if nothing was ever recorded here.
    public func requireLog() throws(EventLogError) {
        if !hasLog { throw EventLogError(.noLog, "\(path) has no event log yet") }
    }
}
