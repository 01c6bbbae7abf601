internal import Dispatch
internal import FoundationEssentials
internal import LMDB
internal import Synchronization

/// The reign of one storage: its number grows by one whenever another one takes over.
public struct Epoch: Equatable, Sendable {
    public let number: UInt64
    public let active: SiteName

    public init(number: UInt64, active: SiteName) {
        (self.number, self.active) = (number, active)
    }
}

/// Remembers the epoch over the end of the process.
public protocol EpochKeeping: Sendable {
    var current: Epoch { get }
    /// Begins the next epoch. When it returns the epoch is durable; when it throws, nothing has
    /// changed. Called by one task at a time.
    func advance(to active: SiteName) async throws -> Epoch
}

/// Keeps the epoch in an LMDB file: a process that starts after a crash serves from the storage
/// that served last, and never from one that may lack acknowledged writes.
public final class EpochFile: EpochKeeping {
    public struct Damaged: Error, CustomStringConvertible {
        public var description: String { "the stored epoch cannot be read" }
    }

    private let environment: Environment
    private let database: Database
    private let state: Mutex<Epoch>
    private let disk = DispatchQueue(label: "EpochFile.disk")

    /// Opens it in a directory of its own, which is made if it is not there. The first epoch has
    /// number 1, and the primary serves in it.
    ///
    /// - Throws: `Damaged`, `LMDBError`.
    public init(directory: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        var options = Environment.Options()
        options.mapSize = 1 << 20
        environment = try Environment(path: directory, options: options)
        let database = try environment.openDatabases([.init("epoch")], create: true)[0]
        self.database = database
        let stored = try environment.read { try $0.value(for: Self.key, in: database) }
        state = Mutex(try stored.map(Self.decode) ?? Epoch(number: 1, active: .primary))
    }

    public var current: Epoch { state.withLock { $0 } }

    public func advance(to active: SiteName) async throws -> Epoch {
        let next = Epoch(number: current.number + 1, active: active)
        try await withCheckedThrowingContinuation { continuation in
            disk.async { continuation.resume(with: Result { try self.store(next) }) }
        }
        state.withLock { $0 = next }
        return next
    }

    private func store(_ epoch: Epoch) throws {
        try environment.write { transaction in
            try transaction.put(Self.encode(epoch), for: Self.key, in: database)
            try transaction.commit()
        }
    }

    // MARK: - Stored form: the number, 8 bytes, big-endian, then the name of the storage

    private static let key = Key.name("current")

    private static func encode(_ epoch: Epoch) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: epoch.number >> (56 - 8 * $0)) }
            + Array(epoch.active.rawValue.utf8)
    }

    private static func decode(_ bytes: [UInt8]) throws -> Epoch {
        let name = String(decoding: bytes.dropFirst(8), as: UTF8.self)
        guard bytes.count > 8, let active = SiteName(rawValue: name) else { throw Damaged() }
        return Epoch(
            number: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, active: active)
    }
}
