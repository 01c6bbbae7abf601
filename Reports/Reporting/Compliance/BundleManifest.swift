internal import Merkle
internal import Projections
internal import Wire

/// `manifest.json` of a bundle: what each of its files is, and which events it is about.
struct BundleManifest {
    let report: ComplianceReport
    let parts: [EvidenceBundle.Part]

    /// JSON for people and programs, in ASCII. Times are UTC; what is unknown is `null`.
    var text: String {
        let proven = Set(parts.map(\.file.path))
        let document: JSONValue = [
            "document_id": .string(report.documentID),
            "framework": .string(report.framework.rawValue),
            "period": .string(report.period.name),
            "log_id": .string(report.origin.logID),
            "head": number(report.origin.head),
            "root": .string(report.origin.range.root.description),
            "files": .array(parts.map(entry)),
            "drills_without_proof": .array(
                report.manifest.filter { !proven.contains($0.proof) }.map { .string($0.id) }),
        ]
        return document.text(indent: 2, isASCII: true)
    }

    private func entry(_ part: EvidenceBundle.Part) -> JSONValue {
        [
            "id": .string(part.id),
            "file": .string(part.file.path),
            "media_type": .string(part.file.mediaType),
            "bytes": .int(part.file.bytes.count),
            "sha256": .string(part.file.sha256),
            "first_position": number(part.firstPosition),
            "last_position": number(part.lastPosition),
            "leaf": word(part.leaf),
            "collected_at": word(part.collectedAt.map { RFC3339.text($0) }),
            "collected_by": word(part.collectedBy),
        ]
    }

    private func number(_ value: UInt64?) -> JSONValue {
        value.map { JSONValue.int(Int(clamping: $0)) } ?? JSONValue.null
    }

    private func word(_ value: String?) -> JSONValue {
        value.map { JSONValue.string($0) } ?? JSONValue.null
    }
}
