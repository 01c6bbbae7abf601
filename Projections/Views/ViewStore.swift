public import EventLog
internal import FoundationEssentials
internal import LMDB
public import Merkle

/// Keeps the views in a file, and brings them up to date with the log.
///
/// The file can be deleted at any time. It is not flushed: after a restart of the host it is
/// thrown away and built again, since a power cut may have damaged it. Every call blocks.
public final class ViewStore {
    /// What a view was built from.
    public struct Head: Equatable, Sendable {
        public let generation: UInt64
        public let position: UInt64
        let root: MerkleHash
        let logID: [UInt8]
    }

    private static let batchSize = 5000
    private static let batchTime: Duration = .milliseconds(20)

    private let environment: Environment
    private let rows: Database
    private let heads: Database
    private let reader: EventReader

    /// - Throws: `LMDBError` if the views cannot be written: fold them in memory then.
    public init(_ reader: EventReader) throws {
        self.reader = reader
        let directory = reader.directory.views
        let files = FileManager.default
        try files.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try Self.discardAfterRestart(directory)
        var options = Environment.Options()
        options.noSync = true
        environment = try Environment(path: directory, options: options)
        let databases = try environment.openDatabases(
            [.init("rows"), .init("heads")], create: true)
        (rows, heads) = (databases[0], databases[1])
    }

    private static func discardAfterRestart(_ directory: String) throws {
        let files = FileManager.default
        let boot = files.contents(atPath: "/proc/sys/kernel/random/boot_id") ?? Data()
        let mark = directory + "/boot"
        if files.contents(atPath: mark) == boot { return }
        for file in ["data.mdb", "lock.mdb"] where files.fileExists(atPath: "\(directory)/\(file)")
        {
            try files.removeItem(atPath: "\(directory)/\(file)")
        }
        // Half a mark fits no boot, and throws away what is made anew.
        let owner: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard files.createFile(atPath: mark, contents: boot, attributes: owner) else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    // MARK: Bringing up to date

    /// Folds what the log has and the view has not.
    public func catchUp(_ view: any ReadModel.Type) throws {
        while try catchUpOnce(view) {}
    }

    /// - Returns: whether there is more.
    private func catchUpOnce(_ view: any ReadModel.Type) throws -> Bool {
        let stored = try head(of: view)
        let head = try validHead(stored)
        let events = try reader.events(from: head.position + 1, limit: Self.batchSize)
        guard !events.isEmpty else { return false }
        let deadline = ContinuousClock.now + Self.batchTime
        return try environment.write { transaction in
            var table = StoredRows(
                transaction, rows: rows, prefix: Self.prefix(view, generation: head.generation))
            // Somebody else may have been faster.
            guard try table.head(view, in: heads) == stored else { return true }
            // What a build that broke off left of this generation.
            if head.isFirst { try table.removeAll() }
            var position = head.position
            for event in events {
                if let record = TestRecord(event) { try view.apply(record, to: &table) }
                position = event.position
                if ContinuousClock.now > deadline { break }
            }
            let next = Head(
                generation: head.generation, position: position,
                root: try reader.root(ofSize: position), logID: head.logID)
            try table.commit(next, of: view, in: heads)
            return true
        }
    }

    /// The stored head, if the log still is what it was built from; else the start of a new
    /// generation.
    private func validHead(_ stored: Head?) throws -> Head {
        let logID = Hexadecimal.decode(reader.logID) ?? []
        if let stored, stored.logID == logID, try stored.position <= reader.head().position,
            try reader.root(ofSize: stored.position) == stored.root
        {
            return stored
        }
        return Head(
            generation: (stored?.generation ?? 0) + 1, position: 0, root: .emptyTree, logID: logID)
    }

    public func head(of view: any ReadModel.Type) throws -> Head? {
        try environment.read { transaction in
            try transaction.value(for: Self.headKey(view), in: heads).flatMap { Head(stored: $0) }
        }
    }

    /// Builds a view anew beside the old one, swaps, and removes the old rows.
    public func rebuild(_ view: any ReadModel.Type) throws {
        let generation = try (head(of: view)?.generation ?? 0) + 1
        try removeRows(of: view, keeping: generation - 1)
        let last = try reader.head().position
        var position: UInt64 = 0
        while position < last {
            position = try build(view, generation: generation, after: position, upTo: last)
        }
        let head = Head(
            generation: generation, position: last, root: try reader.root(ofSize: last),
            logID: Hexadecimal.decode(reader.logID) ?? [])
        try environment.write { transaction in
            try transaction.put(head.stored, for: Self.headKey(view), in: heads)
            try transaction.commit()
        }
        try removeRows(of: view, keeping: generation)
    }

    private func build(
        _ view: any ReadModel.Type, generation: UInt64, after position: UInt64, upTo last: UInt64
    ) throws -> UInt64 {
        let events = try reader.events(from: position + 1, limit: Self.batchSize)
            .filter { $0.position <= last }
        try environment.write { transaction in
            var table = StoredRows(
                transaction, rows: rows, prefix: Self.prefix(view, generation: generation))
            for event in events {
                if let record = TestRecord(event) { try view.apply(record, to: &table) }
            }
            try table.commit()
        }
        return events.last?.position ?? last
    }

    /// Removes the rows of other generations, at most 5,000 at a time.
    private func removeRows(of view: any ReadModel.Type, keeping generation: UInt64) throws {
        let all = Self.prefix(view)
        let kept = Self.prefix(view, generation: generation)
        var isDone = false
        while !isDone {
            isDone = try environment.write { transaction in
                var keys: [Key] = []
                try transaction.forEach(in: rows, from: .bytes(all)) { key, _ in
                    guard case .bytes(let bytes) = key, bytes.starts(with: all) else {
                        return .stop
                    }
                    if !bytes.starts(with: kept) { keys.append(key) }
                    return keys.count < Self.batchSize ? .continue : .stop
                }
                for key in keys { try transaction.remove(key, in: rows) }
                try transaction.commit()
                return keys.count < Self.batchSize
            }
        }
    }

    // MARK: Reading

    /// The rows of a view and the position they show, in one snapshot.
    public func table(_ view: any ReadModel.Type) throws -> ViewRows {
        var found: [[UInt8]] = []
        let head = try forEachRow(of: view) { key, value in
            if key.first == RowKey.row { found.append(value) }
        }
        return ViewRows(view: view.name, position: head?.position ?? 0, rows: found)
    }

    public func digest(_ view: any ReadModel.Type) throws -> MerkleHash {
        let position = try head(of: view)?.position ?? 0
        var digest = ViewDigest(version: view.version, position: position)
        _ = try forEachRow(of: view) { key, value in digest.add(key, value) }
        return digest.value
    }

    private func forEachRow(
        of view: any ReadModel.Type, _ body: ([UInt8], [UInt8]) -> Void
    ) throws -> Head? {
        try environment.read { transaction in
            let stored = try transaction.value(for: Self.headKey(view), in: heads)
            guard let head = stored.flatMap({ Head(stored: $0) }) else { return nil }
            let prefix = Self.prefix(view, generation: head.generation)
            try transaction.forEach(in: rows, from: .bytes(prefix)) { key, value in
                guard case .bytes(let bytes) = key, bytes.starts(with: prefix) else { return .stop }
                body(Array(bytes.dropFirst(prefix.count)), value.withUnsafeBytes { Array($0) })
                return .continue
            }
            return head
        }
    }

    // MARK: Keys

    private static func prefix(_ view: any ReadModel.Type) -> [UInt8] {
        [UInt8(view.name.utf8.count)] + Array(view.name.utf8) + [view.version]
    }

    private static func prefix(_ view: any ReadModel.Type, generation: UInt64) -> [UInt8] {
        prefix(view) + RowKey.bigEndian(generation)
    }

    fileprivate static func headKey(_ view: any ReadModel.Type) -> Key { .bytes(prefix(view)) }
}

extension ViewStore.Head {
    fileprivate var isFirst: Bool { position == 0 }

    fileprivate var stored: [UInt8] {
        RowKey.bigEndian(generation) + RowKey.bigEndian(position) + root.bytes + logID
    }

    fileprivate init?(stored: [UInt8]) {
        guard stored.count == 64, let root = MerkleHash(stored[16..<48]) else { return nil }
        (generation, position) = (RowKey.number(stored[0..<8]), RowKey.number(stored[8..<16]))
        (self.root, logID) = (root, Array(stored[48...]))
    }
}

/// The rows of one generation of a view, inside a write transaction.
private struct StoredRows: RowTable, ~Copyable {
    private let transaction: WriteTransaction
    private let rows: Database
    private let prefix: [UInt8]

    init(_ transaction: consuming WriteTransaction, rows: Database, prefix: [UInt8]) {
        self.transaction = transaction
        (self.rows, self.prefix) = (rows, prefix)
    }

    func value(_ key: [UInt8]) throws -> [UInt8]? {
        try transaction.value(for: .bytes(prefix + key), in: rows)
    }

    func put(_ value: [UInt8], _ key: [UInt8]) throws {
        try transaction.put(value, for: .bytes(prefix + key), in: rows)
    }

    func remove(_ key: [UInt8]) throws {
        try transaction.remove(.bytes(prefix + key), in: rows)
    }

    func removeAll() throws {
        var keys: [Key] = []
        try transaction.forEach(in: rows, from: .bytes(prefix)) { key, _ in
            guard case .bytes(let bytes) = key, bytes.starts(with: prefix) else { return .stop }
            keys.append(key)
            return .continue
        }
        for key in keys { try transaction.remove(key, in: rows) }
    }

    func head(_ view: any ReadModel.Type, in heads: Database) throws -> ViewStore.Head? {
        try transaction.value(for: ViewStore.headKey(view), in: heads)
            .flatMap { ViewStore.Head(stored: $0) }
    }

    /// Rows and head become visible together.
    consuming func commit(
        _ head: ViewStore.Head, of view: any ReadModel.Type, in heads: Database
    ) throws {
        try transaction.put(head.stored, for: ViewStore.headKey(view), in: heads)
        try transaction.commit()
    }

    consuming func commit() throws { try transaction.commit() }
}
