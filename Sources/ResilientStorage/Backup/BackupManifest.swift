internal import FoundationEssentials

/// Everything a backup holds: for each key of the source at the snapshot point where its bytes are
/// kept and what they must be. Written last, so a backup without one is not finished.
///
/// An incremental backup lists the whole state too: its entries refer to objects of the backups
/// before it, and its parent's SHA-256 ties it to them.
public struct BackupManifest: Codable, Sendable {
    public static let currentVersion = 1

    public enum Kind: String, Codable, Sendable {
        case full, incremental
    }

    /// What was backed up.
    public struct Source: Codable, Equatable, Sendable {
        public let bucket: String
        public let prefix: String

        public init(bucket: String, prefix: String) {
            (self.bucket, self.prefix) = (bucket, prefix)
        }
    }

    public struct Entry: Codable, Sendable {
        /// In the source, prefix included.
        public let key: String
        /// In bytes.
        public let size: Int
        /// Of the bytes that were read, in lower-case hexadecimal digits.
        public let sha256: String
        /// Of the source.
        public let etag: String
        public let contentType: String
        public let metadata: [String: String]
        /// In the destination, without its prefix.
        public let storedKey: String
        /// The backup among whose objects the bytes are.
        public let holder: BackupID

        public init(
            key: String, size: Int, sha256: String, etag: String, attributes: ObjectAttributes,
            storedKey: String, holder: BackupID
        ) {
            (self.key, self.size, self.sha256, self.etag) = (key, size, sha256, etag)
            (contentType, metadata) = (attributes.contentType, attributes.metadata)
            (self.storedKey, self.holder) = (storedKey, holder)
        }

        private enum CodingKeys: String, CodingKey {
            case key, size, sha256, etag, metadata, holder
            case contentType = "content_type"
            case storedKey = "stored_key"
        }

        public var attributes: ObjectAttributes {
            ObjectAttributes(contentType: contentType, metadata: metadata)
        }

        var exactKey: [UInt8] { Array(key.utf8) }
        var content: ObjectContent { ObjectContent(size: size, sha256: sha256) }
    }

    /// An object that was no longer as listed when its turn came. The backup holds what there was
    /// then, which is younger than the snapshot point.
    public struct LateChange: Codable, Sendable {
        public enum Outcome: String, Codable, Sendable {
            case replaced, deleted
        }

        public let key: String
        public let listedETag: String
        public let outcome: Outcome

        public init(key: String, listedETag: String, outcome: Outcome) {
            (self.key, self.listedETag, self.outcome) = (key, listedETag, outcome)
        }

        private enum CodingKeys: String, CodingKey {
            case key, outcome
            case listedETag = "listed_etag"
        }
    }

    public let version: Int
    public let id: BackupID
    public let kind: Kind
    /// What an incremental backup builds on.
    public let parent: BackupReference?
    public let source: Source
    /// When the listing of the source began.
    public let snapshotPoint: BackupTime
    /// When the last object had been copied.
    public let copied: BackupTime
    /// In the order of the bytes of their keys.
    public let entries: [Entry]
    /// The keys of the parent that are gone, in that order too.
    public let deleted: [String]
    public let lateChanges: [LateChange]

    /// - Parameter entries: in any order.
    public init(
        id: BackupID, parent: BackupReference?, source: Source, snapshotPoint: BackupTime,
        copied: BackupTime, entries: [Entry], deleted: [String], lateChanges: [LateChange]
    ) {
        version = Self.currentVersion
        (self.id, self.parent, self.source) = (id, parent, source)
        kind = parent == nil ? .full : .incremental
        (self.snapshotPoint, self.copied) = (snapshotPoint, copied)
        self.entries = entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        self.deleted = deleted.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.lateChanges = lateChanges.sorted {
            $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case version, id, kind, parent, source, copied, entries, deleted
        case snapshotPoint = "snapshot_point"
        case lateChanges = "late_changes"
    }

    /// The backups that this one cannot do without.
    public var references: Set<BackupID> {
        var references = Set(entries.map(\.holder))
        if let parent { references.insert(parent.id) }
        references.remove(id)
        return references
    }
}

// MARK: - Canonical form: JSON, members sorted by name

extension BackupManifest {
    /// The same manifest always gives the same bytes.
    ///
    /// - Throws: `BackupError` if nobody could read it back.
    public func encoded() throws -> [UInt8] {
        try checkForFlaws()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    private struct Version: Decodable {
        let version: Int
    }

    /// - Throws: `BackupError` if this is not a manifest that a backup can have written.
    public init(decoding bytes: [UInt8]) throws {
        do {
            let version = try JSONDecoder().decode(Version.self, from: Data(bytes)).version
            guard version == Self.currentVersion else {
                throw BackupError(
                    .unknownVersion,
                    "the manifest has version \(version), and only version "
                        + "\(Self.currentVersion) is known; read it with a later release")
            }
            self = try JSONDecoder().decode(BackupManifest.self, from: Data(bytes))
        } catch let error as BackupError {
            throw error
        } catch {
            throw BackupError(
                .manifestDamaged, "the manifest is not one of a backup: \(error)", cause: error)
        }
        try checkForFlaws()
    }

    private func checkForFlaws() throws {
        guard let flaw else { return }
        throw BackupError(.manifestDamaged, "the manifest of backup \(id) is damaged: \(flaw)")
    }

    /// What contradicts itself. Keys of the destination are made of what stands here, so it must
    /// not lead anywhere else.
    private var flaw: String? {
        if (kind == .incremental) != (parent != nil) { return "its kind does not fit its parent" }
        if let parent, parent.id >= id { return "its parent is not older" }
        for (before, after) in zip(entries, entries.dropFirst())
        where !before.key.utf8.lexicographicallyPrecedes(after.key.utf8) {
            return "\(after.key) is out of order"
        }
        return entries.lazy.compactMap { flaw(of: $0) }.first
    }

    private func flaw(of entry: Entry) -> String? {
        if !entry.key.utf8.starts(with: source.prefix.utf8) {
            return "\(entry.key) does not begin with \(source.prefix)"
        }
        if entry.size < 0 { return "\(entry.key) has a negative size" }
        let isHeldInTheChain = kind == .full ? entry.holder == id : entry.holder <= id
        if !isHeldInTheChain { return "\(entry.key) is held by \(entry.holder)" }
        if !entry.storedKey.utf8.starts(with: BackupVault.objectFolder(of: entry.holder).utf8) {
            return "\(entry.key) is stored as \(entry.storedKey)"
        }
        return nil
    }
}
