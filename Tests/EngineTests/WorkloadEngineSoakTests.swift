import DRTesting
import Foundation
import ResilientStorage
import S3
import S3Sandbox
import Testing

@testable import Engine

/// Whether the load can be put on as planned, and stays small. As a release build only: see
/// `make soak`.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(if: ProcessInfo.processInfo.environment["DR_SOAK"] != nil))
struct WorkloadEngineSoakTests {
    private func levels(
        on store: any StorageUnderLoad, reads: Double, bytes: Int
    ) -> LevelRunner {
        let plan = WorkloadPlan(
            writesPerSecond: 1 - reads, readsPerSecond: reads, objectBytes: bytes,
            steadyFor: .zero, stableFor: .zero)
        return LevelRunner(
            client: LoadClient(
                store: store, ledger: Ledger(keys: plan.keys),
                keys: KeySpace(prefix: "dr-test/soak/", count: plan.keys),
                objects: SyntheticObjects(seed: Seed.value, bytes: bytes),
                mix: OperationMix(plan), dice: Dice(seed: Seed.value)))
    }

    private func level(_ rate: Double, _ lasting: Duration) -> LoadLevel {
        LoadLevel(pressure: .rate(rate), warmUp: .seconds(1), lasting: lasting)
    }

    @Test func twoThousandOperationsASecondAreSentOnTime() async {
        let levels = levels(on: MemoryStore(), reads: 0.8, bytes: 4096)
        let result = await levels.run(level(2000, .seconds(30)))
        print("2000 a second: \(result)")
        #expect(result.isHeld, "\(result)")
        #expect(result.errors == 0)
        #expect(result.operations == 60_000)
    }

    /// Of memory that is not given back, for each operation: less than any of its parts takes.
    private static let bytesPerOperation = 16.0

    /// Memory is looked at between levels, when nothing is under way. In the first minute of four
    /// connections are made, keys come to be used, and what is kept of the latest calls fills.
    @Test func fiveHundredASecondGoThroughTheSandboxAndLeaveNothing() async throws {
        let folder = TemporaryDirectory()
        let rig = try await SandboxedStore(directory: folder.path)
        let levels = levels(on: rig.store, reads: 0.8, bytes: 4096)
        let (rounds, operations) = (24, 5000)
        var samples: [ResourceSample] = []
        for round in 1...rounds {
            let result = await levels.run(level(500, .seconds(9)))
            #expect(result.isHeld, "\(result)")
            #expect(result.errors == 0, "\(result)")
            let sample = ResourceSample(
                ofProcess: ProcessInfo.processInfo.processIdentifier,
                operations: round * operations)
            if let sample { samples.append(sample) }
        }
        await rig.stop()
        try #require(samples.count == rounds)
        let trend = ResourceTrend(samples, warmUp: rounds / 4 * operations)
        let slope = try #require(trend.memorySlope)
        print("500 a second: memory grows by \(slope) bytes with each operation")
        #expect(slope < Self.bytesPerOperation, "\(samples.map(\.residentBytes))")
    }
}

/// A resilient store over a sandbox, without a proxy between them.
private struct SandboxedStore {
    let store: ResilientStore
    private let sandbox: SandboxServer
    private let clients: [S3Client]
    private let notifier: WebhookNotifier

    init(directory: String) async throws {
        let credentials = S3Credentials(accessKeyID: "soak", secretAccessKey: "soak")
        sandbox = try await SandboxServer(
            directory: directory + "/sandbox", credentials: credentials)
        var configuration = S3Configuration(endpoint: sandbox.endpoint, credentials: credentials)
        configuration.maximumConnections = 512
        var clients = StoreClients()
        let client = try clients.open(configuration)
        try await client.createBucket("soak")
        notifier = WebhookNotifier(url: "http://127.0.0.1:9/")
        let parts = StoreParts(
            setting: SystemUnderTest.Setting(
                directory: directory, keys: DrillKeys(runKey: "soak"), usesFailover: false,
                system: SystemPlan()),
            sabotage: nil, observer: { _ in })
        let components = try parts.components(
            health: configuration, reconciliation: configuration, notifier: notifier, &clients)
        store = ResilientStore(
            client: client, bucket: "soak", configuration: .init(), components: components)
        self.clients = clients.all
        await store.start()
    }

    func stop() async {
        await store.stop()
        for client in clients { try? await client.shutdown() }
        try? await notifier.shutdown()
        await sandbox.stop()
    }
}
