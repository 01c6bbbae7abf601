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
        /// The proxy answers with this HTTP status, from 200 to 599, and an S3 error document. The
        /// code is the one that S3 goes by for that status, unless it is given: `SlowDown` is one
        /// of 503.
        case status(Int, code: String? = nil, message: String? = nil)
        /// The request is forwarded so much later, give or take up to the jitter: drawn evenly,
        /// and never less than nothing. When the fault is lifted, what waits goes on at once.
        case latency(Duration, jitter: Duration = .zero)
        /// The body of the answer reaches the client at this rate. Requests keep their speed. When
        /// the fault is lifted, what is under way goes on at full speed.
        case bandwidth(bytesPerSecond: Int)
        /// The connection is closed after half of the answer's body, whatever Content-Length says.
        case truncate
        /// One byte of the answer's body is inverted; its length stays the same.
        case corrupt
        /// The request is read whole and its connection reset. So much later, at most a day, it
        /// reaches the storage all the same, and nobody gets the answer. What is not delivered when
        /// the fault is lifted never is.
        ///
        /// Spared are requests with a body of more than 8 MiB or of unknown length, and those for
        /// which there is no room beside the 64 MiB that are waiting already.
        case lateDelivery(Duration)
        /// A read is answered with what the same read was answered first since the fault began,
        /// without asking the storage. Spared are reads that nothing is remembered of.
        ///
        /// Remembered are whole answers with status 200 to a GET without `Range`, of at most 1 MiB,
        /// by path and query; of more than 64 MiB in all, the oldest is forgotten.
        case staleRead

        /// Whether it strikes GET and POST only: other answers have no body. An answer to one of
        /// them that happens to be empty stays as it is, and counts as struck all the same.
        var changesBodies: Bool {
            switch self {
            case .bandwidth, .truncate, .corrupt: true
            default: false
            }
        }

        /// Traps if it makes no sense.
        func check() {
            switch self {
            case .bandwidth(let rate): precondition(rate > 0, "A rate is above 0.")
            case .status(let status, _, _):
                precondition((200...599).contains(status), "A status lies between 200 and 599.")
            case .lateDelivery(let delay):
                let isPossible = delay >= .zero && delay <= .seconds(86_400)
                precondition(isPossible, "A delivery is late by a day at most.")
            default: break
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
    /// Only these operations of S3; `nil` for all.
    public let operations: Set<S3Operation>?
    /// Only keys that begin with it. A path is understood as `/bucket/key`: where the bucket is
    /// part of the host name, the first component of the key is taken for the bucket, and the
    /// prefix counts from what follows.
    public let keyPrefix: String
    public let seed: UInt64

    public init(
        _ kind: Kind, fraction: Double = 1, limit: Int? = nil, methods: Set<String>? = nil,
        operations: Set<S3Operation>? = nil, keyPrefix: String = "", seed: UInt64 = 0
    ) {
        precondition((0...1).contains(fraction), "A fraction lies between 0 and 1.")
        kind.check()
        (self.kind, self.fraction, self.limit) = (kind, fraction, limit)
        (self.methods, self.operations) = (methods, operations)
        (self.keyPrefix, self.seed) = (keyPrefix, seed)
    }

    /// Whether it is meant for all requests alike.
    var strikesAll: Bool {
        fraction == 1 && limit == nil && methods == nil && operations == nil && keyPrefix.isEmpty
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
        /// There are no requests to strike: the proxy passes streams on.
        case notHTTP
        /// A fault cannot become one of another sort.
        case cannotChange
    }

    public let code: Code
    public let message: String

    public static func == (left: FaultProxyError, right: FaultProxyError) -> Bool {
        left.code == right.code
    }

    public var description: String { message }
}
