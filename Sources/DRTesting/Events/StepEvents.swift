public import Wire

/// A step has begun.
public struct StepStarted: WireSchema {
    /// From 0.
    public var index: UInt64 = 0
    public var name = ""
    public var component = ""
    /// Microseconds since the run's start.
    public var offsetUs: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.index), .string(2, \.name), .string(3, \.component), .uint64(4, \.offsetUs),
    ]
}

/// A check has ended: one row of `test_results`.
public struct ResultRecorded: WireSchema {
    public var stepIndex: UInt64 = 0
    public var component = ""
    public var testName = ""
    public var expectedResult = ""
    public var actualResult = ""
    public var verdict = Verdict.none
    public var executionTimeUs: UInt64 = 0
    public var errorMessage = ""
    public var observations: [ObservationMade] = []

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.stepIndex), .string(2, \.component), .string(3, \.testName),
        .string(4, \.expectedResult), .string(5, \.actualResult), .value(6, \.verdict),
        .uint64(7, \.executionTimeUs), .string(8, \.errorMessage), .messages(9, \.observations),
    ]
}

/// What a verdict rests on.
public struct ObservationMade: WireSchema {
    /// The name of the observation, for example `proxy.requests_per_second`.
    public var name = ""
    /// `wire`, `bytes`, `receiver`, `client`, `kernel` or `self`: where it was seen.
    public var source = ""
    /// The comparison, for example `equals 0`.
    public var expected = ""
    /// What was seen last; empty if nothing was.
    public var value = ""
    public var samples: UInt64?
    /// When it first held, after the step began.
    public var firstTrueUs: UInt64?
    /// By when it had to hold.
    public var deadlineUs: UInt64?
    public var verdict = Verdict.none

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.name), .string(2, \.source), .string(3, \.expected), .string(4, \.value),
        .optionalUInt64(5, \.samples), .optionalUInt64(6, \.firstTrueUs),
        .optionalUInt64(7, \.deadlineUs), .value(8, \.verdict),
    ]
}

/// The last operations before a check failed.
public struct OperationsKept: WireSchema {
    public var stepIndex: UInt64 = 0
    public var operations: [OperationKept] = []

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.stepIndex), .messages(2, \.operations),
    ]
}

public struct OperationKept: WireSchema {
    public var offsetUs: UInt64 = 0
    /// `read`, `write` or `delete`.
    public var kind = ""
    public var key = ""
    /// `served`, `deferred`, `refused`, `failed` or `indeterminate`.
    public var outcome = ""
    public var latencyUs: UInt64 = 0
    public var detail = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.offsetUs), .string(2, \.kind), .string(3, \.key), .string(4, \.outcome),
        .uint64(5, \.latencyUs), .string(6, \.detail),
    ]
}

/// One row of `test_logs`.
public struct LogRecorded: WireSchema {
    /// Microseconds since 1970.
    public var time: UInt64 = 0
    /// `start`, `step`, `warning`, `error`, `success`, `info` or `metric`.
    public var eventType = ""
    public var component = ""
    public var message = ""
    /// `debug`, `info`, `warn`, `error` or `fatal`.
    public var level = ""
    public var metadata: [NamedValue] = []

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.time), .string(2, \.eventType), .string(3, \.component),
        .string(4, \.message), .string(5, \.level), .messages(6, \.metadata),
    ]
}
