internal import ResilientStorage

/// What a load can be put on: the storage system under test, or anything that answers like it.
///
/// Called from many tasks at once; writes of one key come one after another. What is served or
/// deferred counts as acknowledged, and the ledger holds the storage to it. Every call ends by
/// itself, also when nobody answers: the load has no deadlines of its own.
protocol StorageUnderLoad: Sendable {
    func put(
        _ body: [UInt8], to key: String, metadata: [String: String]
    ) async -> StorageOutcome<Void>

    /// The body of an object; `nil` if there is none.
    func get(_ key: String) async -> StorageOutcome<[UInt8]?>

    func delete(_ key: String) async -> StorageOutcome<Void>
}

extension ResilientStore: StorageUnderLoad {}
