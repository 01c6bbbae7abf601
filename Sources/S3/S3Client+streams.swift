/// Objects larger than memory: up as an upload in parts, down as ranges of one version. At most
/// one part is held at a time.
extension S3Client {
    /// 8 MiB; S3 asks for at least 5.
    public static let partSize = 8 << 20

    /// Stores what `chunks` yields as one object, or nothing if anything fails.
    ///
    /// - Parameter metadata: names in lower case, without the `x-amz-meta-` before them.
    @discardableResult
    public func upload(
        _ chunks: some AsyncSequence<[UInt8], any Error>, to key: String, in bucket: String,
        metadata: [String: String] = [:], contentType: String = "application/octet-stream",
        if condition: Condition? = nil
    ) async throws -> S3Written {
        let upload = try await createUpload(
            of: key, in: bucket, metadata: metadata, contentType: contentType)
        do {
            var parts: [String] = []
            var buffer: [UInt8] = []
            for try await chunk in chunks {
                buffer += chunk
                while buffer.count >= Self.partSize {
                    let part = Array(buffer.prefix(Self.partSize))
                    buffer.removeFirst(Self.partSize)
                    parts.append(
                        try await uploadPart(
                            part, number: parts.count + 1, of: key, in: bucket, upload: upload))
                }
            }
            if !buffer.isEmpty || parts.isEmpty {
                parts.append(
                    try await uploadPart(
                        buffer, number: parts.count + 1, of: key, in: bucket, upload: upload))
            }
            return try await completeUpload(
                upload, of: key, in: bucket, parts: parts, if: condition)
        } catch {
            // The parts of an upload that nobody ends are kept, and charged, for ever.
            // In a task of its own: the caller's may be the one that was cancelled.
            await Task { try? await abortUpload(upload, of: key, in: bucket) }.value
            throw error
        }
    }

    /// The bytes of one version of an object, in chunks of at most 8 MiB.
    public func download(_ key: String, in bucket: String) -> S3Download {
        S3Download(client: self, key: key, bucket: bucket)
    }
}

/// An object that is read piece by piece.
///
/// Iterating throws `.preconditionFailed` if the object is replaced meanwhile, and
/// `CancellationError` if the task is cancelled: what ended without an error is whole.
public struct S3Download: AsyncSequence, Sendable {
    let client: S3Client
    let key: String
    let bucket: String

    public func makeAsyncIterator() -> Iterator { Iterator(download: self) }

    public struct Iterator: AsyncIteratorProtocol {
        let download: S3Download
        private var etag: String?
        private var rest: Range<Int>?

        init(download: S3Download) { self.download = download }

        public mutating func next() async throws -> [UInt8]? {
            try Task.checkCancellation()
            let (client, key, bucket) = (download.client, download.key, download.bucket)
            if rest == nil {
                let head = try await client.head(key, in: bucket)
                (rest, etag) = (0..<head.size, head.etag)
            }
            guard let rest, !rest.isEmpty else { return nil }
            let end = Swift.min(rest.lowerBound + S3Client.partSize, rest.upperBound)
            let part = try await client.get(
                key, in: bucket, range: rest.lowerBound...end - 1, ifMatches: etag)
            guard part.body.count == end - rest.lowerBound else {
                throw S3Error(
                    .badResponse, message: "\(part.body.count) bytes came for another range",
                    finished: part.finished)
            }
            self.rest = end..<rest.upperBound
            return part.body
        }
    }
}
