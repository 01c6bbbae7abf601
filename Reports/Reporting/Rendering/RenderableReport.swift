public import DRTesting

/// A report as a value, from which its files are made. Everything here is pure.
public protocol RenderableReport: Sendable {
    /// The formats that it can be had in.
    static var formats: [ReportFormat] { get }

    /// One of `Reports.types`.
    var type: String { get }
    /// For a sentence: `weekly report`, `compliance report for soc2`.
    var kindWords: String { get }
    var documentID: String { get }
    /// As people call it.
    var name: String { get }
    var period: Period { get }
    var origin: ReportOrigin { get }
    /// The names of its files begin with this: `weekly-2026-W48`.
    var baseName: String { get }
    /// Whether no drill ended in the period, and none was under way.
    var isEmpty: Bool { get }
    /// Whether something was not as it must be: a drill that did not pass, or was not run in time.
    var isBreached: Bool { get }
    /// What it says, in one sentence.
    var headline: String { get }

    func html() throws -> String

    /// - Parameter format: one of `formats`, and not PDF.
    func parts(as format: ReportFormat) throws -> [RenderedFile]

    /// What the log is told of it: without its files, and without who made it.
    func record() -> ReportGenerated
}

extension RenderableReport {
    /// Its files in these formats, without PDF and without formats that it does not have. In the
    /// order of all formats, and each once.
    public func files(_ formats: [ReportFormat]) throws -> [RenderedFile] {
        try Self.formats.filter { $0 != .pdf && formats.contains($0) }
            .flatMap { try parts(as: $0) }
    }

    /// Its files in these formats, without those that it does not have. All are made before this
    /// returns.
    ///
    /// - Throws: `PDFError` if PDF is asked for and cannot be made.
    public func allFiles(_ formats: [ReportFormat]) async throws -> [RenderedFile] {
        let files = try files(formats)
        if !formats.contains(.pdf) { return files }
        return files + [try await pdf()]
    }

    /// The page as PDF, with the data of the report inside: CSV, and OSCAL if it has that.
    public func pdf() async throws -> RenderedFile {
        let attachments = try files([.oscal, .csv])
        let bytes = try await PDFWriter.write(
            html: try html(), attachments: attachments, documentID: documentID,
            generatedAt: origin.generatedAt)
        return RenderedFile(name: "\(baseName).pdf", format: .pdf, bytes: bytes)
    }

    func file(_ ending: String, _ format: ReportFormat, _ bytes: [UInt8]) -> RenderedFile {
        RenderedFile(name: "\(baseName).\(ending)", format: format, bytes: bytes)
    }
}
