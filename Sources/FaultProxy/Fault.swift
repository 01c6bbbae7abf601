/// What goes wrong between a client and its storage, and for which requests.
///
/// Several faults may hold at once. Each draws for itself, even if their seeds are the same, and a
/// request meets the first that strikes it, in the order in which they were injected.
public struct Fault: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// Requests are read and never answered. When the fault is lifted their connections are
        /// reset; they are never forwarded late.
        case hang
        /// Connections are refused, and those that exist are closed.
        case refuse
        /// The connection is reset instead of forwarding the request.
        case resetBeforeForwarding
        /// The connection is reset after the storage has answered: the acknowledgement is lost.
        case resetAfterAnswer
        /// The proxy answers with this HTTP status and an S3 error document.
        case status(Int)
        /// The request is forwarded so much later, give or take up to the jitter: drawn evenly,
        /// and never less than nothing.
        case latency(Duration, jitter: Duration = .zero)
        /// The body of the answer reaches the client at this rate. Requests keep their speed. When
        /// the fault is lifted, what is under way goes on at full speed.
        case bandwidth(bytesPerSecond: Int)
        /// The connection is closed after half of the answer's body, whatever Content-Length says.
        case truncate
        /// One byte of the answer's body is inverted; its length stays the same.
        case corrupt

        /// Whether it strikes GET and POST only: other answers have no body. An answer to one of
        /// them that happens to be empty stays as it is, and counts as struck all the same.
        var changesBodies: Bool {
            switch self {
            case .bandwidth, .truncate, .corrupt: true
            default: false
            }
        }
    }

    public let kind: Kind
    /// The share of requests it strikes, 0 to 1, drawn for each request from `seed`.
    public let fraction: Double
    /// Strikes only so many requests: the first that it would strike without a limit. `nil` for
    /// all of them.
    public let limit: Int?
    /// Only these HTTP methods; `nil` for all.
    public let methods: Set<String>?
    /// Only keys that begin with it.
    public let keyPrefix: String
    public let seed: UInt64

    public init(
        _ kind: Kind, fraction: Double = 1, limit: Int? = nil, methods: Set<String>? = nil,
        keyPrefix: String = "", seed: UInt64 = 0
    ) {
        precondition((0...1).contains(fraction), "A fraction lies between 0 and 1.")
        if case .bandwidth(let rate) = kind { precondition(rate > 0, "A rate is above 0.") }
        (self.kind, self.fraction, self.limit) = (kind, fraction, limit)
        (self.methods, self.keyPrefix, self.seed) = (methods, keyPrefix, seed)
    }

    /// Whether it is meant for all requests alike.
    var strikesAll: Bool {
        fraction == 1 && limit == nil && methods == nil && keyPrefix.isEmpty
    }
}

/// A fault that is in force until it is lifted, or its lease runs out.
public struct FaultLease: Equatable, Sendable {
    /// Whoever has it may renew, change and lift.
    public let token: String
    /// No request met the fault before.
    public let began: ContinuousClock.Instant
    /// From when on every request met the fault.
    public let effective: ContinuousClock.Instant

    public init(
        token: String, began: ContinuousClock.Instant, effective: ContinuousClock.Instant
    ) {
        (self.token, self.began, self.effective) = (token, began, effective)
    }
}

/// How a fault came to its end.
public struct FaultEnding: Equatable, Sendable {
    public enum Reason: String, Sendable {
        case lifted, expired
    }

    public let reason: Reason
    /// From when on no request met it any more.
    public let ended: ContinuousClock.Instant

    public init(reason: Reason, ended: ContinuousClock.Instant) {
        (self.reason, self.ended) = (reason, ended)
    }
}

/// Why the proxy could not do as asked.
public struct FaultProxyError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        case cannotListen, leaseTooLong, leaseGone, cannotLift
        /// A fault that refuses connections cannot choose among requests.
        case cannotChoose
    }

    public let code: Code
    public let message: String

    public static func == (left: FaultProxyError, right: FaultProxyError) -> Bool {
        left.code == right.code
    }

    public var description: String { message }
}
