internal import DRTesting
internal import Wire

/// `test_metrics`: one row for each measure.
public enum MetricsView: ReadModel {
    public static let name = "test_metrics"
    public static let version: UInt8 = 1

    public static func apply<Rows: RowTable & ~Copyable>(
        _ record: TestRecord, to rows: inout Rows
    ) throws {
        guard let test = try rows.test(of: record) else { return }
        if case .metricRecorded(let metric) = record.event {
            try rows.add(to: test) { row($0, test: test, metric) }
        }
    }

    private static func row(_ id: UInt64, test: UInt64, _ metric: MetricRecorded) -> JSONWriter {
        var writer = JSONWriter()
        writer.object { row in
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
        return writer
    }
}
