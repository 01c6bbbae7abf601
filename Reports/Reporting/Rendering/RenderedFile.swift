/// A file of a report, as bytes. Renderers are pure: the same report gives the same bytes.
public struct RenderedFile: Equatable, Sendable {
    /// Without a folder: `weekly-2026-W48.html`, `weekly-2026-W48-runs.csv`.
    public let name: String
    public let format: ReportFormat
    public let bytes: [UInt8]

    public init(name: String, format: ReportFormat, bytes: [UInt8]) {
        (self.name, self.format, self.bytes) = (name, format, bytes)
    }
}

public enum ReportFormat: String, CaseIterable, Sendable {
    case html
    case pdf
    case markdown = "md"
    case csv
    case json
    case junit
    case oscal
}
