public import DRTesting
public import EventLog
public import Reporting
internal import Synchronization

/// A report that somebody wants.
public struct ReportOrder: Equatable, Sendable {
    /// Those that take no program of their own.
    public static let usualFormats: [ReportFormat] = [
        .html, .json, .csv, .markdown, .junit, .oscal,
    ]

    public var subject: ReportSubject
    /// The report is made in those of them that it has.
    public var formats: [ReportFormat]
    /// `nil`: named for its subject.
    public var name: String?
    /// Who wants it.
    public var by: String

    public init(
        subject: ReportSubject, formats: [ReportFormat] = usualFormats, name: String? = nil,
        by: String
    ) {
        (self.subject, self.formats, self.name, self.by) = (subject, formats, name, by)
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

    /// Makes a report of what the log has now. All files are made before the first is written.
    ///
    /// - Returns: what was recorded. It and the files are durable.
    /// - Throws: `EventLogError`: `.damaged` if the log is not intact; `HistoryError` if there is
    ///   nothing to report on; `PDFError` if PDF is wanted and cannot be made; `Reports.Refusal`.
    public func make(_ order: ReportOrder) async throws -> ReportGenerated {
        let request = ReportRequest(order.subject, name: order.name, toolVersion: toolVersion)
        // All but PDF is made where blocking is allowed.
        let (report, made) = try await store.read { reader in
            let report = try request.report(reader).report
            return (report, try report.files(order.formats))
        }
        var files = made
        if order.formats.contains(.pdf), type(of: report).formats.contains(.pdf) {
            files.append(try await report.pdf())
        }
        let event = try await write(files, of: report, order)
        let change = try await catalog.change(Reports.self) { state in
            try Reports.decide(.record(event), in: state.table)
        }
        let recorded = change.state.table.rows.last { row in
            var same = event
            same.id = row.id
            return row == same
        }
        return recorded ?? event
    }

    /// - Returns: what the log is told of it.
    private func write(
        _ files: [RenderedFile], of report: any RenderableReport, _ order: ReportOrder
    ) async throws -> ReportGenerated {
        let named = report.filesToRecord(files)
        let folder = ReportFolder(store.directory.reports)
        try await store.read { [self] _ in
            try writing.withLock { _ in try folder.write(named) }
        }
        return report.record(named, by: order.by, name: order.name)
    }
}
