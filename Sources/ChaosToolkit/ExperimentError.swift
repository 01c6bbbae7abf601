/// An experiment that cannot be run, with every mistake that was found in it.
public struct ExperimentError: Error, Equatable, CustomStringConvertible {
    public let problems: [ExperimentProblem]

    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

/// A mistake in an experiment, and where it stands.
public struct ExperimentProblem: Equatable, Sendable, CustomStringConvertible {
    /// Such as `method[2].provider.url`; empty for the whole document.
    public let path: String
    /// What is wrong, and what would be accepted.
    public let message: String

    public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

/// An activity, or a judgement of one, that could not be made.
public struct ActivityError: Error, Equatable, CustomStringConvertible {
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
