import DRTesting
import EventLog
import Foundation
import S3
import Testing

@testable import Engine
@testable import S3Sandbox

/// A run that is called off while it writes to its storage.
@Suite(.timeLimit(.minutes(2)))
struct CalledOffRunTests {
    private static let buckets = ["slow", "slow-backup"]
    private static let credentials = S3Credentials(
        accessKeyID: "AKSLOW", secretAccessKey: "sandbox-secret-for-tests")
    private static let scenario = """
        name: Called off
        type: custom
        workload: {writes_per_second: 10, reads_per_second: 10, object_bytes: 64}
        steps:
          - name: Wait
            component: storage
            action:
              wait: {for: 1s}
            expect:
              - {observe: wire.order_violations, equals: 0}

        """

    /// A storage that takes its time over a write lands it, whether anybody still waits or not.
    @Test(arguments: ["prerequisite", "lease.json", "probe"])
    func nothingLandsAfterTheCleanup(ofObject name: String) async throws {
        let folder = TemporaryDirectory()
        let objects = try SandboxStore(root: folder.path + "/storage")
        for bucket in Self.buckets { try objects.createBucket(bucket) }
        let api = SandboxAPI(store: objects, credentials: Self.credentials, now: { Date() })
        let writes = Inbox<String>()
        let server = try await LoopbackServer { request in
            if request.method == "PUT", request.target.contains(name) {
                writes.add(request.target)
                try? await Task.sleep(for: .milliseconds(400))
            }
            return api.respond(to: request)
        }
        let store = try EventStore(DataDirectory(folder.path + "/data"))
        let runner = Runner(store: store, slots: 1, outside: nil) { _ in }
        let request = try Self.request(port: server.port)
        async let report = runner.run(request)
        try await eventually("it is written") { !writes.all.isEmpty }
        runner.stop(.cancelled(by: "the test"))
        let finished = try await report.finished
        // With whatever is still under way.
        await server.stop()
        #expect(finished.status == .cancelled, "\(finished.errorMessage)")
        let left = try Self.buckets.flatMap { try objects.list($0, prefix: "").map(\.key) }
        #expect(left == [])
    }

    private static func request(port: Int) throws -> RunRequest {
        let read = try ScenarioReader.read(scenario, file: "scenario")
        var request = RunRequest(scenario: read, scenarioText: scenario, seed: 1)
        let endpoint = try #require(S3Endpoint("http://127.0.0.1:\(port)"))
        let storages = buckets.map {
            StorageSettings(endpoint: endpoint, bucket: $0, credentials: credentials)
        }
        request.target = Target(
            name: "slow", kind: .builtin, environment: "test", scope: "a sandbox of the test",
            allowsProduction: false, primary: storages[0], secondary: nil, backup: storages[1])
        return request
    }
}
