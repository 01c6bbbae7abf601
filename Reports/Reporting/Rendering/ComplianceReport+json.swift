internal import DRTesting
internal import Wire

extension ComplianceReport {
    /// The report as JSON in UTF-8, for programs: it keeps to `ReportSchema.compliance`.
    public var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { report in
            writeHead(to: &report)
            report.list("tally", tally) { tally, row in
                row.member("status", tally.status.rawValue)
                row.count("count", tally.count)
            }
            report.list("controls", matrix) { $0.write(to: &$1) }
            report.object("coverage") { coverage.write(to: &$0) }
            report.list("population", population) { member, row in
                row.run(member.summary, isCounted: member.isCounted, exclusion: member.exclusion)
                row.member("last_leaf_sha256", member.endLeaf)
            }
            report.object("reconciliation") { reconciliation.write(to: &$0) }
            report.list("due_drills", due) { $1.due($0) }
            report.list("objectives", objectives) { $0.write(to: &$1) }
            report.list("changes", changes) { $1.change($0) }
            report.list("findings", findings) { $1.finding($0) }
            report.list("excuses", excuses) { $0.write(to: &$1) }
            report.list("standings", standings) { $1.standing($0) }
            report.object("integrity") { statement.write(to: &$0) }
            report.list("evidence", manifest) { $0.write(to: &$1) }
            report.texts("executors", executors)
            report.list("unrecorded_facts", unrecorded) { gap, row in
                row.member("fact", gap.fact.rawValue)
                row.member("reason", gap.reason)
            }
            report.object("origin") { $0.origin(origin) }
        }
        return writer.bytes
    }

    private func writeHead(to report: inout JSONWriter) {
        report.schema(ReportSchema.complianceID)
        report.member("document_id", documentID)
        report.member("report_type", "compliance")
        report.member("framework", framework.rawValue)
        report.member("framework_title", framework.title)
        report.member("period", period.name)
        report.time("period_start", period.start)
        report.time("period_end", period.end)
        report.time("generated_at", origin.generatedAt)
        report.time("judged_at", judgedAt)
        report.texts("targets", targets)
        report.texts("environments", environments)
    }
}

extension ComplianceReport.ControlRow {
    fileprivate func write(to row: inout JSONWriter) {
        row.member("framework", control.framework)
        row.member("version", control.version)
        row.member("id", control.id)
        row.member("title", control.title)
        row.member("requirement", control.requirement)
        row.member("cadence", control.cadence)
        row.member("interval_days", control.intervalDays.map { UInt64(clamping: $0) })
        row.texts("scenarios", control.scenarios)
        row.member("contribution", control.contribution.rawValue)
        row.member("status", status.rawValue)
        row.member("reason", reason)
        row.count("runs", runs)
        row.count("passed", passed)
        row.texts("facts", facts.map(\.rawValue))
        row.texts("missing_facts", missingFacts.map(\.rawValue))
        row.numbers("evidence", evidence)
        row.time("last_success", lastSuccess)
        row.member("not_evidenced_here", control.notEvidencedHere)
        row.member("checked", control.checked)
        row.member("oscal_control_id", control.oscalControlID)
        row.texts("oscal_objective_ids", control.oscalObjectiveIDs)
    }
}

extension ComplianceReport.Coverage {
    fileprivate func write(to table: inout JSONWriter) {
        table.texts("months", months)
        table.list("rows", rows) { months, row in
            row.subject(months.subject)
            row.name("cadence")
            if let cadence = months.cadence {
                row.object { $0.standing(cadence) }
            } else {
                row.null()
            }
            row.texts("marks", months.marks.map(\.rawValue))
            row.numbers("counts", months.counts)
        }
    }
}

extension ComplianceReport.Reconciliation {
    fileprivate func write(to account: inout JSONWriter) {
        account.object("due") { row in
            row.count("scheduled", scheduled)
            row.count("on_time", onTime)
            row.count("late", late)
            row.count("overdue", overdue)
            row.count("excused", excused)
            row.member("reconciled", isDueReconciled)
        }
        account.object("runs") { row in
            row.count("in_log", runsInLog)
            row.count("counted", runsCounted)
            row.list("excluded", excluded) { excluded, reason in
                reason.member("reason", excluded.reason)
                reason.count("count", excluded.count)
            }
            row.member("reconciled", areRunsReconciled)
        }
        account.object("fires") { row in
            row.count("in_log", fires)
            row.count("started", firesStarted)
            row.count("refused", firesRefused)
            row.member("reconciled", areFiresReconciled)
        }
    }
}

extension ComplianceReport.ObjectiveRow {
    fileprivate func write(to row: inout JSONWriter) {
        row.subject(subject)
        row.member("objective", title)
        row.member("limit_ms", limitMs)
        row.count("drills", drills)
        row.count("met", met)
        row.count("missed", missed)
        row.count("unknown", unknown)
        row.member("worst_ms", worstMs)
        row.member("median_ms", medianMs)
        row.name("earlier_limits_ms")
        row.array { list in for limit in earlierLimitsMs { list.number(limit) } }
    }
}

extension HistoryCatalog.Excuse {
    fileprivate func write(to row: inout JSONWriter) {
        row.member("id", definition.id)
        row.member("scenario", definition.scenarioName)
        row.member("target", definition.targetName)
        row.time("due_at", definition.dueTime)
        row.member("reason", definition.reason)
        row.member("executor", definition.executor)
        row.member("approver", definition.approver)
        row.member("by", definition.by)
        row.member("enabled", isEnabled)
        row.time("created_at", createdAt)
        row.member("position", position)
    }
}

extension ComplianceReport.IntegrityStatement {
    fileprivate func write(to statement: inout JSONWriter) {
        statement.texts("sentences", sentences)
        statement.list("notes", notes) { note, row in
            row.member("position", note.position)
            row.time("time", note.time)
            row.member("name", note.name)
            row.member("words", note.words)
        }
        statement.texts("clock_sources", clockSources)
    }
}

extension ComplianceReport.EvidenceItem {
    fileprivate func write(to row: inout JSONWriter) {
        row.member("id", id)
        row.member("test", test)
        row.subject(subject)
        row.member("first_position", firstPosition)
        row.member("last_position", lastPosition)
        row.time("collected_at", collectedAt)
        row.member("collected_by", collectedBy)
        row.member("last_leaf_sha256", digest)
        row.member("proof", proof)
    }
}
