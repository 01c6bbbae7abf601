internal import Dispatch
public import FoundationEssentials
internal import LMDB
internal import Synchronization

/// Keeps acknowledged writes until the storage takes them.
public protocol OperationQueueing: Sendable {
    /// Adds an operation behind all others. When it returns the operation is durable.
    ///
    /// - Throws: `OperationQueueError`.
    func add(_ operation: QueuedOperation) async throws -> QueueEntry
    /// The first entries, in order, at most `limit`.
    func first(_ limit: Int) async throws -> [QueueEntry]
    /// The last operation queued for a key.
    func pending(for key: String) async throws -> QueueEntry?
    /// The storage has taken an entry.
    func remove(_ entry: QueueEntry) async throws
    var depth: Int { get }
    /// Whether `add` would take an operation now. Others may take the room before it is added.
    func hasRoom(for operation: QueuedOperation) -> Bool
}

extension OperationQueueing {
    public func hasRoom(for operation: QueuedOperation) -> Bool { true }
}

/// Why the queue did not take an operation.
public struct OperationQueueError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        /// The queue holds as much as it may. Nothing was added.
        case full
        /// The queue's file cannot be written. Nothing was acknowledged.
        case unavailable
        case damaged
    }

    public let code: Code
    public let message: String

    public init(code: Code, message: String) { (self.code, self.message) = (code, message) }

    public static func == (left: OperationQueueError, right: OperationQueueError) -> Bool {
        left.code == right.code
    }

    public var description: String { message }
}

/// A queue in an LMDB file: what was acknowledged is still there after `kill -9`.
///
/// Operations of a key come out in the order in which they were acknowledged. Writes are flushed
/// in groups: those that wait while one is flushed are flushed together. A number is given once,
/// also when the queue was empty and is opened again.
public final class OperationQueue: OperationQueueing, Sendable {
    public struct Limits: Equatable, Sendable {
        public var operations = 100_000
        public var bytes = 256 << 20

        public init() {}
    }

    private struct Addition: Sendable {
        let operation: QueuedOperation
        let finish: @Sendable (Result<QueueEntry, any Error>) -> Void
    }

    private struct State {
        var additions: [Addition] = []
        var depth = 0
        var bytes = 0
        var next: UInt64 = 1
        /// The numbers queued for each key, ascending.
        var numbers: [[UInt8]: [UInt64]] = [:]

        mutating func added(_ entry: QueueEntry) {
            depth += 1
            bytes += entry.operation.size
            next = max(next, entry.number + 1)
            numbers[entry.operation.exactKey, default: []].append(entry.number)
        }

        mutating func removed(_ entry: QueueEntry) {
            depth -= 1
            bytes -= entry.operation.size
            let key = entry.operation.exactKey
            numbers[key]?.removeAll { $0 == entry.number }
            if numbers[key]?.isEmpty == true { numbers[key] = nil }
        }
    }

    private let environment: Environment
    private let entries: Database
    /// `next` → the number after the highest ever given, 8 bytes, big-endian.
    private let marks: Database
    private let limits: Limits
    private let now: @Sendable () -> Date
    private let state = Mutex(State())
    private let disk = DispatchQueue(label: "OperationQueue.disk")

    /// Opens the queue in a directory of its own, which is made if it is not there.
    ///
    /// - Parameter now: what entries are dated with.
    /// - Throws: `OperationQueueError`, `LMDBError`.
    public init(
        directory: String, limits: Limits = Limits(),
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        environment = try Environment(path: directory)
        let databases = try environment.openDatabases(
            [.init("queue", keys: .integers), .init("marks")], create: true)
        (entries, marks) = (databases[0], databases[1])
        (self.limits, self.now) = (limits, now)
        try environment.read { transaction in
            let mark = try transaction.value(for: Self.nextMark, in: marks)
            state.withLock { $0.next = mark.map(Self.number) ?? 1 }
            try transaction.forEach(in: entries) { key, value in
                let entry = try Self.decode(key, value)
                state.withLock { $0.added(entry) }
                return .continue
            }
        }
    }

    public var depth: Int { state.withLock { $0.depth } }

    public func hasRoom(for operation: QueuedOperation) -> Bool {
        state.withLock { state in
            state.depth < limits.operations && state.bytes + operation.size <= limits.bytes
        }
    }

    public func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        try await withCheckedThrowingContinuation { continuation in
            let addition = Addition(operation: operation) { continuation.resume(with: $0) }
            let isFirst = state.withLock { state in
                state.additions.append(addition)
                return state.additions.count == 1
            }
            if isFirst { disk.async { self.writeAdditions() } }
        }
    }

    private func writeAdditions() {
        let group = state.withLock { state in
            defer { state.additions = [] }
            return state.additions
        }
        let (depth, bytes, next) = state.withLock { ($0.depth, $0.bytes, $0.next) }
        var room = Room(
            operations: limits.operations - depth, bytes: limits.bytes - bytes, next: next)
        let outcomes: [Result<QueueEntry, any Error>]
        do {
            outcomes = try environment.write { transaction in
                let outcomes = try add(group, within: &room, in: transaction)
                try transaction.commit()
                return outcomes
            }
        } catch {
            let failure = OperationQueueError(
                code: .unavailable, message: "the queue cannot be written: \(error)")
            outcomes = group.map { _ in .failure(failure) }
        }
        for outcome in outcomes {
            if case .success(let entry) = outcome { state.withLock { $0.added(entry) } }
        }
        for (addition, outcome) in zip(group, outcomes) { addition.finish(outcome) }
    }

    /// What may still be added.
    private struct Room {
        var operations: Int
        var bytes: Int
        var next: UInt64
    }

    private func add(
        _ group: [Addition], within room: inout Room, in transaction: borrowing WriteTransaction
    ) throws -> [Result<QueueEntry, any Error>] {
        var outcomes: [Result<QueueEntry, any Error>] = []
        for addition in group {
            let operation = addition.operation
            guard room.operations > 0, operation.size <= room.bytes else {
                let message = "the queue is full with \(depth) operations; the write was not taken"
                outcomes.append(.failure(OperationQueueError(code: .full, message: message)))
                continue
            }
            let entry = QueueEntry(
                number: room.next, operation: operation, added: Self.date(Self.milliseconds(now())))
            try transaction.append(Self.encode(entry), for: .integer(entry.number), in: entries)
            room.operations -= 1
            room.bytes -= operation.size
            room.next += 1
            outcomes.append(.success(entry))
        }
        try transaction.put(Self.bytes(room.next), for: Self.nextMark, in: marks)
        return outcomes
    }

    public func first(_ limit: Int) async throws -> [QueueEntry] {
        if limit < 1 { return [] }
        return try await onDisk {
            var found: [QueueEntry] = []
            try self.environment.read { transaction in
                try transaction.forEach(in: self.entries) { key, value in
                    found.append(try Self.decode(key, value))
                    return found.count < limit ? .continue : .stop
                }
            }
            return found
        }
    }

    public func pending(for key: String) async throws -> QueueEntry? {
        guard let number = state.withLock({ $0.numbers[Array(key.utf8)]?.last }) else { return nil }
        return try await onDisk {
            try self.environment.read { transaction in
                try transaction.withValue(for: .integer(number), in: self.entries) { value in
                    try Self.decode(.integer(number), value)
                }
            }
        }
    }

    public func remove(_ entry: QueueEntry) async throws {
        try await onDisk { try self.removeNow(entry) }
    }

    private func removeNow(_ entry: QueueEntry) throws {
        let wasThere = try environment.write { transaction in
            let wasThere = try transaction.remove(.integer(entry.number), in: entries)
            try transaction.commit()
            return wasThere
        }
        if wasThere { state.withLock { $0.removed(entry) } }
    }

    /// Runs a blocking call of LMDB where blocking is allowed.
    private func onDisk<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            disk.async { continuation.resume(with: Result { try body() }) }
        }
    }
}

// MARK: - Stored form: JSON of everything but the body, its length before it, then the body

extension OperationQueue {
    private struct Header: Codable {
        let key: String
        /// `nil` for a delete.
        let metadata: [String: String]?
        let epoch: UInt64?
        /// Milliseconds since 1970.
        let added: Int64?
    }

    static func encode(_ entry: QueueEntry) throws -> [UInt8] {
        let operation = entry.operation
        var (metadata, body): ([String: String]?, [UInt8]) = (nil, [])
        if case .put(let bytes, let names) = operation.action { (metadata, body) = (names, bytes) }
        let header = Header(
            key: operation.key, metadata: metadata, epoch: operation.epoch,
            added: milliseconds(entry.added))
        let json = Array(try JSONEncoder().encode(header))
        let length = (0..<4).map { UInt8(truncatingIfNeeded: json.count >> (24 - 8 * $0)) }
        return length + json + body
    }

    static func decode(_ key: Key, _ value: RawSpan) throws -> QueueEntry {
        let bytes = value.withUnsafeBytes { Array($0) }
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let damaged = OperationQueueError(
            code: .damaged, message: "an entry of the queue is damaged")
        guard case .integer(let number) = key, bytes.count >= 4 + length else { throw damaged }
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: Data(bytes[4..<4 + length]))
        } catch {
            throw damaged
        }
        let body = Array(bytes[(4 + length)...])
        let action = header.metadata.map { QueuedOperation.Action.put(body: body, metadata: $0) }
        let operation = QueuedOperation(
            key: header.key, action: action ?? .delete, epoch: header.epoch ?? 0)
        return QueueEntry(number: number, operation: operation, added: date(header.added ?? 0))
    }

    private static func milliseconds(_ date: Date) -> Int64 {
        Int64((date.timeIntervalSince1970 * 1000).rounded())
    }

    private static func date(_ milliseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    private static let nextMark = Key.name("next")

    private static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    private static func number(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
