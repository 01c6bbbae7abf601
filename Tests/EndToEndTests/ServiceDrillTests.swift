import Foundation
import S3
import S3Sandbox
import StorageServers
import Testing

/// A service in Python with the mistakes that its file names, and the same with them mended. Both
/// are drilled from outside: by the fault-proxy before their storage, and by what they tell.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(10)))
struct ServiceDrillTests {
    @Test func theOutageFindsWhatIsWrongWithTheService() async throws {
        try await forEachInPairs([false, true]) { isFixed in
            let drill = try await DrilledService.run(BuiltinDrill.outage, isFixed: isFixed)
            // Nobody but the service can kill its queue, so that remains unknown.
            #expect(drill.steps(.inconclusive) == ["Verify operation queueing"], "\(drill)")
            #expect(
                drill.complaint(about: "Verify operation queueing").contains("does not offer"),
                "\(drill)")
            guard !isFixed else {
                #expect(drill.program.status == 2, "\(drill)")
                #expect(drill.steps(.failed) == [], "\(drill)")
                return
            }
            #expect(drill.program.status == 1, "\(drill)")
            #expect(
                drill.steps(.failed) == ["Test user notifications", "Process queued operations"],
                "\(drill)")
            let notices = drill.complaint(about: "Test user notifications")
            #expect(notices.contains("receiver.degraded_notices"), "\(notices)")
            let queue = drill.complaint(about: "Process queued operations")
            #expect(queue.contains("ledger.damaged"), "\(queue)")
            #expect(queue.contains("wire.order_violations"), "\(queue)")
        }
    }

    @Test func theBreakerScenarioFindsWhatIsWrongWithTheService() async throws {
        try await forEachInPairs([false, true]) { isFixed in
            // Refusals of an interpreter, over HTTP, beside another drill.
            let drill = try await DrilledService.run(
                BuiltinDrill.breaker, isFixed: isFixed, ["--set", "refusal=50"])
            #expect(drill.steps(.inconclusive) == [], "\(drill)")
            guard !isFixed else {
                #expect(drill.program.status == 0, "\(drill)")
                #expect(drill.steps(.failed) == [], "\(drill)")
                return
            }
            #expect(drill.program.status == 1, "\(drill)")
            #expect(
                drill.steps(.failed) == [
                    "Test half-open state", "Test multiple failure scenarios",
                ], "\(drill)")
            let trials = drill.complaint(about: "Test half-open state")
            #expect(trials.contains("proxy.trial_requests"), "\(trials)")
            let episodes = drill.complaint(about: "Test multiple failure scenarios")
            // The slow one: it never opens its breaker.
            #expect(episodes.contains("episodes.failed equals 0: it was 1"), "\(episodes)")
            #expect(episodes.contains("ledger.damaged"), "\(episodes)")
        }
    }
}

/// What a drill of the service found.
private struct DrilledService: CustomStringConvertible {
    enum Verdict: String {
        case passed, inconclusive, failed
    }

    let program: Finished
    private let results: [JSON]

    /// The steps with a verdict, in order.
    func steps(_ verdict: Verdict) -> [String] {
        results.filter { $0["verdict"].text == verdict.rawValue }
            .compactMap { $0["test_name"].text }
    }

    /// Why a step did not pass.
    func complaint(about step: String) -> String {
        results.first { $0["test_name"].text == step }?["error_message"].text ?? ""
    }

    var description: String {
        let lines = results.map { result in
            [result["test_name"], result["verdict"], result["error_message"]]
                .map { $0.text ?? "-" }.joined(separator: ": ")
        }
        return (lines + ["\(program)"]).joined(separator: "\n")
    }

    // MARK: Running one

    private static let credentials = S3Credentials(
        accessKeyID: "AKSERVICE", secretAccessKey: "service-secret-for-tests")
    private static let script = Repository.tests + "/EndToEndTests/services/naive_service.py"

    /// Starts storage, proxy and service, and runs a scenario on them.
    static func run(
        _ scenario: BuiltinDrill, isFixed: Bool, _ arguments: [String] = []
    ) async throws -> DrilledService {
        let workspace = try Workspace()
        let sandbox = try await SandboxServer(
            directory: workspace.folder + "/storage", credentials: credentials)
        let result: Result<DrilledService, any Error>
        do {
            result = .success(
                try await run(
                    scenario, isFixed: isFixed, arguments, on: sandbox, in: workspace))
        } catch {
            result = .failure(error)
        }
        await sandbox.stop()
        return try result.get()
    }

    private static func run(
        _ scenario: BuiltinDrill, isFixed: Bool, _ arguments: [String], on sandbox: SandboxServer,
        in workspace: Workspace
    ) async throws -> DrilledService {
        try await makeBuckets(in: sandbox)
        let proxy = try await StandaloneProxy.start(in: workspace)
        let storage = try await proxy.create("storage", before: sandbox.port, speaking: "http")
        let notices = try LocalPort.free()
        let options = [
            "-B", script, "--storage", "127.0.0.1:\(storage)",
            "--host-header", "127.0.0.1:\(sandbox.port)", "--bucket", "objects",
            "--access-key", credentials.accessKeyID, "--secret-key", credentials.secretAccessKey,
            "--notices", "http://127.0.0.1:\(notices)/notices",
        ]
        let service = try workspace.start(
            path: StorageServer.program("python3"), isFixed ? options + ["--fixed"] : options)
        let start = "listening on "
        try await service.wait(forLine: start)
        let port = try #require(
            service.output.split(separator: "\n").first.flatMap { Int($0.dropFirst(start.count)) })
        let target = try workspace.write(
            Self.target(service: port, notices: notices, api: proxy.port, storage: sandbox.port),
            to: "target.yaml")
        let run = try await workspace.drill(
            ["\(scenario.number)", "--target", target, "--json"] + arguments)
        let name = isFixed ? "mended" : "naive"
        print("\(scenario.name) on the \(name) service took \(run.took)")
        #expect(service.isRunning, "\(service.text.suffix(2000))")
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
        let leases = try await proxy.call("GET", "/leases").body.elements
        #expect(leases.allSatisfy { $0["state"].text != "held" }, "\(leases)")
        let rows = try JSON(parsing: run.output)["results"].elements
        return DrilledService(
            program: run,
            results: rows.filter { scenario.steps.contains($0["test_name"].text ?? "") })
    }

    private static func makeBuckets(in sandbox: SandboxServer) async throws {
        let client = try S3Client(
            S3Configuration(endpoint: sandbox.endpoint, credentials: credentials))
        do {
            for bucket in ["objects", "backups"] { try await client.createBucket(bucket) }
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private static func target(service: Int, notices: Int, api: Int, storage: Int) -> String {
        """
        name: object service
        kind: http
        environment: test
        service:
          url: http://127.0.0.1:\(service)
          timeout: 8s
          put: {path: "/objects/{key}", served: [201], deferred: [202], refused: [503]}
          get: {path: "/objects/{key}", served: [200], missing: [404], refused: [503]}
          delete: {path: "/objects/{key}", served: [204], deferred: [202], refused: [503]}
          states:
            breaker:
              path: /status
              json: $.breaker
              closed: closed
              open: open
              half_open: half-open
            health: {path: /status, json: $.health, healthy: ok, unhealthy: degraded}
            queue: {path: /status, json: $.queued}
        notices:
          listen: 127.0.0.1:\(notices)
        proxies:
          api: http://127.0.0.1:\(api)
        primary:
          proxy: storage
        \(Self.storage(port: storage, bucket: "objects"))
        backup:
        \(Self.storage(port: storage, bucket: "backups"))

        """
    }

    private static func storage(port: Int, bucket: String) -> String {
        """
          endpoint: http://127.0.0.1:\(port)
          bucket: \(bucket)
          access_key_id: \(credentials.accessKeyID)
          secret_access_key: \(credentials.secretAccessKey)
        """
    }
}
