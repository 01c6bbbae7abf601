internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// Why the log did not do what was asked. Two are equal when their codes are.
public struct EventLogError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        /// There is no log in the data directory.
        case noLog
        /// The directory holds something else, or a newer format. Nothing in it was changed.
        case notOurs
        /// A file system or a second PID namespace on which LMDB's locks do not work.
        case unsafeLocation
        /// The stream has another number of events than expected: `actual`.
        case wrongRevision(actual: UInt64)
        /// An append with some, but not all, of the ids is already there.
        case partlyAppended
        /// An id that must be unique in the log is taken, at a position.
        case idTaken(position: UInt64)
        /// A record of more than 64 KiB, or more events in one append than a group holds.
        case tooLarge
        /// The append was not begun in time and is withdrawn. Nothing was written.
        case busy
        /// Writing failed before the commit: nothing was written.
        case writeFailed
        /// The commit failed: the events may be there or not. A retry with the same ids tells.
        case outcomeUnknown
        /// The clock is more than a day ahead of where it can be.
        case clockJumped
        /// What is stored cannot be what was written.
        case damaged
        /// The directory or the file system does not allow writing.
        case readOnly
        /// A key that is missing or cannot be used.
        case key
        /// The log does not continue its head that is kept outside: it was cut, replaced by an
        /// older copy, or rewritten.
        case headsDiffer
        /// There is no head outside that the log does not continue, and so nothing to reopen.
        case headsAgree
        /// There is no event at the position.
        case noEvent
        /// No checkpoint covers the position yet, or none has this text.
        case notSealed
        /// The events from `first` to `last` have left the log for a segment in an archive.
        case archived(first: UInt64, last: UInt64, segment: String)
        /// An archive that does not hold what it must. Nothing left the log for it.
        case archive
    }

    public let code: Code
    /// What happened and what to do.
    public let message: String
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public static func == (left: EventLogError, right: EventLogError) -> Bool {
        left.code == right.code
    }

    public var description: String { cause.map { "\(message): \(Self.words(for: $0))" } ?? message }

    /// Without what Foundation wraps around the system's word for it.
    private static func words(for cause: any Error) -> String {
        guard let system = (cause as? CocoaError)?.underlying as? POSIXError else {
            return "\(cause)"
        }
        return String(cString: strerror(system.code.rawValue))
    }
}
