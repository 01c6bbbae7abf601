import ChaosToolkit
import DRTesting
import EventLog
import S3
import S3Sandbox
import Synchronization
import Testing
import Wire

@testable import Engine

/// Somebody else's service, drilled through a standalone proxy.
@Suite(.timeLimit(.minutes(5))) struct HTTPDrillTests {
    /// Passes everything on to its storage, and does nothing else.
    private static func handler(_ storage: S3Client) -> LoopbackServer.Handler {
        { request in
            guard request.target.hasPrefix("/objects/") else {
                return LoopbackServer.Response(status: 404)
            }
            let key = String(request.target.dropFirst("/objects/".count))
            let number = request.header("x-amz-meta-dr-seq")
            do {
                switch request.method {
                case "PUT":
                    try await storage.put(
                        request.body, to: "kept/" + key, in: StandaloneProxy.bucket,
                        metadata: number.map { ["dr-seq": $0] } ?? [:])
                    return LoopbackServer.Response(status: 201)
                case "DELETE":
                    try await storage.delete("kept/" + key, in: StandaloneProxy.bucket)
                    return LoopbackServer.Response(status: 204)
                default:
                    let body = try await storage.get(
                        "kept/" + key, in: StandaloneProxy.bucket
                    ).body
                    return LoopbackServer.Response(status: 200, body: body)
                }
            } catch let error as S3Error where error.code == .noSuchKey {
                return LoopbackServer.Response(status: 404)
            } catch {
                return LoopbackServer.Response(status: 503)
            }
        }
    }

    private static let scenario = """
        name: Short outage
        type: short_outage
        workload:
          writes_per_second: 20
          reads_per_second: 20
          object_bytes: 128
          steady_for: 1s
          stable_for: 3s
        steps:
          - name: Outage
            component: storage
            required: true
            actions:
              - inject_fault: {name: outage, endpoint: primary, kind: status, status: 503}
            expect:
              - {observe: proxy.passed_during_fault, equals: 0}
              - observe: workload.not_served_ratio
                equals: 1
                within: 10s
                samples_at_least: 10
              - {observe: fault.struck, at_least: 10, within: 10s}
              - {observe: storage.attempt_error_ratio, equals: 1, samples_at_least: 10}
          - name: Recovery
            component: storage
            actions:
              - lift_fault: {name: outage}
            expect:
              - {observe: fault.ended_by, equals: lifted}
              - {observe: probe.served_since_lift, at_least: 1, within: 10s}
              - {observe: proxy.answered_since_lift, at_least: 50, within: 20s}
              - {observe: workload.restored, equals: true, within: 20s}
          - name: Nothing lost
            component: storage
            actions:
              - compare_ledger: {drained_within: 10s}
            expect:
              - {observe: ledger.compared, at_least: 20}
              - {observe: ledger.damaged, equals: 0}
              - {observe: wire.order_violations, equals: 0}

        """

    private static func target(_ port: Int, _ standalone: StandaloneProxy) throws -> Target {
        let text = """
            name: passing on
            kind: http
            environment: test
            service:
              url: http://127.0.0.1:\(port)
              put: {path: "/objects/{key}", refused: [503]}
              get: {path: "/objects/{key}", refused: [503]}
              delete: {path: "/objects/{key}", refused: [503]}
            proxies: {api: "\(standalone.url)", token: "${TOKEN}"}
            primary:
              proxy: storage
              endpoint: \(standalone.storage.endpoint)
              bucket: \(StandaloneProxy.bucket)
              object_key: "kept/{key}"
              access_key_id: \(StandaloneProxy.credentials.accessKeyID)
              secret_access_key: ${SECRET}

            """
        return try TargetReader.read(
            text, file: "target.yaml",
            environment: [
                "TOKEN": StandaloneProxy.token,
                "SECRET": StandaloneProxy.credentials.secretAccessKey,
            ])
    }

    private static func drill(
        _ scenario: String, _ target: Target, in folder: TemporaryDirectory
    ) async throws -> RunReport {
        let store = try EventStore(DataDirectory(folder.path + "/data"))
        let read = try ScenarioReader.read(scenario, file: "scenario")
        var request = RunRequest(scenario: read, scenarioText: scenario, seed: 11)
        request.target = target
        return try await Runner(store: store, slots: 1, outside: nil) { _ in }.run(request)
    }

    /// - Parameter refused: so many writes of the load, the first ones, are not taken.
    private static func use(
        refusing refused: Int = 0,
        _ body: (StandaloneProxy, Target, TemporaryDirectory) async throws -> Void
    ) async throws {
        try await StandaloneProxy.use { standalone in
            let passingOn = handler(standalone.proxied)
            let writes = Atomic(0)
            let server = try await LoopbackServer { request in
                let isOfLoad = request.header("x-amz-meta-dr-seq") != nil
                if isOfLoad, writes.add(1, ordering: .relaxed).newValue <= refused {
                    return LoopbackServer.Response(status: 503)
                }
                return await passingOn(request)
            }
            let folder = TemporaryDirectory()
            let result: Result<Void, any Error>
            do {
                let target = try target(server.port, standalone)
                result = .success(try await body(standalone, target, folder))
            } catch {
                result = .failure(error)
            }
            await server.stop()
            try result.get()
        }
    }

    @Test func aServiceIsDrilledThroughAStandaloneProxy() async throws {
        try await Self.use { standalone, target, folder in
            let report = try await Self.drill(Self.scenario, target, in: folder)
            let red = report.run.results.filter { $0.verdict != .passed }.map(\.errorMessage)
            let unmet = report.run.prerequisites.filter { $0.verdict != .passed }
            let note: Comment = "\(red) \(unmet.map(\.observed))"
            #expect(report.finished.verdict == .passed, note)
            #expect(report.run.requested?.targetKind == "http")
            #expect(
                report.run.prerequisites.map(\.name) == [
                    "primary available", "storage is free", "fault proxy", "service available",
                ], note)
            #expect(report.run.cleanup?.isComplete == true)
            let left = try await standalone.direct.listAll(StandaloneProxy.bucket)
            #expect(left.map(\.key) == [])
            let toxics = try await standalone.api.demand("GET", "/proxies/storage/toxics")
            #expect(toxics.body == .array([]))
        }
    }

    @Test func aServiceThatWarmsUpIsWaitedFor() async throws {
        let scenario = """
            name: Warm-up
            type: warm_up
            workload:
              writes_per_second: 20
              reads_per_second: 20
              object_bytes: 128
              steady_for: 1s
              stable_for: 3s
            steps:
              - name: Look
                component: storage
                action: {wait: {for: 1s}}
                expect: [{observe: proxy.requests_per_second, at_least: 20}]

            """
        try await Self.use(refusing: 30) { _, target, folder in
            let report = try await Self.drill(scenario, target, in: folder)
            let steady = try #require(report.run.results.first)
            #expect(steady.testName == "Steady state before the fault")
            #expect(steady.verdict == .passed)
            #expect(steady.actualResult.hasPrefix("100 % of "), "\(steady.actualResult)")
            #expect(steady.executionTimeUs > 2_000_000)
        }
    }

    @Test func aFaultOfSomebodyElseIsNotHeldAgainstTheService() async throws {
        try await Self.use { standalone, target, folder in
            async let drill = Self.drill(Self.scenario, target, in: folder)
            try await eventually("the fault of the drill is in force") {
                let leases = try await standalone.api.demand("GET", "/leases").body
                return leases.arrayValue?.isEmpty == false
            }
            let other: JSONValue = ["type": "s3_latency", "name": "other", "lease_ms": 60_000]
            _ = try await standalone.api.demand("POST", "/proxies/storage/toxics", other)
            let report = try await drill
            let told = report.run.results.filter {
                $0.errorMessage
                    == "proxy 'storage' met a fault of somebody else, 'other', during the run"
            }
            #expect(!told.isEmpty && told.allSatisfy { $0.verdict == .inconclusive })
            #expect(report.finished.verdict != .passed)
        }
    }

    @Test func whatAServiceDoesNotOfferIsNamed() async throws {
        let scenario = """
            name: Too much
            type: short_outage
            workload:
              writes_per_second: 10
              reads_per_second: 10
              object_bytes: 128
              steady_for: 1s
              stable_for: 5s
            steps:
              - name: Kill the queue
                component: operation_queue
                action: {kill_queue: {after_acknowledgements: 10}}
                expect: [{observe: queue.killed_missing, equals: 0}]
              - name: Take a backup
                component: backup
                action: {take_backup: {type: full}}
                expect: [{observe: backup.objects, at_least: 1}]

            """
        try await Self.use { _, target, folder in
            let report = try await Self.drill(scenario, target, in: folder)
            let steps = report.run.results.filter {
                ["Kill the queue", "Take a backup"].contains($0.testName)
            }
            #expect(steps.map(\.verdict) == [.inconclusive, .inconclusive])
            #expect(
                steps.map(\.errorMessage) == [
                    "the target does not offer this: a queue of a service that a drill may kill",
                    "the target does not offer this: a hook 'backup'",
                ])
            #expect(report.finished.verdict == .inconclusive)
        }
    }

    @Test func aMissingProxyIsAnUnmetPrerequisiteAndNothingIsBroken() async throws {
        try await Self.use { standalone, target, folder in
            _ = try await standalone.api.demand("DELETE", "/proxies/storage")
            let report = try await Self.drill(Self.scenario, target, in: folder)
            #expect(report.finished.verdict == .inconclusive)
            let unmet = report.run.prerequisites.filter { $0.verdict != .passed }
            #expect(
                unmet.map(\.observed) == [
                    "there is no proxy 'storage' at \(standalone.url); create it first"
                ])
            #expect(report.run.cleanup?.isComplete == true)
        }
    }
}
