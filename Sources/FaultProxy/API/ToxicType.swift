/// A kind of toxic: those of Toxiproxy, and beside them what strikes requests instead of streams.
enum ToxicType: String, CaseIterable, Sendable {
    case latency, bandwidth, timeout, slicer, noop
    case slowClose = "slow_close"
    case resetPeer = "reset_peer"
    case limitData = "limit_data"

    case down
    case status = "s3_status"
    case hang = "s3_hang"
    case reset = "s3_reset"
    case lostAcknowledgement = "s3_lost_ack"
    case requestLatency = "s3_latency"
    case answerBandwidth = "s3_bandwidth"
    case truncate = "s3_truncate"
    case corrupt = "s3_corrupt"
    case lateDelivery = "s3_late_delivery"
    case staleRead = "s3_stale_read"

    /// Whether it strikes single requests, and may choose among them.
    var strikesRequests: Bool { rawValue.hasPrefix("s3_") }

    /// The attributes that are numbers and always printed, in their order. A missing one is 0.
    var integers: [String] {
        switch self {
        case .latency, .requestLatency: ["latency", "jitter"]
        case .bandwidth, .answerBandwidth: ["rate"]
        case .slowClose, .lateDelivery: ["delay"]
        case .timeout, .resetPeer: ["timeout"]
        case .slicer: ["average_size", "size_variation", "delay"]
        case .limitData: ["bytes"]
        case .status: ["status"]
        default: []
        }
    }

    /// The attributes that are texts, printed if they were given.
    var texts: [String] {
        (self == .status ? ["code", "message"] : []) + (strikesRequests ? ["key_prefix"] : [])
    }

    /// Numbers that are printed if they were given.
    var optionalIntegers: [String] { strikesRequests ? ["limit", "seed"] : [] }

    /// The attributes that are lists of texts, printed if they were given.
    var lists: [String] { strikesRequests ? ["methods", "operations"] : [] }

    /// What Go calls the structure of the attributes.
    var goName: String {
        rawValue.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined() + "Toxic"
    }
}

/// The attributes of a toxic.
struct ToxicAttributes: Equatable, Sendable {
    private(set) var integers: [String: Int64] = [:]
    private(set) var texts: [String: String] = [:]
    private(set) var lists: [String: [String]] = [:]

    /// Takes over those that are given.
    mutating func merge(_ fields: JSONFields, of type: ToxicType) throws(ControlError) {
        for name in type.integers + type.optionalIntegers {
            if let value = try fields.integer(name) { integers[name] = value }
        }
        for name in type.texts {
            if let value = try fields.text(name) { texts[name] = value }
        }
        for name in type.lists {
            if let value = try fields.texts(name) { lists[name] = value }
        }
        if type == .status { integers["status"] = integers["status"] ?? 503 }
    }

    func json(of type: ToxicType) -> JSON {
        var members = type.integers.map { name in
            JSON.Member(name: name, value: .integer(integers[name] ?? 0))
        }
        members += type.optionalIntegers.compactMap { name in
            integers[name].map { JSON.Member(name: name, value: .integer($0)) }
        }
        members += type.texts.compactMap { name in
            texts[name].map { JSON.Member(name: name, value: .string($0)) }
        }
        members += type.lists.compactMap { name in
            lists[name].map { list in
                JSON.Member(name: name, value: .array(list.map { .string($0) }))
            }
        }
        return .object(members)
    }

    /// - Parameter limit: higher values mean this one: nothing lasts longer or is larger.
    /// - Returns: 0 for a negative one, as for one that is missing.
    func integer(_ name: String, upTo limit: Int64) -> Int64 {
        min(limit, max(0, integers[name] ?? 0))
    }

    /// At most a day.
    func milliseconds(_ name: String) -> Duration {
        .milliseconds(integer(name, upTo: 86_400_000))
    }
}
