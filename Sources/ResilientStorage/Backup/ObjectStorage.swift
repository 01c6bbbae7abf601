public import S3

/// The objects of one bucket, as a backup reads and writes them. The seam between a backup and the
/// three storages it deals with: its source, its destination and the target of a restore.
///
/// Called from many tasks at once. Every call throws `S3Error`. A write is durable when it returns,
/// and every later read and list shows it. Keys are bytes: two of them that Swift takes for equal
/// strings are two objects.
public protocol ObjectStorage: Sendable {
    /// What people and manifests call it. Not a secret.
    var name: String { get }
    /// Every object whose key begins with `prefix`, in any order.
    func list(prefix: String) async throws -> [ObjectVersion]
    /// What `read` would answer, without the bytes.
    func head(_ key: String) async throws -> ObjectRead
    /// An object of at most 64 MiB, or a range of its bytes.
    ///
    /// - Parameter etag: reads only this version, else `.preconditionFailed`.
    func read(_ key: String, range: Range<Int>?, etag: String?) async throws -> ObjectRead
    func write(
        _ bytes: [UInt8], to key: String, attributes: ObjectAttributes,
        if condition: S3Client.Condition?
    ) async throws
    /// Stores what `chunks` yields as one object, or nothing if anything fails. An error of
    /// `chunks` is passed on as it is.
    ///
    /// - Parameter chunks: can be iterated again, since the upload may be tried again.
    func upload(
        _ chunks: some AsyncSequence<[UInt8], any Error> & Sendable, to key: String,
        attributes: ObjectAttributes, if condition: S3Client.Condition?
    ) async throws
    /// That there is no such object is no error.
    func remove(_ key: String) async throws
}

/// One version of an object, as a listing shows it.
public struct ObjectVersion: Sendable {
    public let key: String
    /// In bytes.
    public let size: Int
    public let etag: String

    public init(key: String, size: Int, etag: String) {
        (self.key, self.size, self.etag) = (key, size, etag)
    }
}

/// What is kept of an object besides its bytes.
public struct ObjectAttributes: Equatable, Sendable {
    public var contentType: String
    /// Names in lower case, without the `x-amz-meta-` before them.
    public var metadata: [String: String]

    public init(
        contentType: String = "application/octet-stream", metadata: [String: String] = [:]
    ) {
        (self.contentType, self.metadata) = (contentType, metadata)
    }
}

/// What was read of an object.
public struct ObjectRead: Sendable {
    public let bytes: [UInt8]
    /// Of the whole object, also when only a range was read.
    public let size: Int
    public let etag: String
    public let attributes: ObjectAttributes

    public init(bytes: [UInt8], size: Int, etag: String, attributes: ObjectAttributes) {
        (self.bytes, self.size) = (bytes, size)
        (self.etag, self.attributes) = (etag, attributes)
    }
}

/// A bucket of a service that speaks the S3 API.
public struct S3Bucket: ObjectStorage {
    private let client: S3Client
    public let name: String

    public init(client: S3Client, name: String) {
        (self.client, self.name) = (client, name)
    }

    public func list(prefix: String) async throws -> [ObjectVersion] {
        try await client.listAll(name, prefix: prefix).map {
            ObjectVersion(key: $0.key, size: $0.size, etag: $0.etag)
        }
    }

    public func head(_ key: String) async throws -> ObjectRead {
        ObjectRead(try await client.head(key, in: name))
    }

    public func read(_ key: String, range: Range<Int>?, etag: String?) async throws -> ObjectRead {
        let bytes = range.map { $0.lowerBound...$0.upperBound - 1 }
        return ObjectRead(try await client.get(key, in: name, range: bytes, ifMatches: etag))
    }

    public func write(
        _ bytes: [UInt8], to key: String, attributes: ObjectAttributes,
        if condition: S3Client.Condition?
    ) async throws {
        try await client.put(
            bytes, to: key, in: name, metadata: attributes.metadata,
            contentType: attributes.contentType, if: condition)
    }

    public func upload(
        _ chunks: some AsyncSequence<[UInt8], any Error> & Sendable, to key: String,
        attributes: ObjectAttributes, if condition: S3Client.Condition?
    ) async throws {
        try await client.upload(
            chunks, to: key, in: name, metadata: attributes.metadata,
            contentType: attributes.contentType, if: condition)
    }

    public func remove(_ key: String) async throws { try await client.delete(key, in: name) }
}

extension ObjectRead {
    fileprivate init(_ object: S3Object) {
        self.init(
            bytes: object.body, size: object.size, etag: object.etag,
            attributes: ObjectAttributes(
                contentType: object.contentType ?? ObjectAttributes().contentType,
                metadata: object.metadata))
    }
}
