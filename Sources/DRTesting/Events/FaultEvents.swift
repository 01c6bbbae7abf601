public import Wire

/// A fault is about to be injected. Durable before it is.
public struct FaultPlanned: WireSchema {
    public var faultID = ""
    /// The role of the storage it stands before.
    public var endpoint = ""
    /// `hang`, `refuse`, `reset`, `status` or `latency`.
    public var kind = ""
    public var fraction: Double = 0
    public var methods: [String] = []
    public var keyPrefix = ""
    public var seed: UInt64 = 0
    public var leaseMs: UInt64 = 0
    /// How it is undone if the runner dies.
    public var undo = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.faultID), .string(2, \.endpoint), .string(3, \.kind), .double(4, \.fraction),
        .strings(5, \.methods), .string(6, \.keyPrefix), .uint64(7, \.seed),
        .uint64(8, \.leaseMs), .string(9, \.undo),
    ]
}

/// From here on every request met the fault, as the proxy says.
public struct FaultEffective: WireSchema {
    public var faultID = ""
    public var time: UInt64 = 0
    public var offsetUs: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.faultID), .uint64(2, \.time), .uint64(3, \.offsetUs),
    ]
}

/// From here on no request met the fault, as the proxy says.
public struct FaultEnded: WireSchema {
    public var faultID = ""
    public var time: UInt64 = 0
    public var offsetUs: UInt64 = 0
    /// `lifted` or `expired`.
    public var reason = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.faultID), .uint64(2, \.time), .uint64(3, \.offsetUs), .string(4, \.reason),
    ]
}

/// The receiver of notices got one.
public struct NoticeReceived: WireSchema {
    public var incident = ""
    /// `degraded` or `recovered`.
    public var kind = ""
    public var time: UInt64 = 0
    public var offsetUs: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.incident), .string(2, \.kind), .uint64(3, \.time), .uint64(4, \.offsetUs),
    ]
}

/// A part of the storage system changed its state.
public struct ComponentChanged: WireSchema {
    /// `circuit_breaker` or `health_monitor`.
    public var component = ""
    public var from = ""
    public var to = ""
    public var offsetUs: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.component), .string(2, \.from), .string(3, \.to), .uint64(4, \.offsetUs),
    ]
}
