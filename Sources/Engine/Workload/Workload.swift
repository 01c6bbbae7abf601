internal import DRTesting
internal import Synchronization

/// The load on a storage system: reads and writes at constant rates, each started when it is due
/// whether or not earlier ones have ended.
final class Workload: Sendable {
    /// The name of the header that carries a write's number, without `x-amz-meta-`.
    static let sequenceHeader = "dr-seq"

    let ledger: Ledger
    let history: OperationHistory
    let pace = Pace()
    /// Makes single operations beside the load, into the same ledger.
    let client: LoadClient
    private let plan: WorkloadPlan
    private let running = Mutex<(sign: StopSign, task: Task<Void, Never>)?>(nil)

    /// - Parameters:
    ///   - prefix: every key begins with it.
    ///   - seed: what all operations and bodies follow from.
    ///   - acknowledged: told of each write that the storage took at once.
    init(
        store: any StorageUnderLoad, plan: WorkloadPlan, prefix: String, seed: UInt64,
        clock: RunClock,
        acknowledged: @escaping @Sendable (Int, String, ContinuousClock.Instant) -> Void = {
            _, _, _ in
        }
    ) {
        self.plan = plan
        ledger = Ledger(keys: plan.keys)
        history = OperationHistory(clock: clock)
        client = LoadClient(
            store: store, ledger: ledger, keys: KeySpace(prefix: prefix, count: plan.keys),
            objects: SyntheticObjects(seed: seed, bytes: plan.objectBytes),
            mix: OperationMix(plan), dice: Dice(seed: seed), acknowledged: acknowledged)
    }

    /// Puts the load on, until it is stopped. Afterwards it may be put on again.
    func start() {
        running.withLock { running in
            precondition(running == nil, "A load is put on once at a time.")
            let sign = StopSign()
            let task = Task { await run(until: sign) }
            running = (sign, task)
        }
    }

    /// Starts no more operations and waits for those under way to end by themselves.
    ///
    /// - Returns: whether there was a load to stop.
    @discardableResult
    func stop() async -> Bool {
        let stopped = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let stopped else { return false }
        stopped.sign.give()
        await stopped.task.value
        return true
    }

    private func run(until sign: StopSign) async {
        let loop = OpenLoop(rates: [plan.readsPerSecond, plan.writesPerSecond], pace: pace)
        await loop.run(until: sign) { stream, intended in
            await self.perform(isRead: stream == 0, intended: intended)
        }
    }

    private func perform(isRead: Bool, intended: ContinuousClock.Instant) async {
        let number = client.nextNumber()
        let change = client.mix.change(at: client.dice.chance(.intent, of: number))
        let operation = await client.perform(
            isRead ? .read : .write(change), number: number, intended: intended
        ) { pace.sent(intended: intended) }
        guard let operation else { return pace.withheld() }
        history.add(operation)
    }
}
