internal import DRTesting

extension ComplianceReport {
    /// The report as one HTML file that needs nothing else.
    ///
    /// - Throws: if a template of this program cannot be read.
    public func html() throws -> String {
        try ReportFrame(title: name, documentID: documentID, origin: origin)
            .page(body: CompliancePage(report: self).body.html)
    }
}

/// What stands in the page of a compliance report.
struct CompliancePage {
    let report: ComplianceReport

    var body: Markup {
        let sections = ComplianceSections(report: report).all.map(\.page)
        return "\(title(contents: sections))\(sections.map(\.html))"
    }

    private func title(contents: [PageSection]) -> Markup {
        let mark = report.mark
        let lines = report.lines.map { line -> Markup in "<li>\(line)</li>\n" }
        let links = contents.map { section -> Markup in
            "<li><a href=\"#\(section.id)\">\(section.label)</a></li>\n"
        }
        return """
            <header class="title">
            <p class="kind"><span>Evidence of drills · \(report.period.name)</span>\
            <span>\(report.documentID)</span></p>
            <h1>Evidence for \(report.framework.title)</h1>
            <div class="verdict \(mark.style.rawValue)">
            <p class="headline"><span aria-hidden="true">\(mark.symbol)</span> \
            \(report.headline)</p>
            <ul class="lines">
            \(lines)</ul>
            </div>
            <nav class="contents" aria-label="Contents"><ul>
            \(links)</ul></nav>
            </header>

            """
    }
}

/// What comes first in a compliance report, whatever its format.
extension ComplianceReport {
    var periodWords: String {
        "\(period.name): from \(ReportText.moment(period.start)) up to, but not with, "
            + "\(ReportText.moment(period.end)), UTC"
    }

    /// Of all controls together.
    var mark: ResultMark {
        if isBreached { return Status.contradicted.mark }
        let statuses = Set(matrix.map(\.status))
        if statuses.isSubset(of: [.notCovered]) { return Status.notCovered.mark }
        return (statuses == [.supported] ? Status.supported : .partlyCovered).mark
    }

    /// Exactly three: drills, cadences, findings.
    var lines: [String] {
        let judged = population.filter(\.isCounted).map(\.summary)
        let counts = reconciliation
        let open = findings.filter { $0.finding.isOpen }
        let overdue = open.count { $0.state == .overdue }
        return [
            "Drills judged in the period: \(judged.count), of which "
                + "\(judged.count { $0.isPassed }) passed.",
            "Drills that cadences asked for: \(counts.scheduled), of which \(counts.onTime) on "
                + "time, \(counts.late) late, \(counts.overdue) overdue, "
                + "\(counts.excused) excused.",
            "Findings that are open: \(open.count), of which \(overdue) overdue.",
        ]
    }
}
