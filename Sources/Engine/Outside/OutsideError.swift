/// Why a call outside was not made, or what was wrong with its answer. Two are equal when their
/// codes are.
///
/// Its message is for people and for the log: it holds no value of the environment.
public struct OutsideError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        /// The target does not allow it. Nothing was called.
        case notAllowed
        /// It makes no sense as it stands. Nothing was called.
        case unusable
        /// It was called, and did not answer in time.
        case timedOut
        /// Nobody answered.
        case failed
        /// It answered something else.
        case unexpected
    }

    public let code: Code
    public let message: String

    init(_ code: Code, _ message: String) {
        (self.code, self.message) = (code, message)
    }

    public static func == (left: OutsideError, right: OutsideError) -> Bool {
        left.code == right.code
    }

    public var description: String { message }
}
