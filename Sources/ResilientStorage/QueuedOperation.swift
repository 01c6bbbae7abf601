public import FoundationEssentials
internal import S3

/// A write that was acknowledged before it reached the storage.
public struct QueuedOperation: Equatable, Sendable {
    public enum Action: Equatable, Sendable {
        case put(body: [UInt8], metadata: [String: String])
        case delete
    }

    public let key: String
    public let action: Action
    /// Under which it was acknowledged; see `Epoch`. 0 for a store of one storage.
    public var epoch: UInt64

    public init(key: String, action: Action, epoch: UInt64 = 0) {
        (self.key, self.action, self.epoch) = (key, action, epoch)
    }

    var size: Int {
        switch action {
        case .put(let body, let metadata):
            metadata.reduce(key.utf8.count + body.count) {
                $0 + $1.key.utf8.count + $1.value.utf8.count
            }
        case .delete: key.utf8.count
        }
    }

    /// Why no storage takes it; `nil` if one may.
    var objection: String? {
        if case .put(_, let metadata) = action {
            ObjectRules.objection(toKey: key, metadata: metadata)
        } else {
            ObjectRules.objection(toKey: key)
        }
    }

    /// Keys are bytes: Swift takes strings for equal that a storage keeps apart.
    var exactKey: [UInt8] { Array(key.utf8) }
}

/// An operation in the queue, and its place.
public struct QueueEntry: Equatable, Sendable {
    /// Ascending in the order of acknowledgement.
    public let number: UInt64
    public let operation: QueuedOperation
    /// When it was queued, to the millisecond.
    public let added: Date

    public init(
        number: UInt64, operation: QueuedOperation, added: Date = Date(timeIntervalSince1970: 0)
    ) {
        (self.number, self.operation, self.added) = (number, operation, added)
    }
}

/// Which entries may be sent to the storage now: the first of each key, in order. A pure value.
///
/// Entries of one key are sent one after another, so a later write is never overtaken by an
/// earlier one; different keys go in parallel.
struct DrainOrder: Equatable {
    private var inFlight: Set<[UInt8]> = []
    /// Keys that wait, and until when.
    private var postponed: [[UInt8]: ContinuousClock.Instant] = [:]

    /// - Parameter entries: what is queued, in order.
    mutating func take(
        _ limit: Int, from entries: [QueueEntry], at now: ContinuousClock.Instant = .now
    ) -> [QueueEntry] {
        postponed = postponed.filter { $0.value > now }
        var seen = inFlight.union(postponed.keys)
        var taken: [QueueEntry] = []
        for entry in entries where taken.count < limit {
            if seen.insert(entry.operation.exactKey).inserted { taken.append(entry) }
        }
        inFlight.formUnion(taken.map(\.operation.exactKey))
        return taken
    }

    mutating func finished(_ entry: QueueEntry) { inFlight.remove(entry.operation.exactKey) }

    /// The entry stays the first of its key, and is not tried again before `instant`.
    mutating func postpone(_ entry: QueueEntry, until instant: ContinuousClock.Instant) {
        finished(entry)
        postponed[entry.operation.exactKey] = instant
    }
}
