internal import Dispatch
public import EventLog
internal import Synchronization

/// Where the events of a log are read: those that left it for an archive, from there.
public struct EventSource: Sendable {
    /// Gives at most so many events from a position on, in order.
    public typealias Archive = @Sendable (_ from: UInt64, _ limit: Int) throws -> [RecordedEvent]

    let reader: EventReader
    private let archive: Archive?
    private let firstPosition: UInt64

    /// - Parameter archive: gives the events before the first one that the log still holds. It may
    ///   block.
    public init(_ reader: EventReader, archive: Archive? = nil) throws {
        (self.reader, self.archive) = (reader, archive)
        firstPosition = try archive == nil ? 1 : reader.firstPosition()
    }

    /// - Throws: `EventLogError` with `.archived` for events that are in an archive that is not
    ///   given.
    func events(from position: UInt64, limit: Int) throws -> [RecordedEvent] {
        if let archive, position < firstPosition {
            let events = try archive(position, limit).filter { $0.position < firstPosition }
            if events.isEmpty {
                throw ViewError(.archiveIncomplete, "the archive lacks the event at \(position)")
            }
            return events
        }
        return try reader.events(from: position, limit: limit)
    }
}

/// What one read of the log gave.
struct FoldBatch: Sendable {
    let steps: [FoldStep]
    /// Of the last event, known or not.
    let position: UInt64
}

/// Reads and decodes events on a thread of its own, while those before are folded.
struct EventFeed {
    private static let batchSize = 5000

    let source: EventSource
    let filter: EventFilter

    /// Hands over the events after `position`, up to and with `last`, in batches.
    func forEachBatch(
        after position: UInt64, upTo last: UInt64, _ body: (FoldBatch) throws -> Void
    ) throws {
        let handOver = HandOver<FoldBatch>()
        DispatchQueue(label: "dr-testing.views.reader").async { [source, filter] in
            do {
                var next = position + 1
                while next <= last, !handOver.isGivenUp {
                    let batch = try Self.batch(source, filter, from: next, upTo: last)
                    next = batch.position + 1
                    handOver.give(.success(batch))
                }
                handOver.give(nil)
            } catch {
                handOver.give(.failure(error))
            }
        }
        // The reader must not wait for ever for a fold that failed.
        defer { handOver.giveUp() }
        while let batch = try handOver.take() { try body(batch) }
    }

    private static func batch(
        _ source: EventSource, _ filter: EventFilter, from next: UInt64, upTo last: UInt64
    ) throws -> FoldBatch {
        let limit = min(UInt64(batchSize), last - next + 1)
        let events = try source.events(from: next, limit: Int(limit))
        var steps: [FoldStep] = []
        steps.reserveCapacity(events.count)
        for event in events {
            if let step = FoldStep(event, filter) { steps.append(step) }
        }
        return FoldBatch(steps: steps, position: events.last?.position ?? last)
    }
}

/// Passes values from one thread to another, which may be a few behind.
private final class HandOver<Value: Sendable>: Sendable {
    private static var depth: Int { 3 }

    private let waiting = Mutex<[Result<Value, any Error>?]>([])
    private let wasGivenUp = Atomic<Bool>(false)
    private let places = DispatchSemaphore(value: 0)
    private let given = DispatchSemaphore(value: 0)

    init() {
        // Raised here: a semaphore may not end with less than it began with.
        for _ in 0..<Self.depth { places.signal() }
    }

    var isGivenUp: Bool { wasGivenUp.load(ordering: .acquiring) }

    /// Waits for a place. `nil` is the end.
    func give(_ value: Result<Value, any Error>?) {
        places.wait()
        waiting.withLock { $0.append(value) }
        given.signal()
    }

    /// - Returns: `nil` at the end.
    func take() throws -> Value? {
        given.wait()
        let value = waiting.withLock { $0.removeFirst() }
        places.signal()
        return try value?.get()
    }

    /// Nobody takes any more: whoever gives need not wait.
    func giveUp() {
        wasGivenUp.store(true, ordering: .releasing)
        for _ in 0..<Self.depth { places.signal() }
    }
}
