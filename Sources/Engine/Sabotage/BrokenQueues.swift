internal import ResilientStorage
internal import Synchronization

/// Acknowledges every third write without keeping it.
final class QueueDropsWrites: OperationQueueing {
    private let queue: OperationQueue
    private let count = Atomic<Int>(0)

    init(queue: OperationQueue) { self.queue = queue }

    func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        let number = count.add(1, ordering: .relaxed).newValue
        if number % 3 == 0 { return QueueEntry(number: 0, operation: operation) }
        return try await queue.add(operation)
    }

    func first(_ limit: Int) async throws -> [QueueEntry] { try await queue.first(limit) }
    func pending(for key: String) async throws -> QueueEntry? { try await queue.pending(for: key) }
    func remove(_ entry: QueueEntry) async throws { try await queue.remove(entry) }
    var depth: Int { queue.depth }
}

/// Hands out the last first.
struct QueueReorders: OperationQueueing {
    let queue: OperationQueue

    func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        try await queue.add(operation)
    }
    func first(_ limit: Int) async throws -> [QueueEntry] {
        try await queue.first(queue.depth).reversed()
    }
    func pending(for key: String) async throws -> QueueEntry? { try await queue.pending(for: key) }
    func remove(_ entry: QueueEntry) async throws { try await queue.remove(entry) }
    var depth: Int { queue.depth }
}

/// Forgets that a write was delivered, once.
final class QueueDuplicates: OperationQueueing {
    private let queue: OperationQueue
    private let kept = Mutex<Set<UInt64>>([])

    init(queue: OperationQueue) { self.queue = queue }

    func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        try await queue.add(operation)
    }
    func first(_ limit: Int) async throws -> [QueueEntry] { try await queue.first(limit) }
    func pending(for key: String) async throws -> QueueEntry? { try await queue.pending(for: key) }

    func remove(_ entry: QueueEntry) async throws {
        let isFirst = kept.withLock { $0.insert(entry.number).inserted }
        if !isFirst { try await queue.remove(entry) }
    }

    var depth: Int { queue.depth }
}

/// Acknowledges at once and writes a little later.
final class AckBeforeDurable: OperationQueueing {
    private let queue: OperationQueue
    private let waiting = Mutex<[QueuedOperation]>([])

    init(queue: OperationQueue) {
        self.queue = queue
        Task { [weak self] in
            while let self {
                let operations = self.waiting.withLock { waiting in
                    defer { waiting = [] }
                    return waiting
                }
                for operation in operations { _ = try? await self.queue.add(operation) }
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        waiting.withLock { $0.append(operation) }
        return QueueEntry(number: 0, operation: operation)
    }

    func first(_ limit: Int) async throws -> [QueueEntry] { try await queue.first(limit) }
    func pending(for key: String) async throws -> QueueEntry? { try await queue.pending(for: key) }
    func remove(_ entry: QueueEntry) async throws { try await queue.remove(entry) }
    var depth: Int { queue.depth + waiting.withLock { $0.count } }
}

/// Keeps what it acknowledges in memory only.
final class QueueForgetsOnRestart: OperationQueueing {
    private struct State {
        var entries: [QueueEntry] = []
        var number: UInt64 = 0
    }

    private let state = Mutex(State())

    func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        state.withLock { state in
            state.number += 1
            let entry = QueueEntry(number: state.number, operation: operation)
            state.entries.append(entry)
            return entry
        }
    }

    func first(_ limit: Int) async throws -> [QueueEntry] {
        state.withLock { Array($0.entries.prefix(limit)) }
    }

    func pending(for key: String) async throws -> QueueEntry? {
        state.withLock { $0.entries.last { $0.operation.key == key } }
    }

    func remove(_ entry: QueueEntry) async throws {
        state.withLock { $0.entries.removeAll { $0.number == entry.number } }
    }

    var depth: Int { state.withLock { $0.entries.count } }
}

/// Does not tell that a key has something queued, so that a newer write goes first; and keeps what
/// is queued for five seconds, so that there are such writes however short the outage was.
final class DrainOverwritesNewer: OperationQueueing {
    private let queue: OperationQueue
    private let held: Duration
    /// The number of the last entry that was kept for long enough.
    private let released = Mutex<UInt64>(0)

    init(queue: OperationQueue, held: Duration = .seconds(5)) {
        (self.queue, self.held) = (queue, held)
    }

    func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        try await queue.add(operation)
    }

    func first(_ limit: Int) async throws -> [QueueEntry] {
        let released = released.withLock { $0 }
        let entries = try await queue.first(limit)
        // One alone is that of a prerequisite.
        if entries.count < 2 { return entries }
        if let first = entries.first, first.number <= released {
            return entries.filter { $0.number <= released }
        }
        try await Task.sleep(for: held)
        let last = try await queue.first(queue.depth).last?.number
        self.released.withLock { $0 = last ?? released }
        return try await queue.first(limit)
    }

    func pending(for key: String) async throws -> QueueEntry? { nil }
    func remove(_ entry: QueueEntry) async throws { try await queue.remove(entry) }
    var depth: Int { queue.depth }
}
