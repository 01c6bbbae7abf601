internal import DRTesting
internal import Reporting

/// The reports that were made, the newest first.
struct ReportsPage {
    let shell: Shell
    let canOperate: Bool
    let hasReports: Bool
    let reports: [Report]
    let suggestedName: String
    let suggestedStart: String
    let suggestedEnd: String
    let frameworks: [FrameworkChoice]

    struct FrameworkChoice {
        let key: String
        let title: String
    }

    struct Report {
        let id: String
        let name: String
        let summary: String?
        let period: String
        let type: String
        let rate: String
        let rateTone: String
        let counts: String
        let rto: String
        let rpo: String
        let made: String
        let by: String
        let files: [File]
    }

    struct File {
        let report: String
        let link: String
        /// The format; of several tables, which one.
        let label: String
        let size: String
        let digest: String
    }

    init(_ rows: [Row], now: UInt64, _ shell: Shell, _ viewer: Viewer) {
        self.shell = shell
        canOperate = viewer.canOperate
        reports = rows.map { Report($0) }
        hasReports = !reports.isEmpty
        // The week before this one is whole.
        let day: UInt64 = 86_400_000_000
        let monday = now - min(now, now % day + ((now / day + 3) % 7) * day)
        suggestedStart = Words.day(monday - min(monday, 7 * day))
        suggestedEnd = Words.day(monday - min(monday, day))
        suggestedName = "Week from \(suggestedStart)"
        frameworks = Framework.allCases.map { FrameworkChoice(key: $0.rawValue, title: $0.title) }
    }
}

extension ReportsPage.Report {
    fileprivate init(_ row: Row) {
        let id = String(row.id("id") ?? 0)
        self.id = id
        let success = row.number("success_rate")
        name = row.text("report_name")
        summary = row.words("test_summary")
        let (start, end) = (row.time("period_start"), row.time("period_end"))
        // The moment at which a period ends is not in it.
        let last = end.map { $0 > 0 ? $0 - 1 : 0 }
        period = "\(Words.day(start)) to \(Words.day(last))"
        type = row.text("report_type")
        rate = success.map { "\(Words.decimal($0)) %" } ?? "none"
        rateTone = success.map { $0 == 100 ? "good" : "bad" } ?? ""
        let total = row.id("total_tests") ?? 0
        counts = "\(row.id("passed_tests") ?? 0) of \(total.counted("drill"))"
        rto = row.number("avg_rto_ms").map { Words.span($0) } ?? "none"
        rpo = row.number("avg_rpo_ms").map { Words.span($0) } ?? "none"
        made = Words.moment(row.time("generated_at"))
        by = row.text("generated_by")
        files = row.rows("files").map { file in
            let (name, format) = (file.text("name"), file.text("format"))
            return ReportsPage.File(
                report: id, link: PageAddress.encoded(name),
                label: format == "csv" ? Self.table(name) : format,
                size: Words.size(file.number("size_bytes")), digest: file.text("sha256"))
        }
    }

    /// `runs.csv` of `weekly-2026-W48-0123456789abcdef-runs.csv`.
    private static func table(_ name: String) -> String {
        name.split(separator: "-").last.map { String($0) } ?? name
    }
}
