internal import Dispatch
internal import Synchronization

/// Reads a range of events on several threads, makes something of them there, and hands that over
/// in order.
///
/// Each thread reads every so-manieth stretch of the range, in pieces as large as one read gives. A
/// few pieces of each thread at most wait to be taken, however long the range is.
public struct ParallelReading<Value: Sendable>: Sendable {
    public typealias Read = @Sendable (_ from: UInt64, _ limit: Int) throws -> [RecordedEvent]

    /// What came of the events at the beginning of a stretch, and the last position of them.
    struct Piece: Sendable {
        let value: Value
        let last: UInt64
    }

    private let length: UInt64
    private let workers: Int
    private let piece: @Sendable (ClosedRange<UInt64>) throws -> Piece

    /// - Parameters:
    ///   - length: how many positions a stretch has.
    ///   - read: gives events from a position on, in order, at most so many.
    ///   - make: what comes of the events of one piece; called on any thread.
    public init(
        length: UInt64 = 2000, workers: Int = 2, read: @escaping Read,
        make: @escaping @Sendable ([RecordedEvent]) throws -> Value
    ) {
        self.init(length: length, workers: workers) { positions in
            var events = try read(positions.lowerBound, positions.count)
            // Where events are missing, one further on may have been found.
            while let last = events.last, last.position > positions.upperBound {
                events.removeLast()
            }
            let isWhole = events.count == positions.count || events.isEmpty
            let last = isWhole ? positions.upperBound : events.last?.position
            return Piece(value: try make(events), last: last ?? positions.upperBound)
        }
    }

    /// - Parameter piece: reads from the beginning of a stretch on, as far as one read goes, and
    ///   makes something of that; called on any thread.
    init(
        length: UInt64, workers: Int,
        piece: @escaping @Sendable (ClosedRange<UInt64>) throws -> Piece
    ) {
        (self.length, self.workers, self.piece) = (length, workers, piece)
    }

    /// Blocks until all was handed over.
    ///
    /// - Parameter body: gets what came of each piece, and the last position of it.
    public func forEach(
        in positions: ClosedRange<UInt64>, _ body: (Value, _ last: UInt64) throws -> Void
    ) throws {
        let lanes = (0..<workers).map { _ in HandOver<Piece>() }
        for (number, lane) in lanes.enumerated() {
            // A queue for each: only a serial one has a thread whatever else is waiting.
            DispatchQueue(label: "dr-testing.log.reading").async { [self] in
                fill(lane, number: number, from: positions)
            }
        }
        // Whoever reads must not wait for ever for a body that failed.
        defer { for lane in lanes { lane.giveUp() } }
        var next = positions.lowerBound
        while next <= positions.upperBound {
            let stretch = Int((next - positions.lowerBound) / length)
            let piece = try lanes[stretch % workers].take()
            try body(piece.value, piece.last)
            next = piece.last + 1
        }
    }

    private func fill(_ lane: HandOver<Piece>, number: Int, from positions: ClosedRange<UInt64>) {
        do {
            let starts = stride(
                from: positions.lowerBound + UInt64(number) * length,
                through: positions.upperBound, by: Int(length) * workers)
            for start in starts {
                var rest = start...min(start + length - 1, positions.upperBound)
                while !lane.isGivenUp {
                    let found = try piece(rest)
                    lane.give(.success(found))
                    if found.last == rest.upperBound { break }
                    rest = found.last + 1...rest.upperBound
                }
            }
        } catch {
            lane.give(.failure(error))
        }
    }
}

/// Passes values from one thread to another, which may be a few behind.
private final class HandOver<Value: Sendable>: Sendable {
    private static var depth: Int { 3 }

    private let waiting = Mutex<[Result<Value, any Error>]>([])
    private let wasGivenUp = Atomic<Bool>(false)
    private let places = DispatchSemaphore(value: 0)
    private let given = DispatchSemaphore(value: 0)

    init() {
        // Raised here: a semaphore may not end with less than it began with.
        for _ in 0..<Self.depth { places.signal() }
    }

    var isGivenUp: Bool { wasGivenUp.load(ordering: .acquiring) }

    /// Waits for a place.
    func give(_ value: Result<Value, any Error>) {
        places.wait()
        waiting.withLock { $0.append(value) }
        given.signal()
    }

    /// Waits for a value.
    func take() throws -> Value {
        given.wait()
        let value = waiting.withLock { $0.removeFirst() }
        places.signal()
        return try value.get()
    }

    /// Nobody takes any more: whoever gives need not wait.
    func giveUp() {
        wasGivenUp.store(true, ordering: .releasing)
        for _ in 0..<Self.depth { places.signal() }
    }
}
