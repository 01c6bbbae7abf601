internal import S3

/// Why there is no backup, no verification or no restore. Single objects that are found wrong are
/// no errors but problems, listed in the result.
public struct BackupError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        /// The source cannot be listed or read.
        case sourceUnreadable
        /// The destination cannot be read or written.
        case destinationUnavailable
        /// The target of a restore cannot be listed.
        case targetUnavailable
        /// The target of a restore holds objects, and nobody said that they may be overwritten.
        case targetNotEmpty
        /// An object was replaced each time it was about to be copied.
        case objectKeepsChanging
        /// An object has more bytes than uploads in parts can carry.
        case objectTooLarge
        case noSuchBackup
        /// The backup to build on is of another bucket or prefix.
        case differentSource
        case manifestDamaged
        /// The manifest has more bytes than will be read back.
        case manifestTooLarge
        /// The manifest was written by a later release.
        case unknownVersion
        case cancelled
    }

    public let code: Code
    /// What happened and what to do.
    public let message: String
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        (self.code, self.message, self.cause) = (code, message, cause)
    }

    public static func == (left: BackupError, right: BackupError) -> Bool {
        left.code == right.code
    }

    public var description: String { message }
}

extension BackupError {
    /// What came of an error of a storage. Errors of a backup stay as they are, and whatever fails
    /// in a cancelled task was cancelled.
    static func because(
        _ cause: any Error, _ code: Code, _ message: String
    ) -> BackupError {
        if let known = cause as? BackupError { return known }
        let isCancelled =
            Task.isCancelled || cause is CancellationError
            || (cause as? S3Error)?.code == .cancelled
        if isCancelled { return BackupError(.cancelled, "cancelled", cause: cause) }
        return BackupError(code, "\(message): \(cause)", cause: cause)
    }
}
