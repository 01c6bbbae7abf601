/// Why the API does not do as asked: a status, and a sentence that names no secret.
struct ControlError: Error, Equatable, CustomStringConvertible {
    let status: Int
    let description: String

    init(_ status: Int, _ description: String) {
        (self.status, self.description) = (status, description)
    }

    static let proxyNotFound = ControlError(404, "proxy not found")
    static let toxicNotFound = ControlError(404, "toxic not found")
    static let leaseNotFound = ControlError(404, "lease not found")
    static let leaseGone = ControlError(409, "lease has run out")
    static let proxyExists = ControlError(409, "proxy already exists")
    static let toxicExists = ControlError(409, "toxic already exists")
    static let invalidToxicType = ControlError(400, "invalid toxic type")
    static let invalidStream = ControlError(
        400, "stream was invalid, can be either upstream or downstream")

    static func badBody(_ reason: some CustomStringConvertible) -> ControlError {
        ControlError(400, "bad request body: \(reason)")
    }

    static func needsHTTP(_ type: ToxicType) -> ControlError {
        .badBody("\(type.rawValue) strikes requests: only a proxy that speaks http has them")
    }

    static func missing(_ field: String) -> ControlError {
        ControlError(400, "missing required field: \(field)")
    }

    /// What the API says when something below it fails.
    init(_ error: any Error) {
        switch error {
        case let error as ControlError: self = error
        case let error as JSONError: self = .badBody(error)
        case let error as FaultProxyError:
            switch error.code {
            case .leaseGone: self = .leaseGone
            case .leaseTooLong, .cannotChoose, .cannotChange, .notHTTP: self = .badBody(error)
            default: self.init(500, error.message)
            }
        default: self.init(500, "\(error)")
        }
    }

    var body: JSON { ["error": .string(description), "status": .integer(status)] }
}
