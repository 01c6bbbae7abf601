internal import DRTesting
internal import Projections
internal import Wire

/// What came of the making of a report, for whoever asked for it. Unlike the report it depends on
/// when it was made.
public struct ReportResult: Sendable {
    private let report: any RenderableReport
    private let seal: SealStatus
    private let files: [Written]
    private let folder: ReportFolder

    private struct Written {
        let name: String
        /// `nil`: it is no part of the report itself.
        let format: ReportFormat?
        let sha256: String
        let size: Int

        var isProof: Bool { name.hasPrefix(EvidenceBundle.proofFolder + "/") }
    }

    /// - Parameter files: that were written to the folder.
    public init(
        _ report: any RenderableReport, _ seal: SealStatus, files: [RenderedFile],
        in folder: ReportFolder
    ) {
        (self.report, self.seal, self.folder) = (report, seal, folder)
        self.files = files.map { file in
            Written(
                name: file.name, format: file.format, sha256: file.sha256,
                size: file.bytes.count)
        }
    }

    /// - Parameters:
    ///   - bundle: that was written to the folder.
    ///   - files: those of it that are the report.
    public init(
        _ report: any RenderableReport, _ seal: SealStatus, bundle: EvidenceBundle,
        files: [RenderedFile], in folder: ReportFolder
    ) {
        (self.report, self.seal, self.folder) = (report, seal, folder)
        self.files = bundle.files.map { file in
            Written(
                name: file.path, format: files.first { $0.name == file.path }?.format,
                sha256: file.sha256, size: file.bytes.count)
        }
    }

    /// A line for each file, with its SHA-256 and its size, one for all proofs of a bundle, whose
    /// digests are in its `SHA256SUMS`, and one for the whole.
    public var lines: [String] {
        let proofs = files.count { $0.isProof }
        let shown = files.filter { !$0.isProof }.map { file in
            let path = folder.path(of: file.name).printable()
            return "\(file.sha256)  \(file.size.counted("byte"))  \(path)"
        }
        if proofs == 0 { return shown + [summary] }
        let place = folder.path(of: EvidenceBundle.proofFolder).printable()
        return shown + ["\(proofs.counted("proof")) in \(place)", summary]
    }

    public var summary: String {
        "\(report.kindWords) of \(report.period.name.printable()), up to position "
            + "\(report.origin.head): \(report.headline.printable())"
    }

    /// What of it no signed checkpoint covers yet; `nil` if it is all covered.
    public var notSealed: String? {
        if seal.coversHead { return nil }
        let head = report.origin.head
        let first = (seal.checkpointSize ?? 0) + 1
        let events = first == head ? "event \(head) is" : "events \(first) to \(head) are"
        return "\(events) not under a signed checkpoint yet: dr-audit checkpoint signs one"
    }

    /// Why there is nothing in it; `nil` if there is.
    public var emptiness: String? {
        guard report.isEmpty else { return nil }
        let period = report.period
        return "no drill ended in \(period.name.printable()), from \(RFC3339.text(period.start)) "
            + "up to \(RFC3339.text(period.end)), and none was under way; the log was read up to "
            + "position \(report.origin.head)"
    }

    /// The same as one JSON object.
    public var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { result in
            result.member("document_id", report.documentID)
            result.member("report_type", report.type)
            result.member("report_name", report.name)
            result.member("period", report.period.name)
            result.time("period_start", report.period.start)
            result.time("period_end", report.period.end)
            result.member("head", report.origin.head)
            result.time("generated_at", report.origin.generatedAt)
            result.member("headline", report.headline)
            result.member("is_empty", report.isEmpty)
            result.member("is_breached", report.isBreached)
            result.member("is_sealed", seal.coversHead)
            result.member("checkpoint_size", seal.checkpointSize)
            result.list("files", files) { file, object in
                object.member("path", folder.path(of: file.name))
                object.member("name", file.name)
                object.member("format", file.format?.rawValue)
                object.member("sha256", file.sha256)
                object.count("size_bytes", file.size)
            }
        }
        return writer.bytes
    }
}
