internal import Merkle

/// What `--bundle` hands over: a report with everything that it can be checked by, and how, without
/// the program that made it. Values only: whoever has them writes them.
public struct EvidenceBundle: Sendable {
    public struct File: Equatable, Sendable {
        /// From the folder of the bundle on, in ASCII: `proofs/1234.tlog-proof`.
        public let path: String
        public let mediaType: String
        public let bytes: [UInt8]
        /// 64 lower-case hexadecimal digits.
        public let sha256: String

        init(path: String, mediaType: String, bytes: [UInt8]) {
            (self.path, self.mediaType, self.bytes) = (path, mediaType, bytes)
            sha256 = ContentHash.of(bytes[...]).description
        }

        /// A text that ends with a newline.
        fileprivate init(path: String, mediaType: String = "text/plain", text: String) {
            let end = text.hasSuffix("\n") ? "" : "\n"
            self.init(path: path, mediaType: mediaType, bytes: Array((text + end).utf8))
        }
    }

    /// In the order of their paths, byte by byte. The last that is made is `SHA256SUMS`, which has
    /// a line for every other.
    public let files: [File]

    /// - Parameters:
    ///   - rendered: the files of the report.
    ///   - proofs: for the last events of the manifest's drills, each as `LogProof` is encoded and
    ///     with its event. A drill without one is named in `manifest.json`.
    ///   - checkpoint: the newest, a signed note.
    ///   - publicKey: what it is signed by, as name+id+base64.
    public init(
        _ report: ComplianceReport, rendered: [RenderedFile],
        proofs: [(position: UInt64, text: String)], checkpoint: String, publicKey: String
    ) {
        let program = "dr-compliance-report \(report.origin.toolVersion)"
        let instructions = BundleInstructions(
            report: report, proof: proofs.first.map { Self.path(ofProof: $0.position) })
        var parts = rendered.enumerated().map { index, file in
            Part(file, number: index + 1, of: report, by: program)
        }
        parts += Self.parts(of: proofs, in: report)
        parts += [
            Part(
                id: "checkpoint", File(path: "checkpoint", text: checkpoint), first: 1,
                last: Self.size(of: checkpoint)),
            Part(id: "key", File(path: "checkpoint.pub", text: publicKey)),
            Part(
                id: "instructions",
                File(path: "VERIFY.md", mediaType: "text/markdown", text: instructions.text),
                collectedAt: report.origin.generatedAt, by: program),
        ]
        let manifest = File(
            path: "manifest.json", mediaType: "application/json",
            text: BundleManifest(report: report, parts: parts).text)
        let listed = Self.sorted(parts.map(\.file) + [manifest])
        files = Self.sorted(listed + [File(path: "SHA256SUMS", text: Self.checksums(of: listed))])
    }

    /// A file, and what the manifest says of it. `nil`: unknown, or it has none.
    struct Part {
        let id: String
        let file: File
        let firstPosition: UInt64?
        let lastPosition: UInt64?
        let collectedAt: UInt64?
        let collectedBy: String?
        /// Of the last event: its digest in the tree.
        let leaf: String?

        init(
            id: String, _ file: File, first: UInt64? = nil, last: UInt64? = nil,
            collectedAt: UInt64? = nil, by: String? = nil, leaf: String? = nil
        ) {
            (self.id, self.file) = (id, file)
            (firstPosition, lastPosition) = (first, last)
            (self.collectedAt, collectedBy, self.leaf) = (collectedAt, by, leaf)
        }

        fileprivate init(
            _ file: RenderedFile, number: Int, of report: ComplianceReport, by program: String
        ) {
            let range = report.origin.range
            self.init(
                id: "R\(number < 10 ? "0" : "")\(number)",
                File(path: file.name, mediaType: file.format.mediaType, bytes: file.bytes),
                first: range.hashed == 0 ? nil : range.first, last: report.origin.head,
                collectedAt: report.origin.generatedAt, by: program)
        }
    }

    /// There are as many as drills that count, so they are in a folder of their own.
    static let proofFolder = "proofs"

    static func path(ofProof position: UInt64) -> String {
        "\(proofFolder)/\(position).tlog-proof"
    }

    private static func parts(
        of proofs: [(position: UInt64, text: String)], in report: ComplianceReport
    ) -> [Part] {
        let items = Dictionary(
            report.manifest.map { ($0.lastPosition, $0) }, uniquingKeysWith: { first, _ in first })
        return proofs.map { position, text in
            let item = items[position]
            return Part(
                id: item?.id ?? "event-\(position)",
                File(path: path(ofProof: position), text: text),
                first: item?.firstPosition ?? position, last: position,
                collectedAt: item?.collectedAt, by: item?.collectedBy, leaf: item?.digest)
        }
    }

    private static func size(of checkpoint: String) -> UInt64? {
        guard let note = try? SignedNote(parsing: checkpoint) else { return nil }
        return try? Checkpoint(parsing: note.text).size
    }

    private static func sorted(_ files: [File]) -> [File] {
        files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// As `sha256sum` writes them and reads them again.
    private static func checksums(of files: [File]) -> String {
        files.map { "\($0.sha256)  \($0.path)\n" }.joined()
    }
}

extension ReportFormat {
    fileprivate var mediaType: String {
        switch self {
        case .html: "text/html"
        case .pdf: "application/pdf"
        case .markdown: "text/markdown"
        case .csv: "text/csv"
        case .json, .oscal: "application/json"
        case .junit: "application/xml"
        }
    }
}
