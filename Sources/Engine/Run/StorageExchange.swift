internal import S3

/// Writes an object, reads it back and removes it: shows that a storage is there, takes these
/// credentials, and that the two clocks are close enough for signed requests.
struct StorageExchange: Sendable {
    let client: S3Client
    let storage: StorageSettings

    /// - Parameter key: of an object that nobody else has.
    /// - Returns: what was seen, in words.
    /// - Throws: `RunnerError` naming the storage.
    func perform(_ body: String, key: String) async throws -> String {
        let (place, body) = ("\(storage.endpoint), bucket \(storage.bucket)", Array(body.utf8))
        do {
            try await client.put(body, to: key, in: storage.bucket)
            let read = try await client.get(key, in: storage.bucket).body
            try await client.delete(key, in: storage.bucket)
            guard read == body else {
                throw RunnerError(.internal, "read back \(read.count) other bytes")
            }
        } catch {
            throw RunnerError(.internal, "\(place): \(error)")
        }
        return "\(place): \(body.count) bytes put, read, deleted"
    }
}
