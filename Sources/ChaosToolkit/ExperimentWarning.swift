/// Something of an experiment that means less, or something else, than its author may believe.
public struct ExperimentWarning: Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        case gate = "T1"
        case during = "T2"
        case failedActivities = "T3"
        case rollbacks = "T4"
        case timeout = "T5"
        case secrets = "T6"
        case resolvedArguments = "T7"
        case listOfTwo = "T8"
        /// Parts of the file that are not used here.
        case ignored
    }

    public let code: Code
    /// Where it stands, such as `method[2].timeout`.
    public let path: String
    /// A sentence for people.
    public let message: String

    public var description: String { "\(code.rawValue) \(path): \(message)" }
}

extension ExperimentWarning.Code {
    /// What Chaos Toolkit does, and what is done here.
    var sentence: String {
        switch self {
        case .gate:
            "where the steady state is not met before the method, nothing is done here and the "
                + "drill is inconclusive; Chaos Toolkit calls it completed, exits with 0, and "
                + "plays the rollbacks"
        case .during:
            "each check of the steady state during the method counts here; Chaos Toolkit calls "
                + "the experiment completed whatever they say"
        case .failedActivities:
            "an activity of the method or the rollbacks that fails is a failed drill here, and so "
                + "are a process that exits with another code than 0 and an HTTP action that is "
                + "answered with 400 or more; Chaos Toolkit goes on and exits with 0"
        case .rollbacks:
            "once the method has begun, rollbacks always run here, also after a failure and a "
                + "signal, whatever the strategy of the file; Chaos Toolkit skips them then"
        case .timeout: "the activity's timeout is kept here; Chaos Toolkit ignores it"
        case .secrets:
            "secrets are recorded by their names alone here; Chaos Toolkit writes values into its "
                + "journal"
        case .resolvedArguments:
            "what stands for ${names} is recorded here, but for secrets; Chaos Toolkit records "
                + "the names alone"
        case .listOfTwo:
            "two numbers are two accepted values for the status of HTTP and processes, as in Chaos "
                + "Toolkit, and no range, as in its documentation; for a range write {type: "
                + "range, target: status, range: [low, high]}"
        case .ignored: "not used here"
        }
    }
}
