internal import HTTPTypes
internal import Service

/// What a client is told when a test is not started or stopped.
extension APIError {
    init(_ refusal: RunRefusal) {
        let message = refusal.description
        switch refusal {
        case .busy:
            self.init(
                .conflict, code: "busy", message, headers: [.retryAfter: "10"])
        case .disabled: self.init(.serviceUnavailable, code: "testing_disabled", message)
        case .unknownScenario: self = .wrong("scenario_id", message)
        case .unknownTarget: self = .wrong("target", message)
        case .wrongEnvironment: self = .wrong("environment", message)
        case .confirmationNeeded(let target):
            self.init(
                .unprocessableContent, code: "confirmation_needed", message,
                details: [Detail(field: "confirm", message: message, accepted: [target])])
        case .badVariables: self = .wrong("variables", message)
        case .prerequisiteFailed(let unmet):
            self.init(
                .unprocessableContent, code: "prerequisite_failed", message,
                details: unmet.map { prerequisite in
                    Detail(
                        field: prerequisite.name, message: "observed \(prerequisite.observed)",
                        accepted: [prerequisite.expected])
                })
        case .runnerMissing: self.init(.serviceUnavailable, code: "runner_missing", message)
        case .internal: self.init(.internalServerError, code: "internal_error", message)
        }
    }

    init(_ refusal: CancelRefusal) {
        switch refusal {
        case .unknownTest(let id): self = .notFound("test \(id)")
        case .hasEnded: self.init(.conflict, code: "has_ended", refusal.description)
        }
    }

    init(_ refusal: ScenarioRefusal) {
        switch refusal {
        case .mistakes(let mistakes):
            self = .invalidFields(mistakes.map { Detail($0) })
        case .notAllowed(let reason):
            self = .wrong("scenario_text", reason)
        case .notChecked(let reason):
            self.init(.serviceUnavailable, code: "runner_missing", reason)
        }
    }

    private static func wrong(_ field: String, _ message: String) -> APIError {
        .invalidFields([Detail(field: field, message: message)])
    }
}

extension APIError.Detail {
    /// Where it stands in the text is part of the message.
    fileprivate init(_ mistake: ScenarioMistake) {
        let place = [mistake.line, mistake.column].compactMap { $0.map { "\($0):" } }.joined()
        self.init(
            field: "scenario_text",
            message: place.isEmpty ? mistake.message : "\(place) \(mistake.message)")
    }
}
