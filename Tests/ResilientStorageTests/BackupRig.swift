import FoundationEssentials
import ResilientStorage
import S3
import S3Sandbox
import Synchronization
import Testing

/// A sandbox with a bucket to back up, one to keep backups in, and one to restore to.
final class BackupRig: Sendable {
    static let vaultPrefix = "kept/backups/"

    let client: S3Client
    let source: S3Bucket
    let vault: S3Bucket
    let target: S3Bucket
    let clock = BackupClock()
    private let sandbox: SandboxServer
    private let directory = TemporaryDirectory()

    fileprivate init() async throws {
        let credentials = S3Credentials(accessKeyID: "backup", secretAccessKey: "of-this-test")
        sandbox = try await SandboxServer(
            directory: directory.path + "/sandbox", credentials: credentials)
        var configuration = S3Configuration(endpoint: sandbox.endpoint, credentials: credentials)
        configuration.requestTimeout = .seconds(60)
        client = try S3Client(configuration)
        source = S3Bucket(client: client, name: "source")
        vault = S3Bucket(client: client, name: "vault")
        target = S3Bucket(client: client, name: "target")
    }

    fileprivate func stop() async throws {
        try await client.shutdown()
        await sandbox.stop()
    }

    /// A backup of the source, or of what stands in for it.
    func backup(
        source: (any ObjectStorage)? = nil, destination: (any ObjectStorage)? = nil,
        sourcePrefix: String = "", concurrency: Int = 4
    ) -> BucketBackup {
        var configuration = BucketBackup.Configuration()
        configuration.concurrency = concurrency
        configuration.retryDelay = .milliseconds(1)
        var components = BucketBackup.Components()
        let clock = clock
        components.now = { clock.next() }
        components.nameSuffix = { "b\(clock.ticks)" }
        return BucketBackup(
            source: source ?? self.source, sourcePrefix: sourcePrefix,
            destination: destination ?? vault, destinationPrefix: Self.vaultPrefix,
            configuration: configuration, components: components)
    }

    func put(
        _ body: [UInt8], to key: String, metadata: [String: String] = [:],
        contentType: String = "application/octet-stream"
    ) async throws {
        try await client.put(
            body, to: key, in: source.name, metadata: metadata, contentType: contentType)
    }

    func put(_ text: String, to key: String) async throws {
        try await put(Array(text.utf8), to: key)
    }

    func delete(_ key: String) async throws { try await client.delete(key, in: source.name) }

    /// What a bucket holds, by the bytes of the keys, without the prefix.
    func contents(of bucket: S3Bucket, prefix: String = "") async throws -> [[UInt8]: Held] {
        var contents: [[UInt8]: Held] = [:]
        for version in try await bucket.list(prefix: prefix) {
            let object = try await client.get(version.key, in: bucket.name)
            contents[Array(version.key.utf8.dropFirst(prefix.utf8.count))] = Held(
                sha256: Digests.sha256(object.body), size: object.size,
                contentType: object.contentType, metadata: object.metadata)
        }
        return contents
    }

    /// Where the bytes of an entry are.
    func storedKey(_ key: String, in manifest: BackupManifest) throws -> String {
        let entry = try #require(manifest.entries.first { $0.key.utf8.elementsEqual(key.utf8) })
        return Self.vaultPrefix + entry.storedKey
    }

    func manifestKey(_ reference: BackupReference) -> String {
        "\(Self.vaultPrefix)manifests/\(reference.id).\(reference.sha256).json"
    }
}

/// An object as a bucket holds it.
struct Held: Equatable {
    let sha256: String
    let size: Int
    let contentType: String?
    let metadata: [String: String]
}

/// Runs a test on a sandbox of its own with empty buckets.
func withBackupRig(_ body: (BackupRig) async throws -> Void) async throws {
    let rig = try await BackupRig()
    let result: Result<Void, any Error>
    do {
        for bucket in [rig.source, rig.vault, rig.target] {
            try await rig.client.createBucket(bucket.name)
        }
        result = .success(try await body(rig))
    } catch {
        result = .failure(error)
    }
    try await rig.stop()
    try result.get()
}

/// A clock that goes on by a second whenever it is asked.
final class BackupClock: Sendable {
    private let seconds = Mutex(1_800_000_000)
    private let asked = Mutex(0)

    /// How often the clock has been asked.
    var ticks: Int { asked.withLock { $0 } }

    func next() -> Date {
        asked.withLock { $0 += 1 }
        return seconds.withLock { seconds in
            seconds += 1
            return Date(timeIntervalSince1970: Double(seconds))
        }
    }

    /// - Parameter days: negative to set the clock back.
    func advance(days: Int) { seconds.withLock { $0 += days * 24 * 3600 } }
}

/// A storage around which something happens.
struct WatchedStorage: ObjectStorage {
    let storage: any ObjectStorage
    /// Before an object is read, or asked for what it is.
    var beforeRead: @Sendable (String) async throws -> Void = { _ in }
    var beforeWrite: @Sendable (String) async throws -> Void = { _ in }
    var afterWrite: @Sendable (String) async throws -> Void = { _ in }
    var beforeRemove: @Sendable (String) async throws -> Void = { _ in }
    /// What is written instead of the bytes of an object.
    var substitute: @Sendable (String, [UInt8]) -> [UInt8] = { $1 }
    /// What is listed instead.
    var listed: @Sendable ([ObjectVersion]) -> [ObjectVersion] = { $0 }

    var name: String { storage.name }

    func list(prefix: String) async throws -> [ObjectVersion] {
        listed(try await storage.list(prefix: prefix))
    }

    func head(_ key: String) async throws -> ObjectRead {
        try await beforeRead(key)
        return try await storage.head(key)
    }

    func read(_ key: String, range: Range<Int>?, etag: String?) async throws -> ObjectRead {
        try await beforeRead(key)
        return try await storage.read(key, range: range, etag: etag)
    }

    func write(
        _ bytes: [UInt8], to key: String, attributes: ObjectAttributes,
        if condition: S3Client.Condition?
    ) async throws {
        try await beforeWrite(key)
        try await storage.write(
            substitute(key, bytes), to: key, attributes: attributes, if: condition)
        try await afterWrite(key)
    }

    func upload(
        _ chunks: some AsyncSequence<[UInt8], any Error> & Sendable, to key: String,
        attributes: ObjectAttributes, if condition: S3Client.Condition?
    ) async throws {
        try await beforeWrite(key)
        try await storage.upload(chunks, to: key, attributes: attributes, if: condition)
        try await afterWrite(key)
    }

    func remove(_ key: String) async throws {
        try await beforeRemove(key)
        try await storage.remove(key)
    }
}

/// Keeps keys in the order in which they came.
final class KeyRecorder: Sendable {
    private let keys = Mutex<[String]>([])

    var all: [String] { keys.withLock { $0 } }

    /// - Returns: how often the key has come, this time included.
    @discardableResult
    func add(_ key: String) -> Int {
        keys.withLock { keys in
            keys.append(key)
            return keys.count { $0 == key }
        }
    }
}

extension S3Error {
    static func of(_ code: Code) -> S3Error { S3Error(code, message: "", finished: .now) }
}

extension BackupError {
    /// An error to compare with: only its code counts.
    static func with(_ code: Code) -> BackupError { BackupError(code, "") }
}

/// Bytes of any length that are not the same in two places or for two seeds.
func patternBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(round: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 65_536)
    let block = random.bytes(65_528)
    var number: UInt64 = 0
    while bytes.count < count {
        bytes += block
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        number += 1
    }
    return Array(bytes.prefix(count))
}
