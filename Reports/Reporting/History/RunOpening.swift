internal import DRTesting
internal import EventLog
internal import Wire

/// What reports need of the first event of a run, which holds much more: a history may have very
/// many runs. The fields are those of `RunRequested`.
struct RunOpening: WireSchema {
    var runKey = ""
    var scenarioName = ""
    var testType = ""
    var scenarioID: UInt64 = 0
    var scenarioDigest: [UInt8] = []
    var targetName = ""
    var targetKind = ""
    var targetDigest: [UInt8] = []
    var environment = ""
    var executedBy = ""
    var requestedBy = ""
    var authorization = ""
    var purpose = ""
    var rtoTargetMs: UInt64?
    var rpoTargetMs: UInt64?
    var toolVersion = ""

    static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.runKey), .string(2, \.scenarioName), .string(3, \.testType),
        .uint64(4, \.scenarioID), .bytes(5, \.scenarioDigest), .string(7, \.targetName),
        .string(8, \.targetKind), .bytes(9, \.targetDigest), .string(10, \.environment),
        .string(12, \.executedBy), .string(13, \.requestedBy), .string(14, \.authorization),
        .string(15, \.purpose), .optionalUInt64(16, \.rtoTargetMs),
        .optionalUInt64(17, \.rpoTargetMs), .string(18, \.toolVersion),
    ]

    init() {}

    /// - Returns: `nil` for what is no first event of a run.
    init?(_ event: RecordedEvent) {
        guard event.record.number == RunEvent.requested,
            let opening = try? RunOpening(from: WireReader(event.record.payload))
        else { return nil }
        self = opening
    }

    var isDrill: Bool { purpose == "drill" }
}

extension DrillSummary {
    /// - Parameters:
    ///   - first: the event that asks for the run, of which `opening` was read.
    ///   - end: `nil` if it has not ended by the head.
    convenience init(_ opening: RunOpening, of first: RecordedEvent, end: End?) {
        self.init(
            id: first.position, runKey: opening.runKey, requestedAt: first.record.clock,
            scenario: opening.scenarioName, scenarioID: opening.scenarioID,
            testType: opening.testType, settingsDigest: opening.scenarioDigest,
            target: opening.targetName, targetKind: opening.targetKind,
            targetDigest: opening.targetDigest, environment: opening.environment,
            executedBy: opening.executedBy, requestedBy: opening.requestedBy,
            authorization: opening.authorization, purpose: opening.purpose,
            rtoTargetMs: opening.rtoTargetMs, rpoTargetMs: opening.rpoTargetMs,
            toolVersion: opening.toolVersion, end: end)
    }
}

extension DrillSummary.End {
    /// - Returns: `nil` for what is no end of a run.
    init?(_ event: RecordedEvent) {
        guard event.record.number == RunEvent.finished,
            let finish = try? RunFinished(from: WireReader(event.record.payload))
        else { return nil }
        self.init(
            position: event.position, time: event.record.recorded, status: finish.status,
            verdict: finish.verdict, ending: finish.ending, rtoMs: finish.rtoActualMs,
            rpoMs: finish.rpoActualMs, rtoResolutionMs: finish.rtoResolutionMs,
            message: finish.status == .completed ? "" : finish.errorMessage,
            stepsNotExecuted: finish.stepsNotExecuted)
    }
}
