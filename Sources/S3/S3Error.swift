/// What a storage answered instead of success, or why there was no answer.
public struct S3Error: Error, Equatable, Sendable, CustomStringConvertible {
    /// The codes that callers branch on; every other code of a server is `.other`.
    public enum Code: Equatable, Hashable, Sendable {
        case noSuchKey, noSuchBucket, noSuchUpload
        case bucketAlreadyExists, bucketNotEmpty
        case preconditionFailed, invalidRange, invalidRequest
        case accessDenied, invalidAccessKeyID, signatureDoesNotMatch
        case badDigest, entityTooSmall
        case internalError, serviceUnavailable, slowDown
        case other(String)

        /// No connection was made, so nothing was sent.
        case connectFailed
        /// The deadline passed without a complete answer.
        case timedOut
        /// The connection broke before the answer was complete.
        case connectionLost
        /// The answer is not one of the S3 protocol.
        case badResponse
        /// The answer is longer than what is held in memory: the object has to be read in ranges.
        case tooLong
        /// The calling task was cancelled.
        case cancelled
    }

    public let code: Code
    /// The HTTP status, if there was an answer.
    public let status: Int?
    /// The server's words in one line, without request details: those of a failed signature hold
    /// secrets.
    public let message: String
    /// When the failure was known.
    public let finished: ContinuousClock.Instant

    public init(
        _ code: Code, status: Int? = nil, message: String, finished: ContinuousClock.Instant
    ) {
        self.code = code
        self.status = status
        self.message = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        self.finished = finished
    }

    public static func == (left: S3Error, right: S3Error) -> Bool { left.code == right.code }

    /// The request was sent and nobody knows what became of it: a write may have been applied, or
    /// may be applied yet.
    public var isIndeterminate: Bool {
        switch code {
        case .timedOut, .connectionLost, .badResponse, .cancelled: true
        default: false
        }
    }

    /// The service, not the request or its caller, is at fault: trying again later may help.
    public var isServiceFault: Bool {
        switch code {
        case .cancelled: false
        case .connectFailed, .timedOut, .connectionLost, .badResponse: true
        // An answer may begin with status 200 and still end in an error.
        case .internalError, .serviceUnavailable, .slowDown: true
        default: status.map { $0 >= 500 || $0 == 429 } ?? false
        }
    }

    /// The code as S3 spells it, or in words where there was no answer.
    public var description: String {
        let text = code.text
        let name = status.map { text == "HTTP \($0)" ? text : "\($0) \(text)" } ?? text
        return message.isEmpty ? name : "\(name): \(message)"
    }

    /// The reason inside of what a TLS library says, which else is a dump of its error stack.
    static func tlsReason(in text: String) -> String {
        if let start = text.firstRange(of: "OPENSSL_internal:") {
            let name = text[start.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            return "TLS: " + name.lowercased().replacing("_", with: " ")
        }
        if let start = text.firstRange(of: "[Error: ") {
            return "TLS: " + text[start.upperBound...].prefix { $0 != "]" }.drop { $0 == " " }
        }
        if let start = text.firstRange(of: ": ") { return "TLS: " + text[start.upperBound...] }
        // Only the name of a case: `uncleanShutdown`.
        let words = text.map { $0.isUppercase ? " " + $0.lowercased() : String($0) }
        return "TLS: " + words.joined()
    }
}

extension S3Error.Code {
    private static let byName: [String: S3Error.Code] = [
        "NoSuchKey": .noSuchKey, "NoSuchBucket": .noSuchBucket, "NoSuchUpload": .noSuchUpload,
        "BucketAlreadyExists": .bucketAlreadyExists,
        "BucketAlreadyOwnedByYou": .bucketAlreadyExists, "BucketNotEmpty": .bucketNotEmpty,
        "PreconditionFailed": .preconditionFailed, "InvalidRange": .invalidRange,
        "InvalidRequest": .invalidRequest, "AccessDenied": .accessDenied,
        "InvalidAccessKeyId": .invalidAccessKeyID,
        "SignatureDoesNotMatch": .signatureDoesNotMatch, "BadDigest": .badDigest,
        "EntityTooSmall": .entityTooSmall, "InternalError": .internalError,
        "ServiceUnavailable": .serviceUnavailable, "SlowDown": .slowDown,
    ]

    /// Of two names, the one that says less.
    private static let names = Dictionary(
        byName.map { ($0.value, $0.key) }, uniquingKeysWith: { min($0, $1) })

    init(name: String) { self = Self.byName[name] ?? .other(name) }

    /// Answers to HEAD have no body, and some proxies send none either.
    init(status: Int) {
        switch status {
        case 403: self = .accessDenied
        case 404: self = .noSuchKey
        case 412: self = .preconditionFailed
        case 416: self = .invalidRange
        case 503: self = .serviceUnavailable
        case 500...: self = .internalError
        default: self = .other("HTTP \(status)")
        }
    }

    var text: String {
        switch self {
        case .other(let name): name
        case .connectFailed: "no connection"
        case .timedOut: "timed out"
        case .connectionLost: "connection lost"
        case .badResponse: "unusable answer"
        case .tooLong: "too long"
        case .cancelled: "cancelled"
        default: Self.names[self] ?? "\(self)"
        }
    }
}
