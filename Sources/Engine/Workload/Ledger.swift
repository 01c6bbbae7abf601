internal import Synchronization

/// The ledger of a load under way, shared by its operations. What it decides, `LedgerBook` does.
final class Ledger: Sendable {
    private let state: Mutex<LedgerBook>

    init(keys: Int) { state = Mutex(LedgerBook(keys: keys)) }

    /// As it is now. A copy: what happens later does not change it.
    var book: LedgerBook { state.withLock { $0 } }

    var acknowledgedCount: Int { state.withLock { $0.acknowledged } }

    /// Called right before a write is sent.
    ///
    /// - Returns: `nil` if there is no key that can be written now.
    func begin(_ change: OperationMix.Change, choosing roll: UInt64) -> LedgerBook.Write? {
        state.withLock { $0.begin(change, choosing: roll, at: .now) }
    }

    func end(
        _ write: LedgerBook.Write, as outcome: OperationSample.Outcome,
        at instant: ContinuousClock.Instant
    ) {
        state.withLock { $0.end(write, as: outcome, at: instant) }
    }

    func keyToRead(choosing roll: UInt64) -> Int {
        state.withLock { $0.keyToRead(choosing: roll) }
    }

    /// From now on a snapshot can be taken.
    func keepEverything() { state.withLock { $0.keepEverything(since: .now) } }

    /// No snapshot will be taken.
    func keepNoMore() { state.withLock { $0.keepNoMore() } }

    /// What every key might hold at a moment since `keepEverything`; `nil` for an earlier one.
    func takeSnapshot(
        asOf instant: ContinuousClock.Instant, blur: LedgerBook.Blur = LedgerBook.Blur()
    ) -> LedgerExpectations? {
        state.withLock { $0.takeSnapshot(asOf: instant, blur: blur) }
    }

    /// The storage was set back to a snapshot. No write may be under way.
    func setBack(to snapshot: LedgerExpectations) {
        state.withLock { $0.setBack(to: snapshot, at: .now) }
    }
}
