public import Wire

/// A token is good no longer, though it has not expired.
public struct TokenRevoked: WireSchema {
    /// The `jti` of the token.
    public var tokenID = ""
    public var by = ""
    public var reason = ""

    public init() {}

    public init(tokenID: String, by: String, reason: String) {
        (self.tokenID, self.by, self.reason) = (tokenID, by, reason)
    }

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.tokenID), .string(2, \.by), .string(3, \.reason),
    ]
}

/// Somebody known was refused. The first such refusal is written at once; the same of the next
/// minute are counted.
public struct AccessRefused: WireSchema {
    /// The `sub` of the token. So are the next two its own.
    public var subject = ""
    public var role = ""
    public var tokenID = ""
    public var method = ""
    /// As the route is declared: `/api/testing/tests/{id}/cancel`.
    public var path = ""
    /// `role`, `revoked`, `csrf` or `production`.
    public var reason = ""
    /// How often, since the last such event.
    public var count: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.subject), .string(2, \.role), .string(3, \.tokenID), .string(4, \.method),
        .string(5, \.path), .string(6, \.reason), .uint64(7, \.count),
    ]
}

/// How often callers were refused whom nobody knows.
public struct RefusalsSummarized: WireSchema {
    /// Microseconds since 1970: when the first and the last of them was refused.
    public var firstTime: UInt64 = 0
    public var lastTime: UInt64 = 0
    public var refusals: [RefusalCount] = []

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.firstTime), .uint64(2, \.lastTime), .messages(3, \.refusals),
    ]
}

/// How often callers were refused for one reason.
public struct RefusalCount: WireSchema {
    /// For example `signature`.
    public var reason = ""
    public var count: UInt64 = 0

    public init() {}

    public init(reason: String, count: UInt64) { (self.reason, self.count) = (reason, count) }

    public static let fields: [WireFieldSchema<Self>] = [.string(1, \.reason), .uint64(2, \.count)]
}
