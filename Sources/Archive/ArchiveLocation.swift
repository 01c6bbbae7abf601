public import EventLog
internal import S3

/// Where an archive is, as people name it.
public enum ArchiveLocation: Equatable, Sendable {
    /// What may be given.
    public static let help = "a folder, or s3://bucket/prefix"

    case folder(String)
    case bucket(String, prefix: String)

    /// - Returns: `nil` unless it is the path of a folder, `s3://bucket` or `s3://bucket/prefix`.
    public init?(_ text: String) {
        let scheme = "s3://"
        guard text.hasPrefix(scheme) else {
            // A slip in the scheme must not make a folder of that name.
            if text.isEmpty || text.contains("://") { return nil }
            self = .folder(text)
            return
        }
        let parts = text.dropFirst(scheme.count)
            .split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first, !bucket.isEmpty else { return nil }
        self = .bucket(String(bucket), prefix: parts.count == 2 ? String(parts[1]) : "")
    }

    /// Opens the archive while `body` runs.
    ///
    /// - Parameters:
    ///   - environment: says how a bucket is reached.
    ///   - agent: the name of the program, which the bucket's server is told.
    /// - Throws: `BucketUnknown` if the environment does not say enough; or what `body` throws.
    public func withStore<Value: Sendable>(
        environment: [String: String], agent: String,
        _ body: (any ArchiveStore) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .folder(let path): return try await body(DirectoryArchive(path))
        case .bucket(let name, let prefix):
            let client = try S3Client(BucketAccess.configuration(environment, agent: agent))
            let result: Result<Value, any Error>
            do {
                let archive = S3Archive(client: client, bucket: name, prefix: prefix)
                result = .success(try await body(archive))
            } catch {
                result = .failure(error)
            }
            try await client.shutdown()
            return try result.get()
        }
    }
}
