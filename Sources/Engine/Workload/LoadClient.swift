internal import ResilientStorage
internal import Synchronization

/// Makes single operations of a load, and enters writes into the ledger. How many are made, and
/// when, others decide.
struct LoadClient: Sendable {
    typealias Instant = ContinuousClock.Instant

    let store: any StorageUnderLoad
    let ledger: Ledger
    let keys: KeySpace
    let objects: SyntheticObjects
    let mix: OperationMix
    let dice: Dice
    /// Told of each write that the storage took at once.
    private let acknowledged: @Sendable (_ sequence: Int, _ key: String, Instant) -> Void
    private let numbers = OperationNumbers()

    init(
        store: any StorageUnderLoad, ledger: Ledger, keys: KeySpace, objects: SyntheticObjects,
        mix: OperationMix, dice: Dice,
        acknowledged: @escaping @Sendable (Int, String, Instant) -> Void = { _, _, _ in }
    ) {
        self.acknowledged = acknowledged
        (self.store, self.ledger, self.keys) = (store, ledger, keys)
        (self.objects, self.mix, self.dice) = (objects, mix, dice)
    }

    /// The number of the next operation: what it does follows from it.
    func nextNumber() -> UInt64 { numbers.next() }

    /// Makes one operation.
    ///
    /// - Parameters:
    ///   - intended: when it should have started.
    ///   - sending: called right before it is sent.
    /// - Returns: `nil` if it is a write and there is no key that can be written now. Nothing was
    ///   sent then.
    func perform(
        _ intent: OperationMix.Intent, number: UInt64, intended: ContinuousClock.Instant,
        sending: () -> Void = {}
    ) async -> OperationNote? {
        let roll = dice.roll(.key, of: number)
        switch intent {
        case .read:
            let key = ledger.keyToRead(choosing: roll)
            sending()
            let outcome = await store.get(keys.names[key])
            return note(.read, key, intended, outcome)
        case .write(let change):
            guard let write = ledger.begin(change, choosing: roll) else { return nil }
            return await perform(write, intended: intended, sending: sending)
        }
    }

    private func perform(
        _ write: LedgerBook.Write, intended: ContinuousClock.Instant, sending: () -> Void
    ) async -> OperationNote {
        let name = keys.names[write.key]
        let outcome: StorageOutcome<Void>
        if write.change == .deletion {
            sending()
            outcome = await store.delete(name)
        } else {
            let body = objects.body(of: write.key, sequence: write.sequence)
            let metadata = [Workload.sequenceHeader: String(write.sequence)]
            sending()
            outcome = await store.put(body, to: name, metadata: metadata)
        }
        let kind: OperationSample.Kind = write.change == .deletion ? .delete : .write
        let operation = note(kind, write.key, intended, outcome)
        if operation.sample.isServed { acknowledged(write.sequence, name, outcome.instant) }
        ledger.end(write, as: operation.sample.outcome, at: operation.sample.finished)
        return operation
    }

    private func note<Value>(
        _ kind: OperationSample.Kind, _ key: Int, _ intended: ContinuousClock.Instant,
        _ outcome: StorageOutcome<Value>
    ) -> OperationNote {
        let detail =
            switch outcome {
            case .served, .deferred: ""
            case .refused(let reason, _): reason
            case .failed(let error), .indeterminate(let error): "\(error)"
            }
        return OperationNote(
            sample: OperationSample(
                kind: kind, outcome: OperationSample.Outcome(outcome), key: UInt32(key),
                intended: intended, finished: outcome.instant),
            key: keys.names[key], detail: detail)
    }
}

extension OperationSample.Outcome {
    init<Value>(_ outcome: StorageOutcome<Value>) {
        self =
            switch outcome {
            case .served: .served
            case .deferred: .deferred
            case .refused: .refused
            case .failed: .failed
            case .indeterminate: .indeterminate
            }
    }
}

/// Numbers the operations of a load, from 0.
private final class OperationNumbers: Sendable {
    private let count = Atomic<UInt64>(0)

    func next() -> UInt64 { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}
