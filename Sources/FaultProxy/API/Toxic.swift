/// A toxic as the API names it: what goes wrong on one proxy.
struct Toxic: Equatable, Sendable {
    let name: String
    let type: ToxicType
    /// As it was given.
    let stream: String
    let direction: StreamFault.Direction
    private(set) var attributes = ToxicAttributes()
    /// The share of links, or of requests, that meet it.
    private(set) var toxicity: Float = 1
    /// Of all that it draws, if it names none itself.
    private let seed: UInt64

    /// - Parameters:
    ///   - isTaken: whether the proxy has a toxic of this name.
    ///   - seed: unless the body has one.
    init(_ body: JSON, seed: UInt64, isTaken: (String) -> Bool) throws(ControlError) {
        let fields = try JSONFields(body, of: "ToxicWrapper", in: "toxics")
        let typeName = try fields.text("type") ?? ""
        let stream = try fields.text("stream") ?? "downstream"
        let given = try fields.text("name") ?? ""
        let toxicity = try fields.float("toxicity") ?? 1
        guard let direction = StreamFault.Direction(rawValue: stream.lowercased()) else {
            throw .invalidStream
        }
        guard let type = ToxicType(rawValue: typeName) else { throw .invalidToxicType }
        name = given.isEmpty ? "\(typeName)_\(stream)" : given
        if isTaken(name) { throw .toxicExists }
        (self.type, self.stream, self.direction, self.seed) = (type, stream, direction, seed)
        self.toxicity = Self.clamped(toxicity)
        try attributes.merge(fields.fields("attributes", of: type.goName), of: type)
        _ = try fault()
    }

    /// Takes over the attributes and the toxicity that a body gives, and nothing else of it.
    func merged(with body: JSON) throws(ControlError) -> Toxic {
        let fields = try JSONFields(body, of: "ToxicWrapper", in: "toxics")
        var toxic = self
        try toxic.attributes.merge(fields.fields("attributes", of: type.goName), of: type)
        if let toxicity = try fields.float("toxicity") { toxic.toxicity = Self.clamped(toxicity) }
        _ = try toxic.fault()
        return toxic
    }

    private static func clamped(_ toxicity: Float) -> Float { min(1, max(0, toxicity)) }

    var json: JSON { .object(members) }

    var members: [JSON.Member] {
        [
            JSON.Member(name: "attributes", value: attributes.json(of: type)),
            JSON.Member(name: "name", value: .string(name)),
            JSON.Member(name: "type", value: .string(type.rawValue)),
            JSON.Member(name: "stream", value: .string(stream)),
            JSON.Member(name: "toxicity", value: .float(toxicity)),
        ]
    }
}

/// What a toxic puts in force.
enum ToxicFault: Equatable, Sendable {
    case stream(StreamFault)
    case request(Fault)
}

extension Toxic {
    /// - Throws: a bad body, if an attribute is of no use.
    func fault() throws(ControlError) -> ToxicFault {
        if let kind = streamKind {
            return .stream(
                StreamFault(
                    kind, direction: direction, toxicity: Double(toxicity), seed: drawnSeed))
        }
        let selection = try RequestSelection(attributes)
        return .request(
            Fault(
                try requestKind(), fraction: Double(toxicity), limit: selection.limit,
                methods: selection.methods, operations: selection.operations,
                keyPrefix: selection.keyPrefix, seed: drawnSeed))
    }

    private var drawnSeed: UInt64 {
        attributes.integers["seed"].map { UInt64(bitPattern: $0) } ?? seed
    }

    /// Whether another version of the toxic strikes the same requests, so that it can take the
    /// place of this one while it is in force.
    func choosesAlike(_ other: Toxic) -> Bool {
        guard type.strikesRequests else { return true }
        let (mine, theirs) = (attributes, other.attributes)
        return mine.texts["key_prefix"] == theirs.texts["key_prefix"] && mine.lists == theirs.lists
            && type.optionalIntegers.allSatisfy { mine.integers[$0] == theirs.integers[$0] }
    }

    private var streamKind: StreamFault.Kind? {
        switch type {
        case .latency:
            return .latency(
                attributes.milliseconds("latency"), jitter: attributes.milliseconds("jitter"))
        case .bandwidth:
            let rate = attributes.integer("rate", upTo: 1 << 30)
            return .bandwidth(kilobytesPerSecond: Int(rate))
        case .slowClose: return .slowClose(attributes.milliseconds("delay"))
        case .timeout: return .timeout(attributes.milliseconds("timeout"))
        case .resetPeer: return .resetPeer(attributes.milliseconds("timeout"))
        case .slicer:
            return .slicer(
                averageSize: Int(attributes.integer("average_size", upTo: 1 << 30)),
                sizeVariation: Int(attributes.integer("size_variation", upTo: 1 << 30)),
                delay: .microseconds(attributes.integer("delay", upTo: 86_400_000_000)))
        case .limitData:
            return .limitData(bytes: Int(attributes.integer("bytes", upTo: 1 << 40)))
        case .noop: return .noop
        default: return nil
        }
    }

    private func requestKind() throws(ControlError) -> Fault.Kind {
        switch type {
        case .status: return try statusKind()
        case .hang: return .hang
        case .reset: return .resetBeforeForwarding
        case .lostAcknowledgement: return .resetAfterAnswer
        case .requestLatency:
            return .latency(
                attributes.milliseconds("latency"), jitter: attributes.milliseconds("jitter"))
        case .answerBandwidth:
            let rate = attributes.integer("rate", upTo: 1 << 40)
            guard rate > 0 else { throw .badBody("rate is bytes per second, and above 0") }
            return .bandwidth(bytesPerSecond: Int(rate))
        case .truncate: return .truncate
        case .corrupt: return .corrupt
        case .lateDelivery: return .lateDelivery(attributes.milliseconds("delay"))
        case .staleRead: return .staleRead
        default: return .refuse
        }
    }

    private func statusKind() throws(ControlError) -> Fault.Kind {
        let status = attributes.integers["status"] ?? 0
        guard (200...599).contains(status) else {
            throw .badBody("status \(status): accepted: 200 to 599")
        }
        let (code, message) = (attributes.texts["code"], attributes.texts["message"])
        if let code, code.utf8.count > 100 || !code.utf8.allSatisfy(Self.isOfCode) {
            throw .badBody("code: accepted: at most 100 letters and digits, as SlowDown")
        }
        if let message, message.utf8.count > 1000 {
            throw .badBody("message: accepted: at most 1000 bytes")
        }
        return .status(Int(status), code: code, message: message)
    }

    private static func isOfCode(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "."): true
        default: false
        }
    }
}

/// Which requests a toxic of requests strikes.
private struct RequestSelection {
    let limit: Int?
    let methods: Set<String>?
    let operations: Set<S3Operation>?
    let keyPrefix: String

    private static let allMethods = ["GET", "HEAD", "PUT", "POST", "DELETE"]

    init(_ attributes: ToxicAttributes) throws(ControlError) {
        let limit = attributes.integer("limit", upTo: 1 << 40)
        self.limit = limit > 0 ? Int(limit) : nil
        keyPrefix = attributes.texts["key_prefix"] ?? ""
        let methods = attributes.lists["methods"] ?? []
        if let other = methods.first(where: { !Self.allMethods.contains($0) }) {
            throw .badBody(
                "methods '\(other)': accepted: \(Self.allMethods.joined(separator: ", "))")
        }
        self.methods = methods.isEmpty ? nil : Set(methods)
        var operations: Set<S3Operation> = []
        for name in attributes.lists["operations"] ?? [] {
            guard let operation = S3Operation(rawValue: name) else {
                let all = S3Operation.allCases.map(\.rawValue).joined(separator: ", ")
                throw .badBody("operations '\(name)': accepted: \(all)")
            }
            operations.insert(operation)
        }
        self.operations = operations.isEmpty ? nil : operations
    }
}
