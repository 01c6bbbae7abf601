public import Wire

/// A scenario as it is kept: a row of `test_scenarios`. Said anew, whole, whenever it changes.
public struct ScenarioDefinition: WireSchema {
    /// 1 to 6 for the built-in scenarios.
    public var id: UInt64 = 0
    public var scenarioName = ""
    public var testType = ""
    public var description = ""
    /// The names of the steps, in their order.
    public var testSteps: [String] = []
    /// What must be observed, in words.
    public var expectedOutcomes: [String] = []
    /// `nil`: not an objective of this scenario. So is `rpoTargetMs`.
    public var rtoTargetMs: UInt64?
    public var rpoTargetMs: UInt64?
    /// What must be so before anything is broken.
    public var prerequisites: [NamedValue] = []
    public var cleanupSteps: [String] = []
    /// What is run: YAML, or JSON.
    public var scenarioText = ""
    /// SHA-256 of the text.
    public var scenarioDigest: [UInt8] = []
    public var by = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.id), .string(2, \.scenarioName), .string(3, \.testType),
        .string(4, \.description), .strings(5, \.testSteps), .strings(6, \.expectedOutcomes),
        .optionalUInt64(7, \.rtoTargetMs), .optionalUInt64(8, \.rpoTargetMs),
        .messages(9, \.prerequisites), .strings(10, \.cleanupSteps), .string(11, \.scenarioText),
        .bytes(12, \.scenarioDigest), .string(13, \.by),
    ]
}

/// When a scenario is to be run: a row of `test_schedules`. Said anew, whole, whenever it changes.
public struct ScheduleDefinition: WireSchema {
    public var id: UInt64 = 0
    public var scenarioID: UInt64 = 0
    public var scheduleName = ""
    /// Minute, hour, day of the month, month, day of the week; or a macro like `@daily`.
    public var cronExpression = ""
    /// In which the expression is read: `UTC`, or a name of the tz database.
    public var timeZone = ""
    public var by = ""
    /// What becomes of runs whose time nobody kept: `once` or empty, they are caught up by one run;
    /// `skip`, they are not.
    public var catchUp = ""
    /// The name of the target that is tested; empty for that of the environment.
    public var targetName = ""
    /// Empty: that of the target.
    public var environment = ""
    /// Of the scenario.
    public var variables: [NamedValue] = []

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.id), .uint64(2, \.scenarioID), .string(3, \.scheduleName),
        .string(4, \.cronExpression), .string(5, \.timeZone), .string(6, \.by),
        .string(7, \.catchUp), .string(8, \.targetName), .string(9, \.environment),
        .messages(10, \.variables),
    ]
}

/// A schedule came due.
public struct ScheduleFired: WireSchema {
    public var scheduleID: UInt64 = 0
    /// The moment that its expression names, in microseconds since 1970.
    public var dueTime: UInt64 = 0
    /// Of the run that was started; empty if none was.
    public var runKey = ""
    /// Why none was.
    public var problem = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.scheduleID), .uint64(2, \.dueTime), .string(3, \.runKey),
        .string(4, \.problem),
    ]
}

/// Why a drill that was due was not run: a row of `excuses`. Said anew, whole, whenever it changes.
public struct ExcuseDefinition: WireSchema {
    public var id: UInt64 = 0
    public var scenarioName = ""
    public var targetName = ""
    /// When the drill was due, in microseconds since 1970.
    public var dueTime: UInt64 = 0
    public var reason = ""
    /// Who should have run it.
    public var executor = ""
    /// Who accepts that it was not run: somebody else.
    public var approver = ""
    public var by = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.id), .string(2, \.scenarioName), .string(3, \.targetName),
        .uint64(4, \.dueTime), .string(5, \.reason), .string(6, \.executor),
        .string(7, \.approver), .string(8, \.by),
    ]
}

/// How often a scenario must succeed on a target: a row of `cadences`. Said anew, whole, whenever
/// it changes.
public struct CadenceDefinition: WireSchema {
    public var id: UInt64 = 0
    public var scenarioName = ""
    public var targetName = ""
    public var intervalMs: UInt64 = 0
    /// So long after the interval it is late, but not yet overdue.
    public var graceMs: UInt64 = 0
    public var reason = ""
    public var by = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.id), .string(2, \.scenarioName), .string(3, \.targetName),
        .uint64(4, \.intervalMs), .uint64(5, \.graceMs), .string(6, \.reason), .string(7, \.by),
    ]
}

/// A row was disabled, enabled or removed, as the event that says so is named.
public struct RowChange: WireSchema {
    public var id: UInt64 = 0
    public var by = ""
    public var reason = ""

    public init() {}

    public init(id: UInt64, by: String, reason: String = "") {
        (self.id, self.by, self.reason) = (id, by, reason)
    }

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.id), .string(2, \.by), .string(3, \.reason),
    ]
}
