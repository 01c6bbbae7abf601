internal import DRTesting
internal import Merkle
internal import Wire

/// `dr_tests`: one row for each run.
public enum TestsView: ReadModel {
    public static let name = "dr_tests"
    public static let version: UInt8 = 2

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        guard let test = try rows.test(of: record) else { return }
        switch record.event {
        case .runRequested(var request):
            // No part of the row, and longer than all that is.
            request.scenarioText = ""
            var state = TestState()
            state.createdAt = record.time
            state.request = [request]
            try rows.put(state.encoded, RowKey.state(test))
        case .runStarted(let event):
            try change(test, in: &rows) { $0.started = [event] }
        case .runFinished(let event):
            try change(test, in: &rows) {
                if $0.finished.isEmpty { $0.finished = [event] }
            }
        default: break
        }
        // Every event changes the row: it is written once a batch.
        rows.putOff(test, record.position)
    }

    public static func finish(_ rows: inout RowTable) throws {
        for (test, position) in rows.takePutOff() {
            let state = try state(of: test, in: &rows)
            let row = state.row(id: test, lastPosition: position)
            try rows.put(row.bytes, RowKey.row(test))
        }
    }

    private static func change(
        _ test: UInt64, in rows: inout RowTable, _ body: (inout TestState) -> Void
    ) throws {
        var state = try state(of: test, in: &rows)
        body(&state)
        try rows.put(state.encoded, RowKey.state(test))
    }

    private static func state(of test: UInt64, in rows: inout RowTable) throws -> TestState {
        guard let stored = try rows.value(RowKey.state(test)) else { return TestState() }
        return try TestState(from: WireReader(stored))
    }
}

/// What is remembered of a run: the events that its row is made of.
private struct TestState: WireSchema {
    var createdAt: UInt64 = 0
    var request: [RunRequested] = []
    var started: [RunStarted] = []
    var finished: [RunFinished] = []

    static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.createdAt), .messages(2, \.request), .messages(3, \.started),
        .messages(4, \.finished),
    ]

    private var status: RunStatus {
        finished.first?.status ?? (started.isEmpty ? .pending : .running)
    }

    func row(id: UInt64, lastPosition: UInt64) -> JSONWriter {
        let request = request.first ?? RunRequested()
        let finish = finished.first
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", id)
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
            row.member("first_position", id)
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
