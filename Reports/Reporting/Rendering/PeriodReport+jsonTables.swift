internal import Wire

extension PeriodReport.Score {
    func write(to row: inout JSONWriter) {
        row.subject(subject)
        row.member("environment", environment)
        row.member("last_test", last?.id)
        row.verdict("last_verdict", last?.end?.verdict)
        row.count("runs", runs)
        row.count("passed", passed)
        row.member("rto_actual_ms", rtoMs)
        row.member("rto_target_ms", rtoTargetMs)
        row.member("rto_margin", rtoMargin)
        row.member("rpo_actual_ms", rpoMs)
        row.member("rpo_target_ms", rpoTargetMs)
        row.time("last_success", lastSuccess)
        row.time("due_at", standing?.dueTime)
        row.time("overdue_since", standing?.overdueSince)
        row.count("overdue_days", overdueDays)
    }
}

extension PeriodReport.RecoveryStrip {
    func write(to row: inout JSONWriter) {
        row.subject(subject)
        row.list("points", points) { point, row in
            row.member("test", point.test)
            row.time("time", point.time)
            row.member("recovery_time_ms", point.milliseconds)
            row.member("limit_ms", point.limitMs)
            row.member("in_period", point.isInPeriod)
        }
        row.member("limit_ms", limitMs)
        row.member("prior_median_ms", priorMedianMs)
        row.member("median_ms", medianMs)
        row.member("maximum_ms", maximumMs)
        row.count("count", count)
        row.interval("median_interval_ms", medianInterval)
        row.estimate("difference_p", difference)
        row.count("unknown", unknown)
    }
}

extension PeriodReport.Breakdown {
    func write(to row: inout JSONWriter) {
        row.subject(subject)
        row.count("count", count)
        row.list("parts", parts) { part, row in
            row.member("label", part.label)
            row.member("duration_ms", part.milliseconds)
        }
        row.member("longest", longest)
    }
}

extension PeriodReport.SuccessRow {
    func write(to row: inout JSONWriter) {
        row.subject(subject)
        row.count("passed", passed)
        row.count("total", total)
        row.interval("share_interval", interval)
        row.count("prior_passed", priorPassed)
        row.count("prior_total", priorTotal)
        row.count("ever_passed", everPassed)
        row.count("ever_total", everTotal)
    }
}

extension PeriodReport.Trend {
    func write(to row: inout JSONWriter) {
        row.subject(subject)
        row.list("points", points) { point, row in
            row.member("week", point.week)
            row.member("median_ms", point.medianMs)
            row.count("count", point.count)
            row.estimate("high", point.high)
            row.estimate("low", point.low)
        }
        row.member("signal", signal.rawValue)
        row.member("since", since)
        row.member("slope_ms_per_week", slopeMs)
        row.estimate("slope_p", slopeP)
    }
}

extension PeriodReport.IntegrityRow {
    func write(to row: inout JSONWriter) {
        row.subject(subject)
        row.count("drills", drills)
        row.member("expected", known(expected))
        row.member("intact", known(intact))
        row.member("missing", known(missing))
        row.member("differing", known(differing))
        row.member("resurrected", known(resurrected))
        row.member("unexpected", known(unexpected))
        row.member("unchecked", known(unchecked))
        row.count("not_compared", notCompared)
        row.numbers("tests", tests)
    }
}

extension PeriodReport.DegradationRow {
    func write(to row: inout JSONWriter) {
        row.member("test", test)
        row.subject(subject)
        row.member("phase", phase)
        row.member("operations", operations)
        row.member("served", served)
        row.member("deferred", deferred)
        row.member("refused", refused)
        row.member("failed", failed)
        row.member("availability", availability)
        row.member("p50_us", p50Us)
        row.member("p99_us", p99Us)
        row.texts("breaker", breaker)
    }
}

extension PeriodReport.BenchmarkRow {
    func write(to row: inout JSONWriter) {
        row.member("test", test)
        row.subject(subject)
        row.member("measure", measure)
        row.member("unit", unit)
        row.member("value", value)
        row.member("baseline", baseline)
        row.count("baseline_count", baselineCount)
        row.member("ratio", ratio)
        row.member("limit", limit)
        row.member("passed", passed)
    }
}

extension PeriodReport.UnstableRow {
    func write(to row: inout JSONWriter) {
        row.subject(subject)
        row.count("runs", runs)
        row.count("switches", switches)
        row.member("share", share)
        row.time("last_switch", lastSwitch)
        row.numbers("tests", tests)
    }
}
