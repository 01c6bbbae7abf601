internal import S3

/// The destination of backups: where in it what is kept.
///
///     <prefix>manifests/<id>.<SHA-256 of the manifest>.json
///     <prefix>objects/<id>/<SHA-256 of the key>-<number of the version tried>
///
/// The names of manifests hold their digests, so a damaged one is known as such, also if no later
/// backup refers to it. Objects are kept for each backup apart: two backups, or a backup and the
/// removal of another, never write or remove the same key.
struct BackupVault: Sendable {
    /// A manifest is held in memory whole. At about 450 bytes an entry this is enough for half a
    /// million objects; larger buckets are backed up prefix by prefix.
    static let maximumManifest = 256 << 20

    private static let manifestFolder = "manifests/"
    private static let objectFolder = "objects/"

    let storage: any ObjectStorage
    let prefix: String

    static func objectFolder(of id: BackupID) -> String { "\(objectFolder)\(id)/" }

    /// Where a backup keeps one version of an object.
    ///
    /// A late write of a version that was given up must not hit the one that is kept, so every
    /// attempt has a key of its own.
    ///
    /// - Parameter attempt: from 1.
    static func storedKey(of key: String, in id: BackupID, attempt: Int) -> String {
        "\(objectFolder(of: id))\(Digests.sha256(Array(key.utf8)))-\(attempt)"
    }

    /// The key in the destination of what a manifest names.
    func key(of storedKey: String) -> String { prefix + storedKey }

    // MARK: Manifests

    /// Finished backups, oldest first. Other names in the folder are no manifests.
    func references() async throws -> [BackupReference] {
        let folder = prefix + Self.manifestFolder
        let found: [ObjectVersion]
        do {
            found = try await storage.list(prefix: folder)
        } catch {
            throw BackupError.because(
                error, .destinationUnavailable, "\(storage.name) could not be listed")
        }
        let references = found.compactMap {
            Self.reference(
                String(decoding: $0.key.utf8.dropFirst(folder.utf8.count), as: UTF8.self))
        }.sorted { $0.id < $1.id }
        for (one, other) in zip(references, references.dropFirst()) where one.id == other.id {
            throw BackupError(
                .manifestDamaged,
                "two manifests are of backup \(one.id): find out which is right and remove the "
                    + "other")
        }
        return references
    }

    func reference(to id: BackupID) async throws -> BackupReference {
        guard let found = try await references().first(where: { $0.id == id }) else {
            throw Self.noSuchBackup(id)
        }
        return found
    }

    /// - Throws: `BackupError` also if the manifest is not the one that is referred to.
    func manifest(_ reference: BackupReference) async throws -> BackupManifest {
        let bytes: [UInt8]
        do {
            bytes = try await read(reference)
        } catch let error as S3Error where error.code == .noSuchKey {
            throw Self.noSuchBackup(reference.id)
        } catch {
            throw BackupError.because(
                error, .destinationUnavailable,
                "the manifest of backup \(reference.id) could not be read")
        }
        let manifest =
            Digests.sha256(bytes) == reference.sha256
            ? try BackupManifest(decoding: bytes) : nil
        guard let manifest, manifest.id == reference.id else {
            throw BackupError(
                .manifestDamaged,
                "the manifest of backup \(reference.id) is not the one that was written; use "
                    + "another backup")
        }
        return manifest
    }

    private func read(_ reference: BackupReference) async throws -> [UInt8] {
        let key = key(of: reference)
        let head = try await storage.head(key)
        try checkSize(head.size, of: reference.id)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(head.size)
        let version = ObjectVersion(key: key, size: head.size, etag: head.etag)
        for try await chunk in ObjectBytes(storage: storage, version: version) { bytes += chunk }
        return bytes
    }

    /// Writes a manifest and reads it back. From here on the backup is one.
    func write(_ manifest: BackupManifest) async throws -> BackupReference {
        do {
            let bytes = try manifest.encoded()
            try checkSize(bytes.count, of: manifest.id)
            let reference = BackupReference(id: manifest.id, sha256: Digests.sha256(bytes))
            do {
                try await write(bytes, to: key(of: reference))
            } catch let error as S3Error where error.code == .preconditionFailed {
                // An earlier attempt wrote it, although it seemed to fail. Reading it back tells.
            }
            _ = try await self.manifest(reference)
            return reference
        } catch {
            throw BackupError.because(
                error, .destinationUnavailable,
                "the manifest of backup \(manifest.id) could not be written")
        }
    }

    private func write(_ bytes: [UInt8], to key: String) async throws {
        let attributes = ObjectAttributes(contentType: "application/json")
        if bytes.count <= S3Client.partSize {
            try await storage.write(bytes, to: key, attributes: attributes, if: .absent)
        } else {
            try await storage.upload(
                Chunks(bytes: bytes), to: key, attributes: attributes, if: .absent)
        }
    }

    private func checkSize(_ size: Int, of id: BackupID) throws {
        if size <= Self.maximumManifest { return }
        throw BackupError(
            .manifestTooLarge,
            "the manifest of backup \(id) has \(size) bytes, more than \(Self.maximumManifest); "
                + "back up prefix by prefix")
    }

    func removeManifest(_ reference: BackupReference) async throws {
        try await storage.remove(key(of: reference))
    }

    private func key(of reference: BackupReference) -> String {
        "\(prefix)\(Self.manifestFolder)\(reference.id).\(reference.sha256).json"
    }

    private static func reference(_ name: String) -> BackupReference? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isDigit = { (byte: UInt8) in Array("0123456789abcdef".utf8).contains(byte) }
        guard parts.count == 3, parts[2] == "json", let id = BackupID(String(parts[0])),
            parts[1].utf8.count == 64, parts[1].utf8.allSatisfy(isDigit)
        else { return nil }
        return BackupReference(id: id, sha256: String(parts[1]))
    }

    private static func noSuchBackup(_ id: BackupID) -> BackupError {
        BackupError(.noSuchBackup, "there is no finished backup \(id)")
    }

    // MARK: Objects

    /// The keys of everything that backups have stored, and of which.
    func storedObjects(of id: BackupID? = nil) async throws -> [(key: String, holder: BackupID)] {
        let folder = prefix + Self.objectFolder
        let found = try await storage.list(
            prefix: id.map { prefix + Self.objectFolder(of: $0) } ?? folder)
        return found.compactMap { object in
            let rest = object.key.utf8.dropFirst(folder.utf8.count)
            let name = String(decoding: rest.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
            return BackupID(name).map { (object.key, $0) }
        }
    }
}

/// Bytes that are in memory anyway, in parts of 8 MiB.
private struct Chunks: AsyncSequence, Sendable {
    let bytes: [UInt8]

    func makeAsyncIterator() -> Iterator { Iterator(rest: bytes[...]) }

    struct Iterator: AsyncIteratorProtocol {
        var rest: ArraySlice<UInt8>

        mutating func next() async throws -> [UInt8]? {
            if rest.isEmpty { return nil }
            defer { rest = rest.dropFirst(S3Client.partSize) }
            return Array(rest.prefix(S3Client.partSize))
        }
    }
}
