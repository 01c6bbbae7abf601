/// Objects larger than memory: up as an upload in parts, down as ranges of one version. At most
/// one part is held at a time.
extension S3Client {
    /// 8 MiB; S3 asks for at least 5.
    public static let partSize = 8 << 20

    /// Stores what `chunks` yields as one object, or nothing if anything fails.
    @discardableResult
    public func upload(
        _ chunks: some AsyncSequence<[UInt8], any Error>, to key: String, in bucket: String,
        if condition: Condition? = nil
    ) async throws -> S3Written {
        let upload = try await createUpload(of: key, in: bucket)
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
            try? await abortUpload(upload, of: key, in: bucket)
            throw error
        }
    }

    /// The bytes of one version of an object, in chunks of at most 8 MiB.
    ///
    /// - Throws: while iterating, `.preconditionFailed` if the object is replaced meanwhile.
    public func download(
        _ key: String, in bucket: String
    ) -> AsyncThrowingStream<[UInt8], any Error> {
        let progress = DownloadProgress(client: self, key: key, bucket: bucket)
        return AsyncThrowingStream { try await progress.next() }
    }
}

/// How far a download has come.
private actor DownloadProgress {
    private let client: S3Client
    private let key: String
    private let bucket: String
    private var etag: String?
    private var rest: Range<Int>?

    init(client: S3Client, key: String, bucket: String) {
        (self.client, self.key, self.bucket) = (client, key, bucket)
    }

    func next() async throws -> [UInt8]? {
        if rest == nil {
            let head = try await client.head(key, in: bucket)
            (rest, etag) = (0..<head.size, head.etag)
        }
        guard let rest, !rest.isEmpty else { return nil }
        let end = min(rest.lowerBound + S3Client.partSize, rest.upperBound)
        let part = try await client.get(
            key, in: bucket, range: rest.lowerBound...end - 1, ifMatches: etag)
        self.rest = end..<rest.upperBound
        return part.body
    }
}
