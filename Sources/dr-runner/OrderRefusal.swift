import Engine
import EventLog
import Wire

/// Why a run that a server ordered does not take place, in a form that a program can tell apart.
struct OrderRefusal: Error {
    /// The texts are what the server reads: add cases, never rename one.
    enum Code: String {
        case disabled, busy, other
        case badScenario = "bad_scenario"
        case badTarget = "bad_target"
        case wrongEnvironment = "wrong_environment"
        case notConfirmed = "not_confirmed"
        case notAllowed = "not_allowed"
    }

    let code: Code
    let cause: any Error
    /// The name of the target, where that is what is refused.
    let target: String?

    init(_ code: Code, of cause: any Error, target: String? = nil) {
        (self.code, self.cause, self.target) = (code, cause, target)
    }

    /// Of whatever was thrown.
    init(_ error: any Error) {
        switch error {
        case let refusal as OrderRefusal: self = refusal
        case let error as RunnerError where error.code == .busy: self.init(.busy, of: error)
        case let error as EventLogError where error.code == .busy: self.init(.busy, of: error)
        default: self.init(.other, of: error)
        }
    }

    /// `{refusal, message, target}`.
    var document: String {
        var writer = JSONWriter()
        writer.object { document in
            document.name("refusal")
            document.string(code.rawValue)
            document.name("message")
            document.string((cause as? RunnerError)?.message ?? reason(for: cause))
            document.name("target")
            document.string(target)
        }
        return writer.text
    }
}

/// Says why it is refused, if it is.
func refusing<Value>(
    _ code: OrderRefusal.Code, of target: Target? = nil, _ body: () throws -> Value
) throws -> Value {
    do {
        return try body()
    } catch {
        throw OrderRefusal(code, of: error, target: target?.name)
    }
}

extension RunRequest {
    /// Why the target may not be drilled as it is asked for, if it may not.
    var permissionRefusal: OrderRefusal.Code {
        if let requestedEnvironment, requestedEnvironment != target.environment {
            return .wrongEnvironment
        }
        let isUnconfirmed = target.allowsProduction && confirmation != target.name
        return isUnconfirmed ? .notConfirmed : .notAllowed
    }
}
