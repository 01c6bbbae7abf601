internal import Crypto
internal import FoundationEssentials
internal import S3
internal import Synchronization

/// Buckets and objects in a directory. Every call blocks on the disk; what is acknowledged has
/// been flushed.
final class SandboxStore: Sendable {
    struct Refusal: Error, Equatable {
        let status: Int
        let code: String
    }

    struct Condition: Sendable {
        var mustBeAbsent = false
        var mustMatch: String?
    }

    private struct Upload {
        let bucket: String
        let key: String
        let contentType: String
        let metadata: [String: String]
        var parts: [Int: [UInt8]] = [:]
    }

    private struct State {
        /// Objects by the bytes of their keys: strings that only look alike are other keys.
        var buckets: [String: [[UInt8]: ObjectHeader]] = [:]
        var uploads: [String: Upload] = [:]
        var temporaryFiles = 0
    }

    private let root: String
    private let state = Mutex(State())

    init(root: String) throws {
        self.root = root
        let files = FileManager.default
        try files.createDirectory(
            atPath: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for bucket in try files.contentsOfDirectory(atPath: root) {
            var objects: [[UInt8]: ObjectHeader] = [:]
            for file in try files.contentsOfDirectory(atPath: "\(root)/\(bucket)") {
                // A temporary file is a write that was never acknowledged.
                guard !file.hasSuffix(".tmp") else { continue }
                let header = try ObjectFile.read("\(root)/\(bucket)/\(file)").header
                objects[Array(header.key.utf8)] = header
            }
            state.withLock { $0.buckets[bucket] = objects }
        }
    }

    // MARK: Buckets

    func createBucket(_ bucket: String) throws {
        // A bucket's name becomes a folder's: S3's own rules keep it from being anything else.
        let isName =
            (3...63).contains(bucket.utf8.count)
            && bucket.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
                    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || $0 == UInt8(ascii: "-")
            } && !bucket.hasPrefix("-") && !bucket.hasSuffix("-")
        guard isName else { throw Refusal(status: 400, code: "InvalidBucketName") }
        try state.withLock { state in
            if state.buckets[bucket] != nil {
                throw Refusal(status: 409, code: "BucketAlreadyOwnedByYou")
            }
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(bucket)", withIntermediateDirectories: false)
            state.buckets[bucket] = [:]
        }
        ObjectFile.flush(folder: root)
    }

    func deleteBucket(_ bucket: String) throws {
        try state.withLock { state in
            guard let objects = state.buckets[bucket] else { throw Self.noSuchBucket }
            guard objects.isEmpty else { throw Refusal(status: 409, code: "BucketNotEmpty") }
            try FileManager.default.removeItem(atPath: "\(root)/\(bucket)")
            state.buckets[bucket] = nil
        }
        ObjectFile.flush(folder: root)
    }

    /// The objects of a bucket whose keys begin with `prefix`, in the order of their bytes.
    func list(_ bucket: String, prefix: String) throws -> [ObjectHeader] {
        try state.withLock { state in
            guard let objects = state.buckets[bucket] else { throw Self.noSuchBucket }
            return objects.values.filter { $0.key.utf8.starts(with: prefix.utf8) }
                .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        }
    }

    // MARK: Objects

    func put(
        _ body: [UInt8], key: String, bucket: String, contentType: String,
        metadata: [String: String], etag: String? = nil, condition: Condition
    ) throws -> ObjectHeader {
        let header = ObjectHeader(
            key: key, size: body.count, etag: etag ?? Self.md5(body), contentType: contentType,
            metadata: metadata, modified: Date().timeIntervalSince1970)
        let folder = "\(root)/\(bucket)"
        let temporary = try state.withLock { state in
            guard state.buckets[bucket] != nil else { throw Self.noSuchBucket }
            state.temporaryFiles += 1
            return "\(folder)/\(state.temporaryFiles).tmp"
        }
        try ObjectFile.write(header, body, to: temporary)
        do {
            try state.withLock { state in
                try Self.check(condition, against: state.buckets[bucket]?[Array(key.utf8)])
                try ObjectFile.publish(temporary, as: path(key, bucket))
                state.buckets[bucket]?[Array(key.utf8)] = header
            }
        } catch {
            try ObjectFile.remove(temporary)
            throw error
        }
        ObjectFile.flush(folder: folder)
        return header
    }

    private static func check(_ condition: Condition, against existing: ObjectHeader?) throws {
        let isBroken =
            condition.mustBeAbsent && existing != nil
            || condition.mustMatch != nil && condition.mustMatch != existing?.etag
        if isBroken { throw Refusal(status: 412, code: "PreconditionFailed") }
    }

    func head(_ key: String, bucket: String) throws -> ObjectHeader {
        try state.withLock { state in
            guard let objects = state.buckets[bucket] else { throw Self.noSuchBucket }
            guard let header = objects[Array(key.utf8)] else { throw Self.noSuchKey }
            return header
        }
    }

    func get(_ key: String, bucket: String) throws -> (header: ObjectHeader, body: [UInt8]) {
        _ = try head(key, bucket: bucket)
        // A delete may come between: then it is not there, which is no failure.
        guard let object = try ObjectFile.readIfPresent(path(key, bucket)) else {
            throw Self.noSuchKey
        }
        return object
    }

    func delete(_ key: String, bucket: String) throws {
        try state.withLock { state in
            guard state.buckets[bucket] != nil else { throw Self.noSuchBucket }
            try ObjectFile.remove(path(key, bucket))
            state.buckets[bucket]?[Array(key.utf8)] = nil
        }
        ObjectFile.flush(folder: "\(root)/\(bucket)")
    }

    // MARK: Uploads in parts: kept in memory until they are complete

    func createUpload(
        key: String, bucket: String, contentType: String, metadata: [String: String] = [:]
    ) throws -> String {
        try state.withLock { state in
            guard state.buckets[bucket] != nil else { throw Self.noSuchBucket }
            let id = Self.md5(Array("\(bucket)/\(key)/\(UInt64.random(in: .min ... .max))".utf8))
            state.uploads[id] = Upload(
                bucket: bucket, key: key, contentType: contentType, metadata: metadata)
            return id
        }
    }

    func putPart(_ body: [UInt8], number: Int, upload: String) throws -> String {
        try state.withLock { state in
            guard state.uploads[upload] != nil else { throw Self.noSuchUpload }
            guard (1...10_000).contains(number) else {
                throw Refusal(status: 400, code: "InvalidArgument")
            }
            state.uploads[upload]?.parts[number] = body
            return Self.md5(body)
        }
    }

    func completeUpload(
        _ upload: String, parts: [Int], condition: Condition
    ) throws -> ObjectHeader {
        let found = try state.withLock { state in
            guard let found = state.uploads[upload] else { throw Self.noSuchUpload }
            return found
        }
        let bodies = parts.map { found.parts[$0] }
        guard !bodies.isEmpty, bodies.allSatisfy({ $0 != nil }), parts == parts.sorted() else {
            throw Refusal(status: 400, code: "InvalidPart")
        }
        let digests = bodies.flatMap { Array(Insecure.MD5.hash(data: $0!)) }
        let header = try put(
            bodies.flatMap { $0! }, key: found.key, bucket: found.bucket,
            contentType: found.contentType, metadata: found.metadata,
            etag: "\(Self.md5(digests))-\(parts.count)", condition: condition)
        state.withLock { $0.uploads[upload] = nil }
        return header
    }

    func abortUpload(_ upload: String) throws {
        try state.withLock { state in
            guard state.uploads.removeValue(forKey: upload) != nil else { throw Self.noSuchUpload }
        }
    }

    // MARK: Names

    static let noSuchBucket = Refusal(status: 404, code: "NoSuchBucket")
    private static let noSuchKey = Refusal(status: 404, code: "NoSuchKey")
    private static let noSuchUpload = Refusal(status: 404, code: "NoSuchUpload")

    /// A key can be anything; its hash is always a file name.
    private func path(_ key: String, _ bucket: String) -> String {
        "\(root)/\(bucket)/\(Digests.sha256(Array(key.utf8)))"
    }

    private static func md5(_ bytes: [UInt8]) -> String {
        Insecure.MD5.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
