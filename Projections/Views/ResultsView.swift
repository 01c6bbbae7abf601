internal import DRTesting
public import EventLog
internal import Wire

/// `test_results`: one row for each check.
public enum ResultsView: ReadModel {
    public static let name = "test_results"
    public static let version: UInt8 = 2

    private static let numbers: Set<Int> = [
        TestEvent.runRequested(.init()).number, TestEvent.resultRecorded(.init()).number,
    ]

    public static func reads(_ number: Int) -> Bool { numbers.contains(number) }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        guard let test = try rows.test(of: record) else { return }
        if case .resultRecorded(let result) = record.event {
            try rows.add(to: test, record) { id, row in
                row.member("id", id)
                row.member("test_id", test)
                write(result, to: &row)
                row.member("created_at", time: record.time)
            }
        }
    }

    public static func apply(_ retention: RetentionApplied, to rows: inout RowTable) throws {
        try rows.dropRows(recordedBefore: retention.resultCutOff)
    }

    private static func write(_ result: ResultRecorded, to row: inout JSONWriter) {
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
