internal import DRTesting
internal import ResilientStorage

/// The load on the storage system: reads and writes at constant rates, each started when it is due
/// whether or not earlier ones have ended.
///
/// One write in four replaces one of a few busy keys, one in twenty removes a key; the others make
/// new keys. Bodies are synthetic and follow from the seed and the number of the write.
final class Workload: Sendable {
    /// The name of the header that carries a write's number, without `x-amz-meta-`.
    static let sequenceHeader = "dr-seq"
    private static let busyKeys = 12

    let ledger = Ledger()
    let history = OperationHistory()
    let pace = Pace()
    private let store: ResilientStore
    private let plan: WorkloadPlan
    private let prefix: String
    private let seed: UInt64

    /// - Parameter prefix: every key begins with it.
    init(store: ResilientStore, plan: WorkloadPlan, prefix: String, seed: UInt64) {
        (self.store, self.plan, self.prefix, self.seed) = (store, plan, prefix, seed)
    }

    /// Runs until the task is cancelled, then waits for the operations under way.
    func write() async {
        await run(every: .seconds(1 / plan.writesPerSecond)) { number, intended in
            await self.writeOnce(number, intended: intended)
        }
    }

    func read() async {
        await run(every: .seconds(1 / plan.readsPerSecond)) { number, intended in
            await self.readOnce(number, intended: intended)
        }
    }

    private func run(
        every interval: Duration,
        _ operation: @escaping @Sendable (UInt64, ContinuousClock.Instant) async -> Void
    ) async {
        await withDiscardingTaskGroup { group in
            let start = ContinuousClock.now
            var number: UInt64 = 0
            while !Task.isCancelled {
                let intended = start + interval * Double(number)
                try? await Task.sleep(until: intended, tolerance: .zero)
                if Task.isCancelled { break }
                pace.started(intended: intended)
                // Not cancelled with this loop: what was started ends by itself.
                let task = Task { [number] in await operation(number, intended) }
                group.addTask { await task.value }
                number += 1
            }
        }
    }

    // MARK: Operations

    private func writeOnce(_ number: UInt64, intended: ContinuousClock.Instant) async {
        var (key, isDelete) = choice(number)
        var begun = ledger.begin(key, at: intended) { isDelete ? nil : body($0) }
        if begun == nil {
            (key, isDelete) = (newKey(number), false)
            begun = ledger.begin(key, at: intended) { body($0) }
        }
        guard let (sequence, body) = begun else { return }
        let outcome: StorageOutcome<Void>
        if let body {
            let metadata = [Self.sequenceHeader: String(sequence)]
            outcome = await store.put(body, to: key, metadata: metadata)
        } else {
            outcome = await store.delete(key)
        }
        let sample = Self.sample(body == nil ? .delete : .write, key, intended, outcome)
        ledger.end(key, sequence: sequence, outcome: sample.outcome, at: sample.finished)
        history.add(sample)
    }

    private func readOnce(_ number: UInt64, intended: ContinuousClock.Instant) async {
        guard let key = ledger.key(chosenBy: random(number, 3)) else { return }
        let outcome = await store.get(key)
        history.add(Self.sample(.read, key, intended, outcome))
    }

    private func choice(_ number: UInt64) -> (key: String, isDelete: Bool) {
        switch random(number, 1) % 20 {
        case 0:
            let old = ledger.key(chosenBy: random(number, 2))
            return (old ?? newKey(number), old != nil)
        case 1...5: return ("\(prefix)busy/\(random(number, 2) % UInt64(Self.busyKeys))", false)
        default: return (newKey(number), false)
        }
    }

    private func newKey(_ number: UInt64) -> String { "\(prefix)object/\(number)" }

    /// A line that says what it is, then bytes that cannot be mistaken for another version's.
    private func body(_ sequence: Int) -> [UInt8] {
        let line = Array("dr-testing synthetic object, write \(sequence)\n".utf8)
        var generator = SeededGenerator(seed: seed &+ UInt64(sequence))
        let count = max(plan.objectBytes - line.count, 0)
        return line + (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 32) }
    }

    private func random(_ number: UInt64, _ purpose: UInt64) -> UInt64 {
        var generator = SeededGenerator(seed: seed ^ number &* 0x9e37_79b9 ^ purpose << 56)
        return generator.next()
    }

    private static func sample<Value>(
        _ kind: OperationSample.Kind, _ key: String, _ intended: ContinuousClock.Instant,
        _ outcome: StorageOutcome<Value>
    ) -> OperationSample {
        let (name, detail): (OperationSample.Outcome, String) =
            switch outcome {
            case .served: (.served, "")
            case .deferred: (.deferred, "")
            case .refused(let reason, _): (.refused, reason)
            case .failed(let error): (.failed, "\(error)")
            case .indeterminate(let error): (.indeterminate, "\(error)")
            }
        return OperationSample(
            kind: kind, key: key, intended: intended, finished: outcome.instant, outcome: name,
            detail: detail)
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits >> 31
    }
}
