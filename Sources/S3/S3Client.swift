public import FoundationEssentials

/// A signed client for R2 and other services that speak the S3 API.
///
/// Each call is one request, sent once: what to do about a failure is the caller's decision.
/// Results and errors say when the answer was complete, as seen on the event loop. All calls throw
/// `S3Error`.
public final class S3Client: Sendable {
    private let transport: S3Transport

    /// - Parameter now: the time that requests are signed with.
    /// - Throws: if the extra certificate authority cannot be read.
    public init(
        _ configuration: S3Configuration, now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        transport = try S3Transport(configuration, now: now)
    }

    /// Closes the connections. The client cannot be used afterwards.
    public func shutdown() async throws { try await transport.shutdown() }

    // MARK: Buckets

    public func createBucket(_ bucket: String) async throws {
        _ = try await transport.send(S3Request(method: "PUT", bucket: bucket))
    }

    public func deleteBucket(_ bucket: String) async throws {
        _ = try await transport.send(S3Request(method: "DELETE", bucket: bucket))
    }

    /// Succeeds if the bucket is there and may be read.
    public func headBucket(_ bucket: String) async throws {
        do {
            _ = try await transport.send(S3Request(method: "HEAD", bucket: bucket))
        } catch let error as S3Error where error.code == .noSuchKey {
            throw S3Error(
                .noSuchBucket, status: error.status, message: error.message,
                finished: error.finished)
        }
    }

    // MARK: Objects

    /// What must hold for a write to take place; otherwise it fails with `.preconditionFailed`.
    public enum Condition: Sendable {
        /// There is no object of that key yet.
        case absent
        /// The object has this ETag.
        case matches(String)
    }

    /// Stores an object whole.
    ///
    /// - Parameter metadata: names in lower case, without the `x-amz-meta-` before them.
    @discardableResult
    public func put(
        _ body: [UInt8], to key: String, in bucket: String, metadata: [String: String] = [:],
        contentType: String = "application/octet-stream", if condition: Condition? = nil
    ) async throws -> S3Written {
        var request = S3Request(method: "PUT", bucket: bucket, objectKey: key, body: body)
        request.headers =
            Self.headers(for: metadata, contentType: contentType) + Self.headers(for: condition)
        let response = try await transport.send(request)
        return S3Written(etag: Self.etag(response), finished: response.finished)
    }

    /// Reads an object, or a range of its bytes, into memory: at most 64 MiB.
    ///
    /// - Parameter etag: reads only this version, else `.preconditionFailed`.
    public func get(
        _ key: String, in bucket: String, range: ClosedRange<Int>? = nil,
        ifMatches etag: String? = nil
    ) async throws -> S3Object {
        var request = S3Request(method: "GET", bucket: bucket, objectKey: key)
        if let range {
            request.headers.append(("range", "bytes=\(range.lowerBound)-\(range.upperBound)"))
        }
        if let etag { request.headers.append(("if-match", "\"\(etag)\"")) }
        return Self.object(try await transport.send(request))
    }

    /// What `get` would answer, without the body.
    public func head(_ key: String, in bucket: String) async throws -> S3Object {
        Self.object(
            try await transport.send(S3Request(method: "HEAD", bucket: bucket, objectKey: key)))
    }

    /// Removes an object. That it is not there is no error.
    @discardableResult
    public func delete(_ key: String, in bucket: String) async throws -> ContinuousClock.Instant {
        try await transport.send(S3Request(method: "DELETE", bucket: bucket, objectKey: key))
            .finished
    }

    /// One page of the keys that begin with `prefix`, in the order of the service: most often that
    /// of their bytes.
    ///
    /// - Parameter token: `nextToken` of the page before.
    public func list(
        _ bucket: String, prefix: String = "", token: String? = nil, limit: Int = 1000
    ) async throws -> S3Page {
        var request = S3Request(method: "GET", bucket: bucket)
        request.query = [("list-type", "2"), ("max-keys", String(limit))]
        if !prefix.isEmpty { request.query.append(("prefix", prefix)) }
        if let token { request.query.append(("continuation-token", token)) }
        let response = try await transport.send(request)
        let document = try ErrorDocument.decode(ListDocument.self, from: response)
        let entries = (document.Contents ?? []).map {
            S3Page.Entry(key: $0.Key, size: $0.Size, etag: Self.unquoted($0.ETag ?? ""))
        }
        if document.IsTruncated && document.NextContinuationToken == nil {
            throw S3Error(
                .badResponse, status: response.status,
                message: "the list goes on, but the answer does not say where",
                finished: response.finished)
        }
        return S3Page(
            entries: entries, nextToken: document.IsTruncated ? document.NextContinuationToken : nil
        )
    }

    /// All keys that begin with `prefix`, page after page.
    public func listAll(_ bucket: String, prefix: String = "") async throws -> [S3Page.Entry] {
        var entries: [S3Page.Entry] = []
        var token: String?
        repeat {
            let page = try await list(bucket, prefix: prefix, token: token)
            entries += page.entries
            token = page.nextToken
        } while token != nil
        return entries
    }

    // MARK: Uploads in parts

    /// - Parameter metadata: of the whole object; as for `put`.
    public func createUpload(
        of key: String, in bucket: String, metadata: [String: String] = [:],
        contentType: String = "application/octet-stream"
    ) async throws -> String {
        var request = S3Request(method: "POST", bucket: bucket, objectKey: key)
        request.query = [("uploads", "")]
        request.headers = Self.headers(for: metadata, contentType: contentType)
        let response = try await transport.send(request)
        return try ErrorDocument.decode(UploadDocument.self, from: response).UploadId
    }

    /// - Parameter number: from 1 to 10,000. Every part but the last has at least 5 MiB.
    /// - Returns: the ETag of the part.
    public func uploadPart(
        _ body: [UInt8], number: Int, of key: String, in bucket: String, upload: String
    ) async throws -> String {
        var request = S3Request(method: "PUT", bucket: bucket, objectKey: key, body: body)
        request.query = [("partNumber", String(number)), ("uploadId", upload)]
        return Self.etag(try await transport.send(request))
    }

    /// Puts the parts together, in the order of their numbers from 1.
    public func completeUpload(
        _ upload: String, of key: String, in bucket: String, parts: [String],
        if condition: Condition? = nil
    ) async throws -> S3Written {
        let list = parts.enumerated().map {
            "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>\"\($1)\"</ETag></Part>"
        }
        let body = "<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>"
        var request = S3Request(
            method: "POST", bucket: bucket, objectKey: key, body: Array(body.utf8))
        request.query = [("uploadId", upload)]
        request.headers = Self.headers(for: condition)
        let response = try await transport.send(request)
        let document = try ErrorDocument.decode(CompletedDocument.self, from: response)
        return S3Written(etag: Self.unquoted(document.ETag), finished: response.finished)
    }

    public func abortUpload(_ upload: String, of key: String, in bucket: String) async throws {
        var request = S3Request(method: "DELETE", bucket: bucket, objectKey: key)
        request.query = [("uploadId", upload)]
        _ = try await transport.send(request)
    }

    // MARK: Headers

    private static func headers(
        for metadata: [String: String], contentType: String
    ) -> [(name: String, value: String)] {
        [("content-type", contentType)] + metadata.map { ("x-amz-meta-\($0.key)", $0.value) }
    }

    private static func headers(for condition: Condition?) -> [(name: String, value: String)] {
        switch condition {
        case nil: []
        case .absent: [("if-none-match", "*")]
        case .matches(let etag): [("if-match", "\"\(etag)\"")]
        }
    }

    private static func object(_ response: S3Response) -> S3Object {
        var metadata: [String: String] = [:]
        for (name, value) in response.headers where name.hasPrefix("x-amz-meta-") {
            metadata[String(name.dropFirst("x-amz-meta-".count))] = value
        }
        let total = response.headers["content-range"]?.split(separator: "/").last.flatMap {
            Int($0)
        }
        return S3Object(
            body: response.body,
            size: total ?? response.headers["content-length"].flatMap(Int.init)
                ?? response.body.count,
            etag: etag(response), contentType: response.headers["content-type"],
            metadata: metadata, finished: response.finished)
    }

    private static func etag(_ response: S3Response) -> String {
        unquoted(response.headers["etag"] ?? "")
    }

    /// Most servers quote ETags, some do not always.
    private static func unquoted(_ etag: String) -> String { etag.filter { $0 != "\"" } }
}

/// A write that the storage acknowledged.
public struct S3Written: Sendable {
    public let etag: String
    public let finished: ContinuousClock.Instant
}

public struct S3Object: Sendable {
    public let body: [UInt8]
    /// Of the whole object, also when only a range was read.
    public let size: Int
    public let etag: String
    public let contentType: String?
    public let metadata: [String: String]
    public let finished: ContinuousClock.Instant
}

public struct S3Page: Sendable {
    public struct Entry: Equatable, Sendable {
        public let key: String
        public let size: Int
        public let etag: String
    }

    public let entries: [Entry]
    /// For the next page; `nil` after the last.
    public let nextToken: String?
}
