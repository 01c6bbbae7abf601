internal import DRTesting
internal import HTTPTypes

/// What a client is told when a decider refuses what it wants.
enum Refusals {
    /// - Returns: the error itself if it is no refusal.
    static func told(_ error: any Error) -> any Error {
        switch error {
        case let refusal as Scenarios.Refusal: refused(refusal)
        case let refusal as Schedules.Refusal: refused(refusal)
        case let refusal as Excuses.Refusal: refused(refusal)
        case let refusal as Cadences.Refusal: refused(refusal)
        case let refusal as Alerts.Refusal: refused(refusal)
        case let refusal as Reports.Refusal: refused(refusal)
        default: error
        }
    }

    private static func refused(_ refusal: Scenarios.Refusal) -> APIError {
        switch refusal {
        case .unknownID(let id), .removed(let id): .notFound("scenario \(id)")
        case .empty, .badDigest: field("scenario_text", refusal)
        case .nameTaken: conflict("name_taken", refusal)
        case .builtin: conflict("builtin", refusal)
        case .tooLarge: tooLarge(refusal)
        case .anonymous: .unauthorized
        }
    }

    private static func refused(_ refusal: Schedules.Refusal) -> APIError {
        switch refusal {
        case .unknownID(let id), .removed(let id): .notFound("schedule \(id)")
        case .emptyName: field("schedule_name", refusal)
        case .nameTaken: conflict("name_taken", refusal)
        case .unknownScenario: field("scenario_id", refusal)
        case .badCron:
            field(
                "cron_expression", refusal,
                accepted: [
                    "five fields: minute, hour, day of the month, month, day of the week",
                    "a macro like @daily",
                ])
        case .unknownTimeZone:
            field("time_zone", refusal, accepted: ["UTC", "a name like Europe/Berlin"])
        case .badCatchUp: field("catch_up", refusal, accepted: ["once", "skip"])
        // The API says `target`, as when a test is executed.
        case .badName(let name): field(name == "environment" ? name : "target", refusal)
        case .variableTwice: field("variables", refusal)
        case .tooLarge: tooLarge(refusal)
        case .anonymous: .unauthorized
        case .disabled, .notDue, .alreadyFired: conflict("not_due", refusal)
        }
    }

    private static func refused(_ refusal: Excuses.Refusal) -> APIError {
        switch refusal {
        case .unknownID(let id), .removed(let id): .notFound("excuse \(id)")
        case .empty(let name): field(name, refusal, accepted: ["a text that can be read"])
        case .approverIsExecutor:
            field("approver", refusal, accepted: ["somebody else than the executor"])
        case .alreadyExcused: conflict("already_excused", refusal)
        case .tooLarge: tooLarge(refusal)
        case .anonymous: .unauthorized
        }
    }

    private static func refused(_ refusal: Cadences.Refusal) -> APIError {
        switch refusal {
        case .unknownID(let id), .removed(let id): .notFound("cadence \(id)")
        case .empty(let name): field(name, refusal, accepted: ["a text that can be read"])
        case .intervalNotPositive, .tooLong: field("interval_ms", refusal)
        case .alreadyKept: conflict("already_kept", refusal)
        case .tooLarge: tooLarge(refusal)
        case .anonymous: .unauthorized
        }
    }

    private static func refused(_ refusal: Alerts.Refusal) -> APIError {
        switch refusal {
        case .unknownID(let id): .notFound("alert \(id)")
        case .empty, .unknownSeverity: conflict("refused", refusal)
        case .tooLarge: tooLarge(refusal)
        case .anonymous: .unauthorized
        }
    }

    private static func refused(_ refusal: Reports.Refusal) -> APIError {
        switch refusal {
        case .emptyName: field("report_name", refusal)
        case .unknownType: field("report_type", refusal)
        case .emptyPeriod: field("period_end", refusal)
        case .tooLarge: tooLarge(refusal)
        case .anonymous: .unauthorized
        case .badCounts, .badRate, .noFiles, .badDigest: conflict("refused", refusal)
        }
    }

    // MARK: Kinds

    private static func field(
        _ name: String, _ refusal: any Error, accepted: [String] = []
    ) -> APIError {
        .invalidFields([APIError.Detail(field: name, message: "\(refusal)", accepted: accepted)])
    }

    private static func conflict(_ code: String, _ refusal: any Error) -> APIError {
        APIError(.conflict, code: code, "\(refusal)")
    }

    private static func tooLarge(_ refusal: any Error) -> APIError {
        APIError(.unprocessableContent, code: "too_long", "\(refusal)")
    }
}
