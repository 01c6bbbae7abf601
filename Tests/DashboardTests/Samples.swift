import HTTPAPI
import Wire

@testable import Dashboard

/// Rows as the tables have them.
enum Samples {
    static let now: UInt64 = 1_796_000_000_000_000
    static let operating = Viewer(subject: "mara", role: .operator, csrf: "token")
    static let watching = Viewer(subject: "mara", role: .viewer, csrf: "")

    static func shell(_ viewer: Viewer = operating) -> Shell {
        Shell("Sample", section: "/", viewer, Shell.Counts(position: 9, findings: 2, alerts: 0))
    }

    static func test(
        _ id: Int, scenario: String = "Outage", status: String = "completed",
        verdict: JSONValue = "passed", purpose: String = "drill", rto: JSONValue = 41_200
    ) -> Row {
        Row([
            "id": .int(id), "test_type": "full_outage", "scenario": .string(scenario),
            "status": .string(status), "verdict": verdict,
            "start_time": "2026-11-23T08:30:00.000Z",
            "end_time": status == "running" ? .null : "2026-11-23T08:31:00.000Z",
            "rto_target_ms": 300_000, "rpo_target_ms": 60_000, "rto_actual_ms": rto,
            "rpo_actual_ms": 0,
            "test_config": ["steps": ["Block all", "Verify"], "run_key": "key"],
            "executed_by": "mara", "environment": "staging",
            "created_at": "2026-11-23T08:30:00.000Z", "target": "staging-r2",
            "target_kind": "builtin", "purpose": .string(purpose), "error_message": .null,
            "first_position": .int(id), "last_position": .int(id + 5),
        ])
    }

    static func result(_ name: String, verdict: String, error: JSONValue = .null) -> Row {
        Row([
            "id": 7, "component": "faults", "test_name": .string(name),
            "expected_result": "nothing gets through", "verdict": .string(verdict),
            "execution_time_ms": 4200, "error_message": error,
            "details": [
                "observations": [
                    [
                        "observation": "proxy.requests_per_second", "source": "wire",
                        "expected": "equals 0", "value": .string(name), "samples": 41,
                        "first_true_ms": 2100, "deadline_ms": 30_000, "verdict": .string(verdict),
                    ]
                ]
            ],
        ])
    }

    static func audit(origin: String = "dr-testing/log/1", note: String? = nil) -> AuditFacts {
        AuditFacts(
            logID: "1", origin: origin, position: 9, recorded: now, firstPosition: 1,
            root: "00ff", sealed: note == nil ? 0 : 9, note: note, signers: [origin])
    }
}
