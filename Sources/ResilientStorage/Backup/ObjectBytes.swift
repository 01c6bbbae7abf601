internal import Crypto
internal import S3
internal import Synchronization

/// What an object must hold.
struct ObjectContent: Equatable, Sendable {
    /// In bytes.
    let size: Int
    let sha256: String

    /// Larger objects are never held whole in memory.
    var fitsOnePart: Bool { size <= S3Client.partSize }
}

/// Why the bytes of an object are not those that were to be read.
enum ReadFailure: Error, CustomStringConvertible {
    /// The object was replaced or deleted since it was looked at.
    case versionGone
    case missing
    case wrongSize(Int)
    case wrongDigest(String)
    case unreadable(any Error)

    var description: String {
        switch self {
        case .versionGone: "it was replaced or deleted while it was read"
        case .missing: "there is no such object"
        case .wrongSize(let size): "it has \(size) bytes"
        case .wrongDigest(let digest): "its SHA-256 is \(digest)"
        case .unreadable(let cause): "\(cause)"
        }
    }
}

/// The bytes of one version of an object, in chunks of at most 8 MiB, hashed on their way.
///
/// Iterating throws `ReadFailure`. It can be done again from the start, but not twice at once.
struct ObjectBytes: AsyncSequence, Sendable {
    let storage: any ObjectStorage
    let version: ObjectVersion
    /// Compared before the end is reported, so that an upload of other bytes is never completed.
    var expectedSHA256: String?
    /// Of the bytes read so far.
    let digest = RunningDigest()

    func makeAsyncIterator() -> Iterator {
        digest.restart()
        return Iterator(object: self)
    }

    struct Iterator: AsyncIteratorProtocol {
        private let object: ObjectBytes
        private var offset = 0

        init(object: ObjectBytes) { self.object = object }

        mutating func next() async throws -> [UInt8]? {
            try Task.checkCancellation()
            let size = object.version.size
            guard offset < size else {
                try object.checkDigest()
                return nil
            }
            let range = offset..<Swift.min(offset + S3Client.partSize, size)
            let bytes = try await object.storage.read(object.version, range: range).bytes
            object.digest.update(bytes)
            offset = range.upperBound
            return bytes
        }
    }

    private func checkDigest() throws {
        if let expectedSHA256, digest.sha256 != expectedSHA256 {
            throw ReadFailure.wrongDigest(digest.sha256)
        }
    }
}

/// The SHA-256 of bytes that come one chunk after another.
final class RunningDigest: Sendable {
    private let hash = Mutex(SHA256())

    func restart() { hash.withLock { $0 = SHA256() } }

    func update(_ bytes: [UInt8]) { hash.withLock { $0.update(data: bytes) } }

    /// In lower-case hexadecimal digits.
    var sha256: String {
        let digest = hash.withLock { $0.finalize() }
        return digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

extension ObjectStorage {
    /// One version of an object, or a range of its bytes.
    ///
    /// - Throws: `ReadFailure`.
    func read(_ version: ObjectVersion, range: Range<Int>? = nil) async throws -> ObjectRead {
        let object: ObjectRead
        do {
            object = try await read(version.key, range: range, etag: version.etag)
        } catch let error as S3Error {
            switch error.code {
            case .preconditionFailed, .noSuchKey, .invalidRange: throw ReadFailure.versionGone
            default: throw ReadFailure.unreadable(error)
            }
        } catch {
            throw ReadFailure.unreadable(error)
        }
        // Not every server heeds the condition.
        guard object.etag == version.etag, object.size == version.size else {
            throw ReadFailure.versionGone
        }
        guard object.bytes.count == range?.count ?? version.size else {
            throw ReadFailure.unreadable(
                S3Error(
                    .badResponse, message: "\(object.bytes.count) bytes came instead of the range",
                    finished: .now))
        }
        return object
    }

    /// An object of at most one part, if it holds what it must.
    ///
    /// - Throws: `ReadFailure`.
    func read(_ key: String, holding content: ObjectContent) async throws -> ObjectRead {
        let object = try await existing { try await self.read(key, range: nil, etag: nil) }
        guard object.bytes.count == content.size else {
            throw ReadFailure.wrongSize(object.bytes.count)
        }
        let digest = Digests.sha256(object.bytes)
        guard digest == content.sha256 else { throw ReadFailure.wrongDigest(digest) }
        return object
    }

    /// An object of any size, whose iteration throws unless it holds what it must.
    ///
    /// - Throws: `ReadFailure`.
    func stream(_ key: String, holding content: ObjectContent) async throws -> ObjectBytes {
        let head = try await existing { try await self.head(key) }
        guard head.size == content.size else { throw ReadFailure.wrongSize(head.size) }
        return ObjectBytes(
            storage: self, version: ObjectVersion(key: key, size: head.size, etag: head.etag),
            expectedSHA256: content.sha256)
    }

    /// Reads an object to its end and keeps nothing of its bytes.
    ///
    /// - Throws: `ReadFailure` unless it holds what it must.
    func check(_ key: String, holding content: ObjectContent) async throws -> ObjectAttributes {
        if content.fitsOnePart { return try await read(key, holding: content).attributes }
        for try await _ in try await stream(key, holding: content) {}
        return try await existing { try await self.head(key) }.attributes
    }

    private func existing(_ call: () async throws -> ObjectRead) async throws -> ObjectRead {
        do {
            return try await call()
        } catch let error as S3Error where error.code == .noSuchKey {
            throw ReadFailure.missing
        } catch {
            throw ReadFailure.unreadable(error)
        }
    }
}
