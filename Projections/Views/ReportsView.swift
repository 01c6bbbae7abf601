internal import DRTesting
internal import Merkle
internal import Wire

/// `test_reports`: what was reported, and what its files must hash to.
public enum ReportsView: ReadModel {
    public static let name = "test_reports"
    public static let version: UInt8 = 1

    public static func reads(_ number: Int) -> Bool { number == 85 }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        guard case .reportGenerated(let report) = record.event else { return }
        try rows.put(row(report, at: record.time).bytes, RowKey.row(report.id))
    }

    private static func row(_ report: ReportGenerated, at time: UInt64) -> JSONWriter {
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", report.id)
            row.member("report_name", report.reportName)
            row.member("report_type", report.reportType)
            row.member("period_start", time: report.periodStart)
            row.member("period_end", time: report.periodEnd)
            row.member("total_tests", report.totalTests)
            row.member("passed_tests", report.passedTests)
            row.member("failed_tests", report.failedTests)
            row.member("avg_rto_ms", report.avgRtoMs)
            row.member("avg_rpo_ms", report.avgRpoMs)
            row.member("success_rate", report.successRate)
            row.member("test_summary", report.testSummary)
            row.array("recommendations", report.recommendations)
            row.member("generated_at", time: time)
            row.member("generated_by", report.generatedBy)
            row.name("files")
            row.array { list in
                for file in report.files { list.object { write(file, to: &$0) } }
            }
        }
        return writer
    }

    private static func write(_ file: ReportFile, to row: inout JSONWriter) {
        row.member("name", file.name)
        row.member("format", file.format)
        row.member("sha256", Hexadecimal.encode(file.digest))
        row.member("size_bytes", file.size)
    }
}
