internal import S3

/// Asks a storage again that is in trouble: so many times for each call, after a delay that
/// doubles. Whatever else it answers is passed on at once.
///
/// Every call of `ObjectStorage` may be repeated: a write that was applied unnoticed is written
/// once more with the same bytes.
struct RetryingStorage: ObjectStorage {
    let storage: any ObjectStorage
    /// Calls in all, the first included.
    let attempts: Int
    /// Before the second attempt.
    let delay: Duration

    var name: String { storage.name }

    func list(prefix: String) async throws -> [ObjectVersion] {
        try await patiently { try await storage.list(prefix: prefix) }
    }

    func head(_ key: String) async throws -> ObjectRead {
        try await patiently { try await storage.head(key) }
    }

    func read(_ key: String, range: Range<Int>?, etag: String?) async throws -> ObjectRead {
        try await patiently { try await storage.read(key, range: range, etag: etag) }
    }

    func write(
        _ bytes: [UInt8], to key: String, attributes: ObjectAttributes,
        if condition: S3Client.Condition?
    ) async throws {
        try await patiently {
            try await storage.write(bytes, to: key, attributes: attributes, if: condition)
        }
    }

    func upload(
        _ chunks: some AsyncSequence<[UInt8], any Error> & Sendable, to key: String,
        attributes: ObjectAttributes, if condition: S3Client.Condition?
    ) async throws {
        try await patiently {
            try await storage.upload(chunks, to: key, attributes: attributes, if: condition)
        }
    }

    func remove(_ key: String) async throws {
        try await patiently { try await storage.remove(key) }
    }

    private func patiently<Value: Sendable>(
        _ call: @Sendable () async throws -> Value
    ) async throws -> Value {
        var attempt = 1
        while true {
            do {
                return try await call()
            } catch let error as S3Error where error.isServiceFault && attempt < attempts {
                try await Task.sleep(for: delay * (1 << min(attempt - 1, 10)))
                attempt += 1
            }
        }
    }
}
