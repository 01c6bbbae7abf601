public import EventLog
public import S3

/// An archive in a bucket: one object for each name, compressed with gzip.
///
/// Requests are sent once; a command that fails is given again, and goes on where it was. Large
/// objects go up in parts of 8 MiB, each of which has the client's time limit.
public struct S3Archive: ArchiveStore {
    /// More than anything that is put.
    private static let maximumSize = 80 << 20
    private static let suffix = ".gz"

    private let client: S3Client
    private let bucket: String
    /// Empty, or ends with a slash.
    private let folder: String

    /// - Parameter prefix: what the keys begin with. Several logs may share one: names hold the id
    ///   of their log.
    public init(client: S3Client, bucket: String, prefix: String) {
        self.client = client
        self.bucket = bucket
        let names = prefix.split(separator: "/")
        folder = names.isEmpty ? "" : names.joined(separator: "/") + "/"
    }

    public var description: String { "s3://\(bucket)/\(folder)" }

    public func put(_ bytes: [UInt8], as name: String) async throws {
        let body = Gzip.compress(bytes)
        if body.count <= S3Client.partSize {
            try await client.put(
                body, to: key(name), in: bucket, contentType: "application/gzip")
            return
        }
        let chunks = AsyncThrowingStream<[UInt8], any Error> { continuation in
            for start in stride(from: 0, to: body.count, by: S3Client.partSize) {
                continuation.yield(Array(body[start...].prefix(S3Client.partSize)))
            }
            continuation.finish()
        }
        try await client.upload(
            chunks, to: key(name), in: bucket, contentType: "application/gzip")
    }

    public func get(_ name: String) async throws -> [UInt8]? {
        var body: [UInt8] = []
        do {
            for try await chunk in client.download(key(name), in: bucket) {
                body += chunk
                // Nothing that was put is so large: its digest would not be the recorded.
                if body.count > Self.maximumSize { return body }
            }
        } catch let error as S3Error where error.code == .noSuchKey {
            return nil
        }
        // What cannot be expanded is not what was put: its digest will say so.
        return Gzip.expand(body, limit: Self.maximumSize) ?? body
    }

    public func list() async throws -> [String] {
        try await client.listAll(bucket, prefix: folder).map(\.key)
            .filter { $0.hasSuffix(Self.suffix) }
            .map { String($0.dropFirst(folder.count).dropLast(Self.suffix.count)) }
            .sorted()
    }

    private func key(_ name: String) -> String { folder + name + Self.suffix }
}
