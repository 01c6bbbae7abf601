internal import Wire

/// What a runner says that did not carry out what it was ordered.
struct RunnerAnswer: Equatable, Sendable {
    private let code: String
    private let message: String
    private let target: String

    /// - Parameters:
    ///   - output: `{refusal, message, target}`, if the runner came as far as that.
    ///   - complaint: what it said last.
    init(output: [UInt8], complaint: String) {
        let document = try? JSONValue(json: output)
        code = document?["refusal"]?.stringValue ?? ""
        message = document?["message"]?.stringValue ?? complaint
        target = document?["target"]?.stringValue ?? ""
    }

    /// - Parameter scenario: how people call what the runner was handed.
    func refusal(ofScenario scenario: String) -> RunRefusal {
        switch code {
        case "busy": .busy(message)
        case "disabled": .disabled
        case "bad_scenario":
            .badVariables(message.replacing(RunOrder.handedText, with: scenario))
        case "bad_target": .unknownTarget(message)
        case "wrong_environment", "not_allowed": .wrongEnvironment(message)
        case "not_confirmed": .confirmationNeeded(target: target)
        default:
            .internal(
                message.isEmpty ? "the runner ended before it recorded the run" : message)
        }
    }
}
