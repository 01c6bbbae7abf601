internal import DRTesting
internal import Wire

/// `test_results`: one row for each check.
public enum ResultsView: ReadModel {
    public static let name = "test_results"
    public static let version: UInt8 = 1

    public static func apply<Rows: RowTable & ~Copyable>(
        _ record: TestRecord, to rows: inout Rows
    ) throws {
        guard let test = try rows.test(of: record) else { return }
        if case .resultRecorded(let result) = record.event {
            try rows.add(to: test) { row($0, test: test, result, time: record.time) }
        }
    }

    private static func row(
        _ id: UInt64, test: UInt64, _ result: ResultRecorded, time: UInt64
    ) -> JSONWriter {
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", id)
            row.member("test_id", test)
            row.member("component", result.component)
            row.member("test_name", result.testName)
            row.member("expected_result", result.expectedResult)
            row.member("actual_result", result.actualResult)
            row.member("passed", result.verdict.passed)
            row.member("verdict", verdict: result.verdict)
            row.member("execution_time_ms", Double(result.executionTimeUs) / 1000)
            row.member("error_message", orNull: result.errorMessage)
            row.name("details")
            row.object { details in
                details.name("observations")
                details.array { list in
                    for observation in result.observations {
                        list.object { write(observation, to: &$0) }
                    }
                }
            }
            row.member("created_at", time: time)
        }
        return writer
    }

    private static func write(_ observation: ObservationMade, to row: inout JSONWriter) {
        row.member("observation", observation.name)
        row.member("source", observation.source)
        row.member("expected", observation.expected)
        row.member("value", orNull: observation.value)
        row.member("samples", observation.samples)
        row.member("first_true_ms", observation.firstTrueUs.map { Double($0) / 1000 })
        row.member("deadline_ms", observation.deadlineUs.map { Double($0) / 1000 })
        row.member("verdict", verdict: observation.verdict)
    }
}
