internal import DRTesting
internal import Dispatch
internal import FoundationEssentials
internal import ResilientStorage
internal import S3
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// The process in which a benchmark's storage system runs, with the load on it: what it uses can
/// then be told from what the runner uses.
///
/// It takes orders line by line from standard input and answers each on standard output. It ends
/// with its standard input, so also with a runner that is killed.
public enum LoadChild {
    public static func run() async throws {
        var child: StorageUnderBenchmark?
        for await line in lines() {
            let data = Data(line.utf8)
            if let child {
                try answer(await child.obey(JSONDecoder().decode(LoadOrder.self, from: data)))
            } else {
                let setting = try JSONDecoder().decode(LoadSetting.self, from: data)
                child = try await StorageUnderBenchmark(setting)
                try answer(.ready(pid: getpid()))
            }
        }
    }

    private static func answer(_ answer: LoadAnswer) throws {
        // Not through the C library's streams: to flush them waits for whoever reads from one.
        let line = try JSONEncoder().encode(answer) + Data([UInt8(ascii: "\n")])
        try FileDescriptor.standardOutput.writeAll(line)
    }

    private static func lines() -> AsyncStream<String> {
        AsyncStream { lines in
            DispatchQueue(label: "load-child.orders").async {
                while let line = readLine() { lines.yield(line) }
                // Nobody wants an answer any more, whatever is under way.
                _exit(0)
            }
        }
    }
}

/// A storage system put together as that of the runner, and a load on it.
private struct StorageUnderBenchmark {
    private let store: ResilientStore
    private let ledger: Ledger
    private let operations: LastOperations
    private let levels: LevelRunner
    private let transfers: LargeTransfer

    init(_ setting: LoadSetting) async throws {
        let keys = DrillKeys(runKey: setting.runKey)
        let sabotage = setting.sabotage.flatMap { Sabotage(rawValue: $0) }
        var clients = StoreClients()
        store = try Self.store(setting, keys, sabotage, &clients)
        let plan = setting.load.plan
        ledger = Ledger(keys: plan.keys)
        let operations = LastOperations()
        self.operations = operations
        let client = LoadClient(
            store: sabotage.wrap(store), ledger: ledger,
            keys: KeySpace(prefix: keys.load, count: plan.keys),
            objects: SyntheticObjects(seed: setting.seed, bytes: plan.objectBytes),
            mix: OperationMix(plan), dice: Dice(seed: setting.seed))
        levels = LevelRunner(client: client, observer: { operations.add($0) })
        var configuration = try setting.storage.configuration(agent: SystemUnderTest.Agent.store)
        configuration.requestTimeout = .seconds(30)
        transfers = LargeTransfer(
            client: try clients.open(configuration), bucket: setting.storage.bucket, keys: keys,
            seed: setting.seed)
        await store.start()
        // What is opened once is open before anybody counts.
        _ = await store.get(keys.load + "none")
        while await store.lastHealthSample == nil {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private static func store(
        _ setting: LoadSetting, _ keys: DrillKeys, _ sabotage: Sabotage?,
        _ clients: inout StoreClients
    ) throws -> ResilientStore {
        let parts = StoreParts(
            setting: SystemUnderTest.Setting(
                directory: setting.directory, keys: keys, usesFailover: false,
                system: setting.system),
            sabotage: sabotage, observer: { _ in })
        let storage = setting.storage
        let components = try parts.components(
            health: storage.configuration(agent: SystemUnderTest.Agent.health),
            reconciliation: storage.configuration(agent: SystemUnderTest.Agent.reconciliation),
            notifier: WebhookNotifier(url: setting.noticeURL), &clients)
        let configuration = try storage.configuration(agent: SystemUnderTest.Agent.store)
        return ResilientStore(
            client: try clients.open(configuration), bucket: storage.bucket,
            configuration: .init(), components: components)
    }

    func obey(_ order: LoadOrder) async throws -> LoadAnswer {
        switch order {
        case .put(let level): return .level(await levels.run(level))
        case .transfer(let count, let bytes):
            return .transferred(await transfers.run(count: count, bytes: bytes))
        case .settle(let limit):
            try await settle(within: limit)
            return .settled
        case .tellLedger: return .ledger(ledger.book.expectations())
        case .tellLastOperations: return .operations(operations.notes)
        }
    }

    private func settle(within limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if await store.queueDepth == 0, await store.breakerState == .closed { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// For a step that fails: its evidence.
private final class LastOperations: Sendable {
    private let kept = Mutex<[OperationNote]>([])

    var notes: [OperationNote] { kept.withLock { $0 } }

    func add(_ note: OperationNote) {
        kept.withLock { kept in
            if kept.count == OperationHistory.notes { kept.removeFirst() }
            kept.append(note)
        }
    }
}
