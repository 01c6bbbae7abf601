internal import ResilientStorage
internal import S3

/// Whether a verification finds what is wrong: somebody who is blind finds nothing wrong either.
///
/// An object of a backup is damaged behind the back of the backup system, and put back as it was.
struct DamageControl: Sendable {
    let backups: any BackingUp
    /// Of the storage of backups, past the backup system.
    let client: S3Client
    let bucket: String

    /// - Parameters:
    ///   - entry: the object to be damaged.
    ///   - key: where it is stored.
    ///   - known: what was found wrong before.
    /// - Returns: whether the damage was reported, and nothing else that was not known.
    func finds(
        damageTo entry: BackupManifest.Entry, at key: String, of id: BackupID,
        beside known: [BackupProblem]
    ) async throws -> Bool {
        let object = try await client.get(key, in: bucket)
        var damaged = object.body
        // One bit: who only looks at sizes does not see it.
        if damaged.isEmpty { damaged = [0] } else { damaged[damaged.count - 1] ^= 1 }
        try await put(damaged, as: object, to: key)
        let found: BackupVerification
        do {
            found = try await backups.verify(id, scope: .all)
        } catch {
            try await put(object.body, as: object, to: key)
            throw error
        }
        try await put(object.body, as: object, to: key)
        let fresh = found.problems.filter { !known.contains($0) }
        return fresh.map(\.key) == [entry.key]
    }

    private func put(_ body: [UInt8], as object: S3Object, to key: String) async throws {
        try await client.put(
            body, to: key, in: bucket, metadata: object.metadata,
            contentType: object.contentType ?? ObjectAttributes().contentType)
    }
}
