import ResilientStorage
import S3
import S3Sandbox
import Testing

/// The examples of the documentation, run as they are printed there.
@Suite(.timeLimit(.minutes(1))) struct ExampleTests {
    private let folder = TemporaryDirectory()

    @Test func theStoreOfTwoBucketsOfTheDocumentationWorks() async throws {
        let (primary, secondary) = (try await bucket("first"), try await bucket("second"))
        let directory = folder.path
        var components = ResilientStore.Components(
            breaker: CircuitBreaker(), queue: try OperationQueue(directory: directory + "/queue"),
            notifier: RecordingNotifier(refusals: 0))

        var site = SiteComponents(
            client: secondary.client, bucket: Rig.bucket, breaker: CircuitBreaker(),
            queue: try OperationQueue(directory: directory + "/replication"))
        site.healthClient = secondary.client
        var failover = FailoverComponents(
            secondary: site, epoch: try EpochFile(directory: directory + "/epoch"))
        failover.keyPrefix = "app/"
        var patience = Failover.Configuration()
        patience.failoverAfter = .seconds(10)
        failover.decider = Failover(patience)
        components.failover = failover
        components.healthClient = primary.client
        components.reconciliationClient = primary.client

        let store = ResilientStore(
            client: primary.client, bucket: Rig.bucket, configuration: .init(),
            components: components)
        await store.start()
        let outcome = await store.put(Array("hello".utf8), to: "greeting")
        #expect(outcome.ending == .served)
        try await eventually("the second bucket has it too") {
            try await store.replicationLag()?.depth == 0
        }
        let copy = try await secondary.client.get("greeting", in: Rig.bucket)
        #expect(copy.body == Array("hello".utf8))
        await store.stop()
        for storage in [primary, secondary] {
            try await storage.client.shutdown()
            await storage.server.stop()
        }
    }

    private func bucket(_ name: String) async throws -> (server: SandboxServer, client: S3Client) {
        let server = try await SandboxServer(
            directory: "\(folder.path)/\(name)", credentials: Rig.credentials)
        let client = try S3Client(
            S3Configuration(endpoint: server.endpoint, credentials: Rig.credentials))
        try await client.createBucket(Rig.bucket)
        return (server, client)
    }
}
