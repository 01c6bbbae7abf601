/// Why a run did not take place or could not be recorded. Two are equal when their codes are.
public struct RunnerError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        /// The request cannot be carried out as it is put.
        case usage
        /// Somebody else is at it; try later.
        case busy
        /// There is no such run.
        case notFound
        /// The log cannot be written: what is not recorded is not evidence, so the run was stopped.
        case notRecorded
        case `internal`
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public static func == (left: RunnerError, right: RunnerError) -> Bool {
        left.code == right.code
    }
    public var description: String { message }
}
