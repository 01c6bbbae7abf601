/// What a backup has to copy, and what it takes over from the one before it. A pure value.
///
/// An object counts as unchanged if its ETag and its size are those of the parent's entry. The
/// ETag follows from the bytes, so new metadata for the same bytes goes unnoticed until the next
/// full backup.
struct BackupPlan: Sendable {
    let unchanged: [BackupManifest.Entry]
    /// New objects and replaced ones, in the order of the bytes of their keys.
    let changed: [ObjectVersion]

    /// - Parameter parent: `nil` for a full backup.
    init(listed: [ObjectVersion], parent: BackupManifest?) {
        var known: [[UInt8]: BackupManifest.Entry] = [:]
        for entry in parent?.entries ?? [] { known[entry.exactKey] = entry }
        var versions: [[UInt8]: ObjectVersion] = [:]
        for version in listed { versions[Array(version.key.utf8)] = version }
        var unchanged: [BackupManifest.Entry] = []
        var changed: [ObjectVersion] = []
        for (key, version) in versions {
            if let entry = known[key], Self.isSame(version, as: entry) {
                unchanged.append(entry)
            } else {
                changed.append(version)
            }
        }
        self.unchanged = unchanged.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        self.changed = changed.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    private static func isSame(_ version: ObjectVersion, as entry: BackupManifest.Entry) -> Bool {
        !version.etag.isEmpty && version.etag == entry.etag && version.size == entry.size
    }

    /// The keys that were there at the parent's snapshot point and are not any more.
    static func deletedKeys(
        since parent: BackupManifest?, now entries: [BackupManifest.Entry]
    ) -> [String] {
        let present = Set(entries.map(\.exactKey))
        return (parent?.entries ?? []).filter { !present.contains($0.exactKey) }.map(\.key)
    }
}

/// What came of copying one object.
struct ObjectCopy: Sendable {
    /// `nil` if it was deleted before it could be copied.
    let entry: BackupManifest.Entry?
    /// `nil` if it was as listed.
    let lateChange: BackupManifest.LateChange?
}
