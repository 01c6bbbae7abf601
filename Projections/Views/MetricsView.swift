internal import DRTesting
public import EventLog
internal import Wire

/// `test_metrics`: one row for each measure.
public enum MetricsView: ReadModel {
    public static let name = "test_metrics"
    public static let version: UInt8 = 2

    private static let numbers: Set<Int> = [
        TestEvent.runRequested(.init()).number, TestEvent.metricRecorded(.init()).number,
    ]

    public static func reads(_ number: Int) -> Bool { numbers.contains(number) }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        guard let test = try rows.test(of: record) else { return }
        if case .metricRecorded(let metric) = record.event {
            try rows.add(to: test, record) { write(metric, id: $0, test: test, to: &$1) }
        }
    }

    public static func apply(_ retention: RetentionApplied, to rows: inout RowTable) throws {
        try rows.dropRows(recordedBefore: retention.logCutOff)
    }

    private static func write(
        _ metric: MetricRecorded, id: UInt64, test: UInt64, to row: inout JSONWriter
    ) {
        row.member("id", id)
        row.member("test_id", test)
        row.member("metric_name", metric.name)
        row.member("metric_type", metric.type)
        row.member("value", metric.value)
        row.member("unit", metric.unit)
        row.member("threshold", metric.threshold)
        row.member("passed", metric.passed)
        row.member("recorded_at", time: metric.time)
    }
}
