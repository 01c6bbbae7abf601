internal import Synchronization

/// Whether the load was really put on as planned. A runner that stalls measures its own stalls.
final class Pace: Sendable {
    /// An operation that starts later than this is late.
    static let tolerance: Duration = .milliseconds(10)
    /// With more operations under way no further ones are sent: a storage that answers nothing for
    /// long must not take all memory of its runner.
    static let maximumUnderWay = 20_000

    struct Record: Equatable, Sendable {
        var sent = 0
        /// Of those sent.
        var late = 0
        /// The longest that an operation was late.
        var worst: Duration = .zero
        /// Due, but not sent at all.
        var withheld = 0

        /// The share of the operations due that were sent more than 10 ms late, or not at all.
        var slip: Double {
            let due = sent + withheld
            return due == 0 ? 0 : Double(late + withheld) / Double(due)
        }

        /// Whether measures of this resolution can be made with such a load: none was sent later
        /// than it, and at most one in a hundred was not sent.
        func isHeld(within resolution: Duration) -> Bool {
            worst <= resolution && withheld * 100 <= sent + withheld
        }
    }

    private struct State {
        var record = Record()
        var underWay = 0
    }

    private let state = Mutex(State())

    /// An operation is due.
    ///
    /// - Returns: whether it may be sent; then `ended` follows.
    func admit() -> Bool {
        state.withLock { state in
            guard state.underWay < Self.maximumUnderWay else {
                state.record.withheld += 1
                return false
            }
            state.underWay += 1
            return true
        }
    }

    /// - Parameters:
    ///   - intended: when it was due.
    ///   - instant: when it is handed to the storage.
    func sent(intended: ContinuousClock.Instant, at instant: ContinuousClock.Instant = .now) {
        let delay = instant - intended
        state.withLock { state in
            state.record.sent += 1
            if delay > Self.tolerance { state.record.late += 1 }
            state.record.worst = max(state.record.worst, delay)
        }
    }

    /// One that was admitted could not be made.
    func withheld() { state.withLock { $0.record.withheld += 1 } }

    func ended() { state.withLock { $0.underWay -= 1 } }

    var record: Record { state.withLock { $0.record } }
}
