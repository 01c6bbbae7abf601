internal import Wire

extension PeriodReport {
    /// The report as JSON in UTF-8, for programs: it keeps to `ReportSchema.period`.
    public var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { report in
            writeHead(to: &report)
            statistics.write(to: &report)
            writeTables(to: &report)
            report.texts("recommendations", recommendations.map(\.sentence))
            report.list("advice", recommendations) { $0.write(to: &$1) }
            report.list("changes", changes) { $1.change($0) }
            report.list("not_run", notRun) { $0.write(to: &$1) }
            report.list("next", next) { $1.standing($0) }
            report.object("due") { due.write(to: &$0) }
            report.list("test_summary", runs) { row, run in
                run.run(row.summary, isCounted: row.isCounted, exclusion: row.exclusion)
            }
            report.list("details", details) { $0.write(to: &$1) }
            report.object("origin") { $0.origin(origin) }
        }
        return writer.bytes
    }

    private func writeHead(to report: inout JSONWriter) {
        report.schema(ReportSchema.periodID)
        report.member("document_id", documentID)
        report.member("report_name", name)
        report.member("report_type", period.kind.rawValue)
        report.member("period", period.name)
        report.time("period_start", period.start)
        report.time("period_end", period.end)
        report.time("generated_at", origin.generatedAt)
        report.time("judged_at", judgedAt)
        report.texts("targets", targets)
        report.texts("environments", environments)
        report.object("summary") { row in
            row.member("colour", summary.colour.rawValue)
            row.member("headline", summary.headline)
            row.texts("lines", summary.lines)
        }
    }

    private func writeTables(to report: inout JSONWriter) {
        report.list("scorecard", scorecard) { $0.write(to: &$1) }
        report.object("calendar") { table in
            table.texts("weeks", calendar.weeks)
            table.list("rows", calendar.rows) { weeks, row in
                row.subject(weeks.subject)
                row.texts("marks", weeks.marks.map(\.rawValue))
                row.numbers("counts", weeks.counts)
            }
        }
        report.list("recovery_times", recoveryTimes) { $0.write(to: &$1) }
        report.list("breakdowns", breakdowns) { $0.write(to: &$1) }
        report.list("successes", successes) { $0.write(to: &$1) }
        report.list("trends", trends) { $0.write(to: &$1) }
        report.list("integrity", integrity) { $0.write(to: &$1) }
        report.list("degradation", degradation) { $0.write(to: &$1) }
        report.list("benchmarks", benchmarks) { $0.write(to: &$1) }
        report.list("unstable", unstable) { $0.write(to: &$1) }
        report.list("findings", findings) { $1.finding($0) }
    }
}

extension PeriodReport.Statistics {
    fileprivate func write(to report: inout JSONWriter) {
        report.count("total_tests", total)
        report.count("passed_tests", passed)
        report.count("failed_tests", failed)
        report.count("inconclusive_tests", inconclusive)
        report.count("cancelled_tests", cancelled)
        report.count("running_tests", underWay)
        report.count("not_recovered_tests", notRecovered)
        report.member("success_rate", successRate)
        report.member("avg_rto_ms", averageRTOMs)
        report.count("avg_rto_count", rtoCount)
        report.member("avg_rpo_ms", averageRPOMs)
        report.count("avg_rpo_count", rpoCount)
    }
}

extension PeriodReport.NotRun {
    fileprivate func write(to row: inout JSONWriter) {
        row.member("kind", kind)
        row.subject(subject)
        row.time("time", time)
        row.member("reason", reason)
        row.member("test", test)
        row.member("position", position)
    }
}

extension Recommendation {
    fileprivate func write(to row: inout JSONWriter) {
        row.member("rule", rule)
        row.member("severity", severity.rawValue)
        row.member("sentence", sentence)
        row.numbers("evidence", evidence)
        row.texts("controls", controls)
    }
}

extension DueAccount {
    fileprivate func write(to account: inout JSONWriter) {
        account.count("scheduled", scheduled)
        account.count("on_time", count(.onTime))
        account.count("late", count(.late))
        account.count("overdue", count(.overdue))
        account.count("excused", count(.excused))
        account.member("reconciled", isReconciled)
        account.list("drills", due) { $1.due($0) }
        account.list("standings", standings) { $1.standing($0) }
    }
}
