internal import ResilientStorage
internal import Synchronization

/// Takes one operation at a time: hardly slower under a light load, but ever slower the more want
/// something at once.
final class SlowUnderLoad: StorageUnderLoad {
    /// More than half of the time between two operations of the baseline, 50 a second: it cannot
    /// serve twice as many.
    private static let turn: Duration = .milliseconds(12)

    private let storage: any StorageUnderLoad
    private let free = Mutex(ContinuousClock.now)

    init(storage: any StorageUnderLoad) { self.storage = storage }

    private func waitForTurn() async {
        let end = free.withLock { free in
            free = max(free, .now) + Self.turn
            return free
        }
        try? await Task.sleep(until: end)
    }

    func put(
        _ body: [UInt8], to key: String, metadata: [String: String]
    ) async -> StorageOutcome<Void> {
        await waitForTurn()
        return await storage.put(body, to: key, metadata: metadata)
    }

    func get(_ key: String) async -> StorageOutcome<[UInt8]?> {
        await waitForTurn()
        return await storage.get(key)
    }

    func delete(_ key: String) async -> StorageOutcome<Void> {
        await waitForTurn()
        return await storage.delete(key)
    }
}

/// Keeps a little of every operation.
final class LeaksMemory: StorageUnderLoad {
    private static let bytes = 4096

    private let storage: any StorageUnderLoad
    private let kept = Mutex<[[UInt8]]>([])

    init(storage: any StorageUnderLoad) { self.storage = storage }

    private func keep() {
        // Only memory that is written to is resident.
        kept.withLock { $0.append(Array(repeating: 1, count: Self.bytes)) }
    }

    func put(
        _ body: [UInt8], to key: String, metadata: [String: String]
    ) async -> StorageOutcome<Void> {
        keep()
        return await storage.put(body, to: key, metadata: metadata)
    }

    func get(_ key: String) async -> StorageOutcome<[UInt8]?> {
        keep()
        return await storage.get(key)
    }

    func delete(_ key: String) async -> StorageOutcome<Void> {
        keep()
        return await storage.delete(key)
    }
}

/// Says that everything is removed, and touches nothing.
struct CleanupSkipped: ObjectRemoving {
    func removeAll(below prefix: String, from place: StoragePlace) async throws -> Int { 0 }
}
