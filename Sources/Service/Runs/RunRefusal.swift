internal import DRTesting

/// Why a run does not take place. The texts are sentences for people.
public enum RunRefusal: Error, Equatable, Sendable {
    /// Another run is under way, or the log is held: try again later.
    case busy(String)
    /// Testing is switched off.
    case disabled
    case unknownScenario
    case unknownTarget(String)
    /// The target belongs to another environment, or may not be drilled like this at all.
    case wrongEnvironment(String)
    /// A target in production has to be named again.
    case confirmationNeeded(target: String)
    case badVariables(String)
    /// What had to work before anything was broken did not. Nothing was broken.
    case prerequisiteFailed([UnmetPrerequisite])
    /// There is no `dr-runner` to carry it out.
    case runnerMissing(String)
    case `internal`(String)
}

extension RunRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .busy(let reason), .unknownTarget(let reason), .wrongEnvironment(let reason),
            .badVariables(let reason), .runnerMissing(let reason), .internal(let reason):
            reason
        case .disabled: "testing is disabled"
        case .unknownScenario: "there is no such scenario"
        case .confirmationNeeded(let target):
            "the target is in production: confirm its name, '\(target)'"
        case .prerequisiteFailed(let unmet):
            "not met: " + unmet.map(\.description).joined(separator: "; ")
        }
    }
}

/// A prerequisite that was looked at and not found to be met.
public struct UnmetPrerequisite: Equatable, Sendable, CustomStringConvertible {
    public let name: String
    public let expected: String
    public let observed: String

    public init(name: String, expected: String, observed: String) {
        (self.name, self.expected, self.observed) = (name, expected, observed)
    }

    init(_ check: PrerequisiteChecked) {
        self.init(name: check.name, expected: check.expected, observed: check.observed)
    }

    public var description: String { "\(name): expected \(expected), observed \(observed)" }
}

/// Why a run is not cancelled.
public enum CancelRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownTest(UInt64)
    case hasEnded(UInt64)

    public var description: String {
        switch self {
        case .unknownTest(let id): "there is no test \(id)"
        case .hasEnded(let id): "test \(id) has ended already"
        }
    }
}
