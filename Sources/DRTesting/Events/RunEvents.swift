public import Wire

// The numbers in this folder are the storage format, as in `events.proto`. Add fields and events;
// never change or reuse a number.

/// A run was asked for. The first event of its stream; its position is the id of the test.
public struct RunRequested: WireSchema {
    /// A UUIDv7, also the id of this event and the name of the run's stream, locks and files.
    public var runKey = ""
    public var scenarioName = ""
    public var testType = ""
    /// 1 to 6 for the built-in scenarios; 0 for others.
    public var scenarioID: UInt64 = 0
    /// SHA-256 of the scenario's text, with its variables as given.
    public var scenarioDigest: [UInt8] = []
    public var scenarioText = ""
    public var targetName = ""
    /// `embedded`, `builtin` or `http`.
    public var targetKind = ""
    public var targetDigest: [UInt8] = []
    public var environment = ""
    /// What the run may touch, in words.
    public var scope = ""
    public var executedBy = ""
    public var requestedBy = ""
    /// A reference to who allowed it, if one was given.
    public var authorization = ""
    /// `drill`, `proof` or `chaos`.
    public var purpose = ""
    public var rtoTargetMs: UInt64?
    public var rpoTargetMs: UInt64?
    public var toolVersion = ""
    public var seed: UInt64 = 0
    public var variables: [NamedValue] = []
    public var isDebug = false
    public var steps: [PlannedStep] = []
    public var timeoutMs: UInt64 = 0
    /// The part that is broken on purpose, in a proof.
    public var sabotage = ""
    /// Operating system and processor.
    public var host = ""
    public var clockSource = ""
    public var endpoints: [EndpointUsed] = []

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.runKey), .string(2, \.scenarioName), .string(3, \.testType),
        .uint64(4, \.scenarioID), .bytes(5, \.scenarioDigest), .string(6, \.scenarioText),
        .string(7, \.targetName), .string(8, \.targetKind), .bytes(9, \.targetDigest),
        .string(10, \.environment), .string(11, \.scope), .string(12, \.executedBy),
        .string(13, \.requestedBy), .string(14, \.authorization), .string(15, \.purpose),
        .optionalUInt64(16, \.rtoTargetMs), .optionalUInt64(17, \.rpoTargetMs),
        .string(18, \.toolVersion), .uint64(19, \.seed), .messages(20, \.variables),
        .bool(21, \.isDebug), .messages(22, \.steps), .uint64(23, \.timeoutMs),
        .string(24, \.sabotage), .string(25, \.host), .string(26, \.clockSource),
        .messages(27, \.endpoints),
    ]
}

/// A name and what it stands for.
public struct NamedValue: WireSchema, Codable {
    public var name = ""
    public var value = ""

    public init() {}

    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }

    public static let fields: [WireFieldSchema<Self>] = [.string(1, \.name), .string(2, \.value)]
}

public struct PlannedStep: WireSchema {
    public var name = ""
    public var component = ""

    public init() {}

    public init(name: String, component: String) { (self.name, self.component) = (name, component) }

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.name), .string(2, \.component),
    ]
}

/// A storage that takes part, without its keys.
public struct EndpointUsed: WireSchema {
    /// `primary`, `secondary` or `backup`.
    public var role = ""
    public var address = ""
    public var region = ""
    public var bucket = ""

    public init() {}

    public init(role: String, address: String, region: String, bucket: String) {
        (self.role, self.address, self.region, self.bucket) = (role, address, region, bucket)
    }

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.role), .string(2, \.address), .string(3, \.region), .string(4, \.bucket),
    ]
}

/// The runner has begun to work on a run.
public struct RunStarted: WireSchema {
    /// Microseconds since 1970. Offsets in later events count from here, on a monotonic clock.
    public var time: UInt64 = 0
    public var slot: UInt64 = 0
    public var process: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.time), .uint64(2, \.slot), .uint64(3, \.process),
    ]
}

/// A prerequisite was observed, or not.
public struct PrerequisiteChecked: WireSchema {
    public var name = ""
    public var verdict = Verdict.none
    public var expected = ""
    public var observed = ""
    public var durationUs: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.name), .value(2, \.verdict), .string(3, \.expected), .string(4, \.observed),
        .uint64(5, \.durationUs),
    ]
}

/// Somebody wants a run to stop and clean up.
public struct CancelRequested: WireSchema {
    public var by = ""
    public var reason = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [.string(1, \.by), .string(2, \.reason)]
}

/// What was put back after a run.
public struct CleanupFinished: WireSchema {
    public var actions: [CleanupAction] = []
    public var isComplete = false

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .messages(1, \.actions), .bool(2, \.isComplete),
    ]
}

public struct CleanupAction: WireSchema {
    public var name = ""
    public var isDone = false
    public var detail = ""

    public init() {}

    public init(name: String, isDone: Bool, detail: String) {
        (self.name, self.isDone, self.detail) = (name, isDone, detail)
    }

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.name), .bool(2, \.isDone), .string(3, \.detail),
    ]
}

/// The last event of a run that counts: its verdict and its measures.
public struct RunFinished: WireSchema {
    public var status = RunStatus.pending
    public var verdict = Verdict.none
    public var ending = RunEnding.finished
    public var time: UInt64 = 0
    public var rtoActualMs: UInt64?
    public var rpoActualMs: UInt64?
    /// How far the true RTO may lie below `rtoActualMs`.
    public var rtoResolutionMs: UInt64?
    public var errorMessage = ""
    /// Steps that were planned and never begun.
    public var stepsNotExecuted: [String] = []

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .value(1, \.status), .value(2, \.verdict), .value(3, \.ending), .uint64(4, \.time),
        .optionalUInt64(5, \.rtoActualMs), .optionalUInt64(6, \.rpoActualMs),
        .optionalUInt64(7, \.rtoResolutionMs), .string(8, \.errorMessage),
        .strings(9, \.stepsNotExecuted),
    ]
}

extension RunFinished {
    /// How the run ended and why, each said once: `completed`, `failed: timed out`, `cancelled by
    /// ops`.
    public var sentence: String {
        if errorMessage.isEmpty { return "\(status)" }
        let isSaid = status == .cancelled && errorMessage.hasPrefix("cancelled")
        return isSaid ? errorMessage : "\(status): \(errorMessage)"
    }
}
