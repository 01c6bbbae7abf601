internal import Synchronization

/// Whether the load was really put on as planned. A runner that stalls measures its own stalls.
final class Pace: Sendable {
    /// An operation that starts later than this is late.
    private static let tolerance: Duration = .milliseconds(10)

    private struct State {
        var started = 0
        var late = 0
        var worst: Duration = .zero
    }

    private let state = Mutex(State())

    func started(intended: ContinuousClock.Instant) {
        let delay = ContinuousClock.now - intended
        state.withLock { state in
            state.started += 1
            if delay > Self.tolerance { state.late += 1 }
            state.worst = max(state.worst, delay)
        }
    }

    /// The share of operations that were sent more than 10 ms late.
    var slip: Double {
        state.withLock { $0.started == 0 ? 0 : Double($0.late) / Double($0.started) }
    }

    /// The longest that an operation was late.
    var worst: Duration { state.withLock { $0.worst } }
}
