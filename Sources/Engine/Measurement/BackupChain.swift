internal import ResilientStorage
internal import S3

/// The newest backup as its storage shows it to anybody: what its manifest refers to, and what that
/// builds on. A pure value.
///
/// Manifests lie in `manifests/`, under the name of their backup and their SHA-256, and objects
/// where manifests say.
struct BackupChain: Sendable {
    /// `nil` if there is none, or if it is not what its name says.
    let newest: BackupManifest?
    /// Manifests from the newest back to a full backup; 0 if they do not lead there.
    let length: Int
    private let prefix: String

    /// - Parameters:
    ///   - files: what lies in the folder of the manifests, by its keys.
    ///   - prefix: what the keys of backups begin with.
    init(_ files: [String: [UInt8]], below prefix: String) {
        self.prefix = prefix
        let folder = prefix + "manifests/"
        func manifest(_ reference: BackupReference) -> BackupManifest? {
            let file = files["\(folder)\(reference.id).\(reference.sha256).json"]
            guard let file, Digests.sha256(file) == reference.sha256,
                let manifest = try? BackupManifest(decoding: file), manifest.id == reference.id
            else { return nil }
            return manifest
        }
        let references = files.keys.filter { $0.hasPrefix(folder) }.compactMap {
            BackupReference(fileName: $0.dropFirst(folder.count))
        }
        newest = references.max { $0.id < $1.id }.flatMap(manifest)
        var length = 0
        var next = newest
        // Each names an older one, so this comes to an end.
        while let reached = next {
            length += 1
            guard let parent = reached.parent else { break }
            next = manifest(parent)
            if next == nil { length = 0 }
        }
        self.length = length
    }

    /// How many objects of the newest backup are among these keys.
    func objects(among keys: Set<String>) -> Int {
        (newest?.entries ?? []).count { keys.contains(prefix + $0.storedKey) }
    }

    /// Objects of the newest backup that are missing or have other bytes; `nil` if nobody knows
    /// what they should have.
    func mismatches(with stored: [String: StoredObject]) -> Int? {
        newest?.entries.count { entry in
            guard let object = stored[prefix + entry.storedKey] else { return true }
            let digest = object.digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            return object.bytes != entry.size || digest.joined() != entry.sha256
        }
    }
}

extension BackupReference {
    /// - Returns: `nil` unless it is a name as `20260101T000000000Z-k3x9.<SHA-256>.json`.
    fileprivate init?(fileName: some StringProtocol) {
        let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2] == "json", let id = BackupID(String(parts[0])) else {
            return nil
        }
        self.init(id: id, sha256: String(parts[1]))
    }
}
