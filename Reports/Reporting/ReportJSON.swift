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
            report.name("test_summary")
            report.array { list in
                for run in runs { list.object { Self.write(run, to: &$0) } }
            }
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

    private static func write(_ run: RunRecord, to report: inout JSONWriter) {
        let (requested, finished) = (run.requested, run.run.finished)
        report.count("id", Int(run.id))
        report.text("scenario", requested.scenarioName)
        report.text("test_type", requested.testType)
        report.text("target", requested.targetName)
        report.text("target_kind", requested.targetKind)
        report.text("environment", requested.environment)
        report.text("status", "\(run.run.status)")
        report.text("verdict", finished.map { "\($0.verdict)" })
        report.text("requested_at", RFC3339.text(run.requestedAt))
        report.text("end_time", finished.map { RFC3339.text($0.time) })
        for name in [
            "rto_actual_ms", "rto_resolution_ms", "fault_held_ms", "time_to_detect_ms",
            "recovery_after_lift_ms", "rpo_actual_ms",
        ] { report.value(name, run.metric(name)?.value) }
        report.value("rto_target_ms", requested.rtoTargetMs.map { Double($0) })
        report.value("rpo_target_ms", requested.rpoTargetMs.map { Double($0) })
        report.text(
            "error_message", finished.flatMap { $0.errorMessage.isEmpty ? nil : $0.errorMessage })
        report.name("results")
        report.array { list in
            for result in run.run.results {
                list.object {
                    $0.text("component", result.component)
                    $0.text("test_name", result.testName)
                    $0.text("verdict", "\(result.verdict)")
                    $0.text(
                        "error_message", result.errorMessage.isEmpty ? nil : result.errorMessage)
                }
            }
        }
    }

    private func write(_ origin: Origin, to report: inout JSONWriter) {
        report.text("log_id", origin.logID)
        report.count("position", Int(origin.position))
        report.text("root", origin.root)
        report.value("sealed_size", origin.sealedSize.map { Double($0) })
        report.text("tool_version", origin.toolVersion)
    }
}

extension JSONWriter {
    fileprivate mutating func text(_ name: String, _ value: String?) {
        self.name(name)
        string(value)
    }

    fileprivate mutating func count(_ name: String, _ value: Int) {
        self.name(name)
        integer(value)
    }

    fileprivate mutating func value(_ name: String, _ value: Double?) {
        self.name(name)
        number(value)
    }
}
