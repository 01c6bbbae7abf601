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
/// Operations of a key come out in the order in which they were acknowledged. Changes are flushed
/// in groups: those that wait while one is flushed are flushed together. A number is given once,
/// also when the queue was empty and is opened again.
public final class OperationQueue: OperationQueueing, Sendable {
    public struct Limits: Equatable, Sendable {
        public var operations = 100_000
        public var bytes = 256 << 20

        public init() {}
    }

    /// A change that waits for the disk, and who waits for it.
    private enum Change: Sendable {
        case add(QueuedOperation, finish: @Sendable (Result<QueueEntry, any Error>) -> Void)
        case remove(QueueEntry, finish: @Sendable (Result<Void, any Error>) -> Void)

        var isRemoval: Bool {
            if case .remove = self { true } else { false }
        }
    }

    private struct State {
        var waiting: [Change] = []
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
            submit(.add(operation, finish: { continuation.resume(with: $0) }))
        }
    }

    public func remove(_ entry: QueueEntry) async throws {
        try await withCheckedThrowingContinuation { continuation in
            submit(.remove(entry, finish: { continuation.resume(with: $0) }))
        }
    }

    private func submit(_ change: Change) {
        let isFirst = state.withLock { state in
            state.waiting.append(change)
            return state.waiting.count == 1
        }
        if isFirst { disk.async { self.writeChanges() } }
    }

    private func writeChanges() {
        let group = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        write(group)
    }

    /// One flush for all of them.
    private func write(_ group: [Change]) {
        let (depth, bytes, next) = state.withLock { ($0.depth, $0.bytes, $0.next) }
        var room = Room(
            operations: limits.operations - depth, bytes: limits.bytes - bytes, next: next)
        do {
            let outcomes = try environment.write { transaction in
                let outcomes = try make(group, within: &room, in: transaction)
                try transaction.commit()
                return outcomes
            }
            for (change, outcome) in zip(group, outcomes) { finish(change, outcome) }
        } catch {
            let removals = group.filter(\.isRemoval)
            if !removals.isEmpty, removals.count < group.count {
                // On a full disk what makes room must not fail with what needs it.
                write(removals)
                return write(group.filter { !$0.isRemoval })
            }
            let failure = OperationQueueError(
                code: .unavailable, message: "the queue cannot be written: \(error)")
            for change in group { finish(change, .refused(failure)) }
        }
    }

    /// What may still be added.
    private struct Room {
        var operations: Int
        var bytes: Int
        var next: UInt64
    }

    private enum Outcome {
        case added(QueueEntry)
        case removed(wasThere: Bool)
        case refused(OperationQueueError)
    }

    private func make(
        _ group: [Change], within room: inout Room, in transaction: borrowing WriteTransaction
    ) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for change in group {
            switch change {
            case .add(let operation, _):
                outcomes.append(try add(operation, within: &room, in: transaction))
            case .remove(let entry, _):
                let wasThere = try transaction.remove(.integer(entry.number), in: entries)
                if wasThere {
                    room.operations += 1
                    room.bytes += entry.operation.size
                }
                outcomes.append(.removed(wasThere: wasThere))
            }
        }
        try transaction.put(Self.bytes(room.next), for: Self.nextMark, in: marks)
        return outcomes
    }

    private func add(
        _ operation: QueuedOperation, within room: inout Room,
        in transaction: borrowing WriteTransaction
    ) throws -> Outcome {
        guard room.operations > 0, operation.size <= room.bytes else {
            let message = "the queue is full with \(depth) operations; the write was not taken"
            return .refused(OperationQueueError(code: .full, message: message))
        }
        let entry = QueueEntry(
            number: room.next, operation: operation, added: Self.date(Self.milliseconds(now())))
        try transaction.append(Self.encode(entry), for: .integer(entry.number), in: entries)
        room.operations -= 1
        room.bytes -= operation.size
        room.next += 1
        return .added(entry)
    }

    /// Counts a change that is durable, or was not made, and tells who waits for it.
    private func finish(_ change: Change, _ outcome: Outcome) {
        switch (change, outcome) {
        case (.add(_, let finish), .added(let entry)):
            state.withLock { $0.added(entry) }
            finish(.success(entry))
        case (.add(_, let finish), .refused(let error)): finish(.failure(error))
        case (.remove(let entry, let finish), .removed(let wasThere)):
            if wasThere { state.withLock { $0.removed(entry) } }
            finish(.success(()))
        case (.remove(_, let finish), .refused(let error)): finish(.failure(error))
        default: preconditionFailure("A change has an outcome of its own kind.")
        }
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

    /// Runs a blocking call of LMDB where blocking is allowed.
    private func onDisk<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            disk.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
