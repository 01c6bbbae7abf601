/// Why views cannot be built. Two are equal when their codes are.
public struct ViewError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        /// An archive was given that does not hold what left the log.
        case archiveIncomplete
        /// What views are to go on from is damaged, or belongs to another log.
        case badBase
        /// What views are to go on from holds nothing of a view, or of its version.
        case notInBase
        /// Views have no place to be built in.
        case noRoom
    }

    public let code: Code
    /// What happened and what to do.
    public let message: String

    init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

    public static func == (left: ViewError, right: ViewError) -> Bool { left.code == right.code }

    public var description: String { message }
}
