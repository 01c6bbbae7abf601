internal import EventLog

/// How programs that make reports end.
public enum ReportExit {
    /// A report was written, and something in it was not as it must be, if that was asked for.
    public static let breach: Int32 = 1
    /// The log is not intact, and there is no report.
    public static let notIntact: Int32 = 3
    /// There is no log, or nothing in the period.
    public static let nothingFound: Int32 = 4
    public static let usage: Int32 = 64
    /// Something could not be written, or went wrong inside.
    public static let failed: Int32 = 70
    public static let busy: Int32 = 75

    public static func code(for error: any Error) -> Int32 {
        if error is HistoryError { return nothingFound }
        if let ended = error as? EndedBySignal { return 128 + ended.number }
        return switch (error as? EventLogError)?.code {
        case .noLog, .archived, .noEvent, .notSealed: nothingFound
        case .damaged, .headsDiffer, .archive: notIntact
        case .notOurs, .unsafeLocation: usage
        case .busy: busy
        default: failed
        }
    }
}
