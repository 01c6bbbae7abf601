internal import Dispatch
internal import Synchronization

/// Reads a range of events on several threads, makes something of each stretch there, and hands
/// that over in order.
///
/// What is read, but not handed over yet, is a few stretches at most, however long the range is.
public struct ParallelReading<Value: Sendable>: Sendable {
    public typealias Read = @Sendable (_ from: UInt64, _ limit: Int) throws -> [RecordedEvent]

    private let read: Read
    private let length: Int
    private let workers: Int
    private let make: @Sendable ([RecordedEvent]) throws -> Value

    /// - Parameters:
    ///   - read: gives events from a position on, in order, at most so many.
    ///   - length: how many positions a stretch has; the largest events of so many fit in memory.
    ///   - make: what comes of the events of one stretch; called on any thread.
    public init(
        length: Int = 250, workers: Int = 2, read: @escaping Read,
        make: @escaping @Sendable ([RecordedEvent]) throws -> Value
    ) {
        (self.read, self.length, self.workers, self.make) = (read, length, workers, make)
    }

    /// Blocks until all was handed over.
    ///
    /// - Parameter body: gets what came of each stretch, and the last position of it.
    public func forEach(
        in positions: ClosedRange<UInt64>, _ body: (Value, _ last: UInt64) throws -> Void
    ) throws {
        let stretches = stride(
            from: positions.lowerBound, through: positions.upperBound, by: length)
        let work = ReadingWork<Value>(depth: workers + 2)
        let queue = DispatchQueue(label: "dr-testing.log.reading", attributes: .concurrent)
        for _ in 0..<workers {
            queue.async { [self] in
                while let number = work.claim() {
                    let first = positions.lowerBound + UInt64(number) * UInt64(length)
                    if first > positions.upperBound { break }
                    let last = min(first + UInt64(length) - 1, positions.upperBound)
                    work.give(Result { try make(events(in: first...last)) }, as: number)
                }
            }
        }
        // Whoever reads must not wait for ever for a body that failed.
        defer { work.giveUp() }
        for (number, first) in stretches.enumerated() {
            let last = min(first + UInt64(length) - 1, positions.upperBound)
            try body(work.take(number), last)
        }
    }

    private func events(in positions: ClosedRange<UInt64>) throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        var next = positions.lowerBound
        while next <= positions.upperBound {
            let found = try read(next, Int(positions.upperBound - next) + 1)
                .filter { $0.position <= positions.upperBound }
            guard let last = found.last else { break }
            events = events.isEmpty ? found : events + found
            next = last.position + 1
        }
        return events
    }
}

/// What several threads have read, until it is taken in order.
private final class ReadingWork<Value: Sendable>: Sendable {
    private struct State {
        var next = 0
        var done: [Int: Result<Value, any Error>] = [:]
        var isGivenUp = false
    }

    private let state = Mutex(State())
    private let places = DispatchSemaphore(value: 0)
    private let given = DispatchSemaphore(value: 0)
    private let depth: Int

    init(depth: Int) {
        self.depth = depth
        // Raised here: a semaphore may not end with less than it began with.
        for _ in 0..<depth { places.signal() }
    }

    /// Waits for a place. `nil`: nobody takes any more.
    func claim() -> Int? {
        places.wait()
        return state.withLock { state in
            if state.isGivenUp { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func give(_ result: Result<Value, any Error>, as number: Int) {
        state.withLock { $0.done[number] = result }
        given.signal()
    }

    func take(_ number: Int) throws -> Value {
        while true {
            let found = state.withLock { $0.done.removeValue(forKey: number) }
            if let found {
                places.signal()
                return try found.get()
            }
            given.wait()
        }
    }

    func giveUp() {
        state.withLock { $0.isGivenUp = true }
        for _ in 0..<depth { places.signal() }
    }
}
