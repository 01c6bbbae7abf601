internal import Synchronization

/// One operation of the load, and how it ended for its user.
struct OperationSample: Equatable, Sendable {
    enum Kind: String, Sendable {
        case read, write, delete
    }

    enum Outcome: String, Sendable {
        case served, deferred, refused, failed, indeterminate
    }

    let kind: Kind
    let key: String
    /// When it should have started: latency counts from here.
    let intended: ContinuousClock.Instant
    let finished: ContinuousClock.Instant
    let outcome: Outcome
    let detail: String

    var isServed: Bool { outcome == .served }
    var latency: Duration { finished - intended }
}

/// The operations that have ended, in the order in which they did.
final class OperationHistory: Sendable {
    private let samples = Mutex<[OperationSample]>([])

    func add(_ sample: OperationSample) { samples.withLock { $0.append(sample) } }

    var all: [OperationSample] { samples.withLock { $0 } }

    /// Those that ended after `start`.
    func ended(after start: ContinuousClock.Instant) -> [OperationSample] {
        samples.withLock { samples in
            // The order is not strict: operations add themselves after they were stamped.
            samples.suffix(20_000).filter { $0.finished > start }
        }
    }

    func last(_ count: Int) -> [OperationSample] { samples.withLock { Array($0.suffix(count)) } }
}
