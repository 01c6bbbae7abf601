internal import DRTesting
internal import Merkle
internal import Wire

/// `dr_tests`: one row for each run.
public enum TestsView: ReadModel {
    public static let name = "dr_tests"
    public static let version: UInt8 = 1

    public static func apply<Rows: RowTable & ~Copyable>(
        _ record: TestRecord, to rows: inout Rows
    ) throws {
        var test: TestState
        if case .runRequested(let request) = record.event {
            test = TestState()
            test.position = record.position
            test.createdAt = record.time
            test.request = [request]
        } else {
            guard let stored = try rows.value(RowKey.stream(record.stream)) else { return }
            test = try TestState(from: WireReader(stored))
        }
        test.lastPosition = record.position
        switch record.event {
        case .runStarted(let event): test.started = [event]
        case .runFinished(let event):
            test.finished = test.finished.isEmpty ? [event] : test.finished
        default: break
        }
        try rows.put(test.encoded, RowKey.stream(record.stream))
        try rows.put(test.row.bytes, RowKey.row(test.position))
    }
}

/// What is remembered of a run: the events that its row is made of.
private struct TestState: WireSchema {
    var position: UInt64 = 0
    var lastPosition: UInt64 = 0
    var createdAt: UInt64 = 0
    var request: [RunRequested] = []
    var started: [RunStarted] = []
    var finished: [RunFinished] = []

    static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.position), .uint64(2, \.lastPosition), .uint64(3, \.createdAt),
        .messages(4, \.request), .messages(5, \.started), .messages(6, \.finished),
    ]

    private var status: RunStatus {
        finished.first?.status ?? (started.isEmpty ? .pending : .running)
    }

    var row: JSONWriter {
        let request = request.first ?? RunRequested()
        let finish = finished.first
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", position)
            row.member("test_type", request.testType)
            row.member("scenario", request.scenarioName)
            row.member("status", "\(status)")
            row.member("verdict", verdict: finish?.verdict ?? .none)
            row.member("start_time", time: started.first?.time)
            row.member("end_time", time: finish?.time)
            row.member("rto_target_ms", request.rtoTargetMs)
            row.member("rpo_target_ms", request.rpoTargetMs)
            row.member("rto_actual_ms", finish?.rtoActualMs)
            row.member("rpo_actual_ms", finish?.rpoActualMs)
            row.name("test_config")
            row.object { request.writeConfiguration(to: &$0) }
            row.member("executed_by", request.executedBy)
            row.member("environment", request.environment)
            row.member("created_at", time: createdAt)
            row.member("target", request.targetName)
            row.member("target_kind", request.targetKind)
            row.member("purpose", request.purpose)
            row.member("error_message", orNull: finish?.errorMessage ?? "")
            row.member("first_position", position)
            row.member("last_position", lastPosition)
        }
        return writer
    }
}

extension RunRequested {
    /// What the run was told, so that it can be told again.
    fileprivate func writeConfiguration(to row: inout JSONWriter) {
        row.member("run_key", runKey)
        row.member("scenario_id", scenarioID == 0 ? nil : scenarioID)
        row.member("scenario_digest", Hexadecimal.encode(scenarioDigest))
        row.member("target_digest", Hexadecimal.encode(targetDigest))
        row.member("tool_version", toolVersion)
        row.member("seed", seed)
        row.object("variables", variables)
        row.member("debug", isDebug)
        row.member("timeout_ms", timeoutMs)
        row.member("scope", scope)
        row.member("requested_by", orNull: requestedBy)
        row.member("authorization", orNull: authorization)
        row.member("sabotage", orNull: sabotage)
        row.member("host", host)
        row.name("steps")
        row.array { list in
            for step in steps { list.string(step.name) }
        }
        row.name("endpoints")
        row.array { list in
            for endpoint in endpoints {
                list.object {
                    $0.member("role", endpoint.role)
                    $0.member("address", endpoint.address)
                    $0.member("region", endpoint.region)
                    $0.member("bucket", endpoint.bucket)
                }
            }
        }
    }
}
