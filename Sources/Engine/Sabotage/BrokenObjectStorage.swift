internal import ResilientStorage
internal import S3
internal import Synchronization

/// A storage of backups of which one part is broken. Everything else is passed on.
protocol BrokenObjectStorage: ObjectStorage {
    var storage: any ObjectStorage { get }
}

extension BrokenObjectStorage {
    var name: String { storage.name }

    func list(prefix: String) async throws -> [ObjectVersion] {
        try await storage.list(prefix: prefix)
    }

    func head(_ key: String) async throws -> ObjectRead { try await storage.head(key) }

    func read(_ key: String, range: Range<Int>?, etag: String?) async throws -> ObjectRead {
        try await storage.read(key, range: range, etag: etag)
    }

    func write(
        _ bytes: [UInt8], to key: String, attributes: ObjectAttributes,
        if condition: S3Client.Condition?
    ) async throws {
        try await storage.write(bytes, to: key, attributes: attributes, if: condition)
    }

    func upload(
        _ chunks: some AsyncSequence<[UInt8], any Error> & Sendable, to key: String,
        attributes: ObjectAttributes, if condition: S3Client.Condition?
    ) async throws {
        try await storage.upload(chunks, to: key, attributes: attributes, if: condition)
    }

    func remove(_ key: String) async throws { try await storage.remove(key) }
}

/// Shows four objects of five.
struct SkipsObjects: BrokenObjectStorage {
    let storage: any ObjectStorage

    func list(prefix: String) async throws -> [ObjectVersion] {
        try await storage.list(prefix: prefix).filter { !$0.key.isOne(in: 5) }
    }
}

/// Stores one object of five with a wrong byte. Manifests are left as they are.
struct CorruptsObjects: BrokenObjectStorage {
    let storage: any ObjectStorage

    func write(
        _ bytes: [UInt8], to key: String, attributes: ObjectAttributes,
        if condition: S3Client.Condition?
    ) async throws {
        var bytes = bytes
        if key.contains("/objects/"), key.isOne(in: 5), !bytes.isEmpty { bytes[0] ^= 1 }
        try await storage.write(bytes, to: key, attributes: attributes, if: condition)
    }
}

/// Shows what there was when it was looked at first, so that nothing seems to have changed.
final class ShowsTheFirstListing: BrokenObjectStorage {
    let storage: any ObjectStorage
    private let listings = Mutex<[String: [ObjectVersion]]>([:])

    init(storage: any ObjectStorage) { self.storage = storage }

    func list(prefix: String) async throws -> [ObjectVersion] {
        if let shown = listings.withLock({ $0[prefix] }) { return shown }
        let listing = try await storage.list(prefix: prefix)
        listings.withLock { $0[prefix] = listing }
        return listing
    }
}

extension String {
    /// About one key of `count`, and always the same ones.
    func isOne(in count: Int) -> Bool { utf8.reduce(0) { $0 + Int($1) } % count == 0 }
}
