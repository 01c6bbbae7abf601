internal import Crypto
public import DRTesting
public import EventLog
internal import Merkle
public import Reporting
internal import Synchronization

/// A report that somebody wants.
public struct ReportOrder: Equatable, Sendable {
    public var period: Period
    /// `nil`: named for the kind of its period.
    public var name: String?
    /// Who wants it.
    public var by: String

    public init(period: Period, name: String? = nil, by: String) {
        (self.period, self.name, self.by) = (period, name, by)
    }
}

/// Writes reports into the data directory, and records them with the digests of their files.
public final class ReportMaker: Sendable {
    private let store: EventStore
    private let catalog: Catalog
    private let toolVersion: String
    /// Who writes a file. Two who want the same report write one.
    private let writing = Mutex(())

    /// - Parameter toolVersion: of the program that makes them; the reports name it.
    public init(store: EventStore, catalog: Catalog, toolVersion: String) {
        (self.store, self.catalog, self.toolVersion) = (store, catalog, toolVersion)
    }

    /// Makes a report of all that the log has now, as HTML and as JSON.
    ///
    /// - Returns: what was recorded. It and the files are durable.
    /// - Throws: `EventLogError`, `Reports.Refusal`.
    public func make(_ order: ReportOrder) async throws -> ReportGenerated {
        let made = try await store.read { try self.write(order, $0) }
        let change = try await catalog.change(Reports.self) { state in
            try Reports.decide(.record(made), in: state.table)
        }
        let recorded = change.state.table.rows.last { row in
            var same = made
            same.id = row.id
            return row == same
        }
        return recorded ?? made
    }

    private func write(_ order: ReportOrder, _ reader: EventReader) throws -> ReportGenerated {
        let period = order.period
        let name = order.name ?? "Disaster recovery, \(period.kind.rawValue) report"
        let report = try PeriodReport(
            reader, period: period, name: name, asOf: nil, toolVersion: toolVersion)
        var event = ReportGenerated(report)
        event.generatedBy = order.by
        // What a report of the same name holds is the same: a file is never written over with
        // something else.
        let json = report.json
        let digest = Hexadecimal.encode(Array(SHA256.hash(data: json).prefix(8)))
        let contents = [("html", Array(try report.html().utf8)), ("json", json)]
        for (format, bytes) in contents {
            let file = "\(period.kind.rawValue)-\(digest).\(format)"
            try writing.withLock { _ in
                try DurableFile.write(bytes, to: "\(reader.directory.reports)/\(file)")
            }
            event.files.append(
                ReportFile(
                    name: file, format: format, digest: Array(SHA256.hash(data: bytes)),
                    size: UInt64(bytes.count)))
        }
        return event
    }
}

extension ReportGenerated {
    /// Without its files and who made it.
    fileprivate init(_ report: PeriodReport) {
        self.init()
        let statistics = report.statistics
        (reportName, reportType) = (report.name, report.period.kind.rawValue)
        (periodStart, periodEnd) = (report.period.start, report.period.end)
        totalTests = UInt64(statistics.total)
        passedTests = UInt64(statistics.completed)
        failedTests = UInt64(statistics.failed)
        avgRtoMs = statistics.averageRTOMs.flatMap { UInt64(exactly: $0.rounded()) }
        avgRpoMs = statistics.averageRPOMs.flatMap { UInt64(exactly: $0.rounded()) }
        successRate = statistics.successRate
        testSummary =
            "\(statistics.completed) of \(statistics.total.counted("drill")) passed, "
            + "\(statistics.failed) failed, \(statistics.inconclusive) inconclusive"
        recommendations = report.recommendations
        position = report.origin.position
    }
}
