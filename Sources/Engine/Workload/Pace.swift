internal import Synchronization

/// Whether the load was really put on as planned. A runner that stalls measures its own stalls.
final class Pace: Sendable {
    /// An operation that starts later than this is late, and remembered with its time.
    static let tolerance: Duration = .milliseconds(10)
    /// An operation that starts later than this is not one of its rate any more.
    static let patience: Duration = .seconds(1)
    /// With more operations under way no further ones are sent: a storage that answers nothing for
    /// long must not take all memory of its runner.
    static let maximumUnderWay = 20_000

    /// A stretch in which operations were due and not sent.
    struct Stall: Equatable, Sendable {
        fileprivate(set) var start: ContinuousClock.Instant
        fileprivate(set) var end: ContinuousClock.Instant
        /// The longest that an operation was late.
        fileprivate(set) var delay: Duration
    }

    struct Record: Equatable, Sendable {
        /// With more of them the latest one grows.
        private static let maximumStalls = 1000

        var sent = 0
        /// Of those sent.
        var late = 0
        /// The longest that an operation was late.
        var worst: Duration = .zero
        /// Due, but not sent at all.
        var withheld = 0
        /// Of those sent, later than `patience`.
        var overdue = 0
        /// One after another.
        private(set) var stalls: [Stall] = []

        var due: Int { sent + withheld }

        /// The share of the operations due that were sent more than 10 ms late, or not at all.
        var slip: Double { due == 0 ? 0 : Double(late + withheld) / Double(due) }

        /// Whether the rate was: at most one operation in a hundred was not sent, or much too late.
        var isHeld: Bool { (withheld + overdue) * 100 <= due }

        /// The longest that an operation was late that was due or sent in a stretch of time. Zero
        /// if none was late by more than `tolerance`.
        func longestStall(in span: ClosedRange<ContinuousClock.Instant>) -> Duration {
            stalls.filter { $0.start <= span.upperBound && $0.end >= span.lowerBound }
                .map(\.delay).max() ?? .zero
        }

        fileprivate mutating func add(
            intended: ContinuousClock.Instant, at instant: ContinuousClock.Instant
        ) {
            let delay = instant - intended
            sent += 1
            if delay > Pace.tolerance { late += 1 }
            if delay > Pace.patience { overdue += 1 }
            worst = max(worst, delay)
            if delay > Pace.tolerance {
                note(Stall(start: intended, end: instant, delay: delay))
            }
        }

        private mutating func note(_ stall: Stall) {
            guard var last = stalls.last,
                stall.start <= last.end || stalls.count == Self.maximumStalls
            else { return stalls.append(stall) }
            (last.start, last.end) = (min(last.start, stall.start), max(last.end, stall.end))
            last.delay = max(last.delay, stall.delay)
            stalls[stalls.count - 1] = last
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
        state.withLock { $0.record.add(intended: intended, at: instant) }
    }

    /// One that was admitted could not be made.
    func withheld() { state.withLock { $0.record.withheld += 1 } }

    func ended() { state.withLock { $0.underWay -= 1 } }

    var record: Record { state.withLock { $0.record } }
}
