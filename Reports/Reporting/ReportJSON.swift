internal import DRTesting
internal import Projections
internal import Wire

extension PeriodReport {
    /// The report as JSON, for machines.
    public var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { report in
            report.text("report_name", name)
            report.text("report_type", period.kind.rawValue)
            report.text("period", period.name)
            report.text("period_start", RFC3339.text(period.start))
            report.text("period_end", RFC3339.text(period.end))
            write(statistics, to: &report)
            report.list("not_counted", uncounted) { uncounted, row in
                row.text("purpose", uncounted.purpose)
                row.count("tests", uncounted.count)
            }
            report.list("test_summary", runs) { $0.write(to: &$1) }
            report.list("not_counted_tests", otherRuns) { $0.write(to: &$1) }
            report.name("recommendations")
            report.array { list in for sentence in recommendations { list.string(sentence) } }
            report.name("origin")
            report.object { write(origin, to: &$0) }
        }
        return writer.bytes
    }

    private func write(_ statistics: Statistics, to report: inout JSONWriter) {
        report.count("total_tests", statistics.total)
        report.count("passed_tests", statistics.completed)
        report.count("failed_tests", statistics.failed)
        report.count("inconclusive_tests", statistics.inconclusive)
        report.count("cancelled_tests", statistics.cancelled)
        report.count("running_tests", statistics.running)
        report.count("not_recovered_tests", statistics.notRecovered)
        report.value("success_rate", statistics.successRate)
        report.value("avg_rto_ms", statistics.averageRTOMs)
        report.count("avg_rto_count", statistics.rtoCount)
        report.value("avg_rpo_ms", statistics.averageRPOMs)
        report.count("avg_rpo_count", statistics.rpoCount)
    }

    private func write(_ origin: Origin, to report: inout JSONWriter) {
        report.text("log_id", origin.logID)
        report.count("position", Int(origin.position))
        report.text("root", origin.root)
        report.value("sealed_size", origin.sealedSize.map { Double($0) })
        report.text("tool_version", origin.toolVersion)
    }
}

/// Members of objects, by their names.
extension JSONWriter {
    mutating func text(_ name: String, _ value: String?) {
        self.name(name)
        string(value)
    }

    mutating func count(_ name: String, _ value: Int) {
        self.name(name)
        integer(value)
    }

    mutating func value(_ name: String, _ value: Double?) {
        self.name(name)
        number(value)
    }

    mutating func list<Value>(
        _ name: String, _ values: [Value], _ write: (Value, inout JSONWriter) -> Void
    ) {
        self.name(name)
        array { list in
            for value in values { list.object { write(value, &$0) } }
        }
    }
}
