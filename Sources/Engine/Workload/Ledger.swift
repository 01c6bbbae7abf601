internal import Crypto
internal import Synchronization

/// What a runner knows of the writes it made: every version of every key, and which of them were
/// acknowledged.
///
/// Kept by the runner, outside of the system under test, so that it can be held against the bytes.
final class Ledger: Sendable {
    struct Version: Equatable, Sendable {
        /// Counted over all writes, from 1.
        let sequence: Int
        /// SHA-256 of the body; `nil` for a delete.
        let digest: [UInt8]?
        let started: ContinuousClock.Instant
        var ended: ContinuousClock.Instant?
        var outcome: OperationSample.Outcome?

        var isAcknowledged: Bool { outcome == .served || outcome == .deferred }
        /// Nobody knows whether it was applied, or will be.
        var isIndeterminate: Bool { outcome == nil || outcome == .indeterminate }
    }

    private struct State {
        var versions: [String: [Version]] = [:]
        var order: [String] = []
        var sequence = 0
    }

    private let state = Mutex(State())

    /// A write begins.
    ///
    /// - Returns: its number, or `nil` if another write of the key has not ended: the load does not
    ///   race with itself, so that the order of its writes is known.
    func begin(
        _ key: String, at instant: ContinuousClock.Instant, body: (Int) -> [UInt8]?
    ) -> (sequence: Int, body: [UInt8]?)? {
        state.withLock { state in
            if let last = state.versions[key]?.last, last.outcome == nil { return nil }
            state.sequence += 1
            let bytes = body(state.sequence)
            if state.versions[key] == nil { state.order.append(key) }
            state.versions[key, default: []].append(
                Version(
                    sequence: state.sequence, digest: bytes.map { Array(SHA256.hash(data: $0)) },
                    started: instant))
            return (state.sequence, bytes)
        }
    }

    func end(
        _ key: String, sequence: Int, outcome: OperationSample.Outcome,
        at instant: ContinuousClock.Instant
    ) {
        state.withLock { state in
            guard let index = state.versions[key]?.firstIndex(where: { $0.sequence == sequence })
            else { return }
            state.versions[key]?[index].outcome = outcome
            state.versions[key]?[index].ended = instant
        }
    }

    var versions: [String: [Version]] { state.withLock { $0.versions } }

    /// A key written so far, chosen by a number.
    func key(chosenBy number: UInt64) -> String? {
        state.withLock { state in
            state.order.isEmpty ? nil : state.order[Int(number % UInt64(state.order.count))]
        }
    }

    var acknowledgedCount: Int {
        state.withLock { state in
            state.versions.values.reduce(0) { $0 + $1.count { $0.isAcknowledged } }
        }
    }
}
