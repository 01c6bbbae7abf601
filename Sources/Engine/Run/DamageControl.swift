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
        let found: Result<BackupVerification, any Error>
        do {
            try await put(damaged, as: object, to: key)
            found = .success(try await backups.verify(id, scope: .all))
        } catch {
            found = .failure(error)
        }
        // In a task of its own: also a run that is called off puts it back.
        try await Task { try await put(object.body, as: object, to: key) }.value
        let fresh = try found.get().problems.filter { !known.contains($0) }
        return fresh.map(\.key) == [entry.key]
    }

    private func put(_ body: [UInt8], as object: S3Object, to key: String) async throws {
        try await client.put(
            body, to: key, in: bucket, metadata: object.metadata,
            contentType: object.contentType ?? ObjectAttributes().contentType)
    }
}
