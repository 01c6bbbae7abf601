/// Which reports were written, from what, and the digests of their files.
public struct Reports: Equatable, Sendable {
    public enum Command: Equatable, Sendable {
        /// The id is given to it: the one that the report has is not looked at.
        case record(ReportGenerated)
    }

    public enum Refusal: Error, Equatable, Sendable {
        case anonymous
        /// More than a record of the log holds.
        case tooLarge
        case emptyName
        case unknownType(String)
        /// The period ends when it starts, or before.
        case emptyPeriod
        /// More tests passed and failed than there were.
        case badCounts
        /// The success rate is none from 0 to 100 per cent.
        case badRate
        case noFiles
        /// The digest of a file is not one of SHA-256.
        case badDigest(file: String)
    }

    public static let stream = "reports"
    public static let types = ["daily", "weekly", "monthly", "custom", "incident", "compliance"]

    /// In the order of their ids, which count from 1 without gaps.
    public private(set) var rows: [ReportGenerated] = []

    public init() {}

    public mutating func apply(_ event: TestEvent) {
        if case .reportGenerated(let report) = event { rows.append(report) }
    }

    public static func decide(
        _ command: Command, in reports: Reports
    ) throws(Refusal) -> [TestEvent] {
        switch command {
        case .record(let report):
            var recorded = report
            for row in reports.rows {
                recorded.id = row.id
                if recorded == row { return [] }
            }
            try check(report)
            recorded.id = UInt64(reports.rows.count) + 1
            return [.reportGenerated(recorded)]
        }
    }

    private static func check(_ report: ReportGenerated) throws(Refusal) {
        if report.generatedBy.isBlank { throw .anonymous }
        if report.reportName.isBlank { throw .emptyName }
        if !types.contains(report.reportType) { throw .unknownType(report.reportType) }
        if report.periodEnd <= report.periodStart { throw .emptyPeriod }
        let (judged, isTooMany) = report.passedTests.addingReportingOverflow(report.failedTests)
        if isTooMany || judged > report.totalTests { throw .badCounts }
        if let rate = report.successRate, !(0...100).contains(rate) { throw .badRate }
        if report.files.isEmpty { throw .noFiles }
        for file in report.files where file.digest.count != 32 {
            throw .badDigest(file: file.name)
        }
        if !report.fitsRecord { throw .tooLarge }
    }
}

extension Reports.Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .anonymous: "nobody is named who made it"
        case .tooLarge: tooLargeForRecord
        case .emptyName: "report_name is empty"
        case .unknownType(let name):
            "the report_type '\(name)' is not known; accepted: "
                + Reports.types.joined(separator: ", ")
        case .emptyPeriod: "the period must end after its start"
        case .badCounts: "more tests passed and failed than there were"
        case .badRate: "success_rate is from 0 to 100 per cent, or unknown"
        case .noFiles: "a report has at least one file"
        case .badDigest(let file): "the digest of \(file) is no SHA-256"
        }
    }
}
