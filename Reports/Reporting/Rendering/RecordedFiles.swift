public import DRTesting
internal import Merkle

/// Reports that the log is told of: their files are looked for by name later, and must hash to what
/// was recorded.
extension RenderableReport {
    /// The files by names that follow from what is in them, so that a file is never written over
    /// with something else: `weekly-2026-W48-0123456789abcdef.html`.
    public func filesToRecord(_ files: [RenderedFile]) -> [RenderedFile] {
        var hash = ContentHash()
        for file in files {
            hash.update(Array(file.name.utf8)[...])
            hash.update(file.bytes[...])
        }
        let digits = "\(hash.value)".prefix(16)
        return files.map { file in
            let ending = file.name.dropFirst(baseName.count)
            return RenderedFile(
                name: "\(baseName)-\(digits)\(ending)", format: file.format, bytes: file.bytes)
        }
    }

    /// What the log is told of it.
    ///
    /// - Parameters:
    ///   - files: as they were written.
    ///   - by: who made it.
    ///   - name: what it is called, if not by its own name.
    public func record(
        _ files: [RenderedFile], by: String, name: String? = nil
    ) -> ReportGenerated {
        var event = record()
        event.generatedBy = by
        if let name { event.reportName = name }
        event.files = files.map { file in
            ReportFile(
                name: file.name, format: file.format.rawValue, digest: file.digest.bytes,
                size: UInt64(file.bytes.count))
        }
        return event
    }
}

extension RenderedFile {
    /// SHA-256 of its bytes.
    var digest: MerkleHash { ContentHash.of(bytes[...]) }

    /// SHA-256 of its bytes, in hexadecimal: what `sha256sum` says.
    public var sha256: String { "\(digest)" }
}
