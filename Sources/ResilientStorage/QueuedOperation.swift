/// A write that was acknowledged before it reached the storage.
public struct QueuedOperation: Equatable, Sendable {
    public enum Action: Equatable, Sendable {
        case put(body: [UInt8], metadata: [String: String])
        case delete
    }

    public let key: String
    public let action: Action

    public init(key: String, action: Action) {
        self.key = key
        self.action = action
    }

    var size: Int {
        switch action {
        case .put(let body, _): key.utf8.count + body.count
        case .delete: key.utf8.count
        }
    }
}

/// An operation in the queue, and its place.
public struct QueueEntry: Equatable, Sendable {
    /// Ascending in the order of acknowledgement.
    public let number: UInt64
    public let operation: QueuedOperation

    public init(number: UInt64, operation: QueuedOperation) {
        (self.number, self.operation) = (number, operation)
    }
}

/// Which entries may be sent to the storage now: the first of each key, in order. A pure value.
///
/// Entries of one key are sent one after another, so a later write is never overtaken by an
/// earlier one; different keys go in parallel.
struct DrainOrder: Equatable {
    private var inFlight: Set<String> = []

    /// - Parameter entries: what is queued, in order.
    mutating func take(_ limit: Int, from entries: [QueueEntry]) -> [QueueEntry] {
        var seen = inFlight
        var taken: [QueueEntry] = []
        for entry in entries where taken.count < limit {
            if seen.insert(entry.operation.key).inserted { taken.append(entry) }
        }
        inFlight.formUnion(taken.map(\.operation.key))
        return taken
    }

    mutating func finished(_ entry: QueueEntry) { inFlight.remove(entry.operation.key) }
}
