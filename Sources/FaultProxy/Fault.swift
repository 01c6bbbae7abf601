internal import Foundation

/// What goes wrong between a client and its storage, and for which requests.
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
        /// The request is forwarded so much later.
        case latency(Duration)
    }

    public let kind: Kind
    /// The share of requests it strikes, 0 to 1. Drawn for each request from `seed`. *Refuse*
    /// strikes whole connections, and so all requests.
    public let fraction: Double
    /// Only these HTTP methods; `nil` for all.
    public let methods: Set<String>?
    /// Only keys that begin with it.
    public let keyPrefix: String
    public let seed: UInt64

    public init(
        _ kind: Kind, fraction: Double = 1, methods: Set<String>? = nil, keyPrefix: String = "",
        seed: UInt64 = 0
    ) {
        precondition((0...1).contains(fraction), "A fraction lies between 0 and 1.")
        (self.kind, self.fraction, self.methods) = (kind, fraction, methods)
        (self.keyPrefix, self.seed) = (keyPrefix, seed)
    }

    /// Whether the fault strikes request number `sequence`: the same for the same seed.
    func strikes(_ operation: ProxiedOperation) -> Bool {
        if let methods, !methods.contains(operation.method) { return false }
        guard
            (operation.key.removingPercentEncoding ?? operation.key).utf8
                .starts(with: keyPrefix.utf8)
        else { return false }
        // SplitMix64 of the seed and the number of the request.
        var bits = seed &+ UInt64(operation.sequence) &* 0x9e37_79b9_7f4a_7c15
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        bits ^= bits >> 31
        return Double(bits >> 11) / Double(1 << 53) < fraction
    }
}

/// One request that reached the proxy.
public struct ProxiedOperation: Sendable {
    /// Counted over all requests, from 1.
    public let sequence: Int
    public let method: String
    public let bucket: String
    /// Percent-encoded, as sent. Empty for requests about the bucket.
    public let key: String
    /// Who sent it: the value of the `User-Agent` header.
    public let agent: String
    /// The values of the headers named `x-amz-meta-…`, without that prefix.
    public let metadata: [String: String]
    public let received: ContinuousClock.Instant
    /// What struck it; `nil` if it was forwarded as it was.
    public internal(set) var fault: Fault.Kind?
    /// What the storage answered; `nil` if it was not asked, or has not answered.
    public internal(set) var status: Int?
}

/// A fault that is in force until it is lifted, or its lease runs out.
public struct FaultLease: Equatable, Sendable {
    /// Whoever has it may renew and lift.
    public let token: String
    /// From when on every request met the fault.
    public let effective: ContinuousClock.Instant

    public init(token: String, effective: ContinuousClock.Instant) {
        (self.token, self.effective) = (token, effective)
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

/// What the proxy has seen.
public struct ProxyCounts: Equatable, Sendable {
    public var connections = 0
    public var requests = 0
    /// Handed to the storage.
    public var forwarded = 0
    /// Answers of the storage handed to the client.
    public var answered = 0
    /// Struck by a fault.
    public var faulted = 0
    public var requestsByMethod: [String: Int] = [:]
}

/// Why the proxy could not do as asked.
public struct FaultProxyError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        case cannotListen, leaseTooLong, leaseGone, cannotLift
    }

    public let code: Code
    public let message: String

    public static func == (left: FaultProxyError, right: FaultProxyError) -> Bool {
        left.code == right.code
    }

    public var description: String { message }
}
