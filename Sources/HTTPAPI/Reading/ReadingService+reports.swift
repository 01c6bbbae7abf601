internal import EventLog
internal import FoundationEssentials
internal import HTTPTypes
internal import Merkle
internal import Wire

/// A file of a report, as it was when the report was recorded.
public struct ReportContent: Sendable {
    public let name: String
    /// `html`, `json` and the like.
    public let format: String
    public let bytes: [UInt8]
}

extension ReadingService {
    /// A file of a report, checked against the digest that the log has of it.
    ///
    /// - Throws: `APIError` if there is no such report or file, or it is not what was recorded.
    public func reportFile(_ name: String, ofReport id: UInt64) async throws -> ReportContent {
        try await store.read { [self] reader in
            guard let row = try row(id, of: .reports, reader) else {
                throw APIError.notFound("report \(id)")
            }
            let files = try JSONValue(json: row)["files"]?.arrayValue ?? []
            let file = files.first { $0["name"]?.stringValue == name }
            guard let file, Self.isPlain(name) else {
                throw APIError.notFound("file of that name in report \(id)")
            }
            let path = "\(reader.directory.reports)/\(name)"
            guard let data = FileManager.default.contents(atPath: path) else {
                throw APIError(
                    .gone, code: "file_missing", "the file is not there any more")
            }
            let bytes = Array(data)
            guard file["sha256"]?.stringValue == "\(ContentHash.of(bytes[...]))" else {
                throw APIError(
                    .gone, code: "file_changed",
                    "the file is not the one that was recorded: its SHA-256 is another")
            }
            return ReportContent(
                name: name, format: file["format"]?.stringValue ?? "", bytes: bytes)
        }
    }

    /// Whether it names a file in a folder, and never leads out of it.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.first != "." && !name.utf8.contains { $0 == 0x2f || $0 < 0x20 }
    }
}
