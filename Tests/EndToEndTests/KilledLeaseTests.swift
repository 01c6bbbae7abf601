import Foundation
import S3
import S3Sandbox
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Faults of a standalone proxy end with their leases when the runner is killed, as a client sees
/// that has nothing to do with the drill: three kinds, or all if `DR_SOAK` is set.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(15)))
struct KilledLeaseSoakTests {
    /// Each so strong that nobody meets it and is served normally.
    private static let faults = [
        "kind: hang", "kind: refuse", "kind: late-delivery, delay: 1s", "kind: reset",
        "kind: reset-after", "kind: status, status: 503", "kind: latency, delay: 2500ms",
        "kind: bandwidth, bytes_per_second: 16", "kind: truncate", "kind: corrupt",
        "kind: stale-read",
    ]
    /// A lease, and a second.
    private static let limit: Duration = .seconds(6)
    /// So long afterwards nothing may go wrong again.
    private static let rest: Duration = .seconds(4)

    @Test func aFaultOfAKilledRunnerIsGoneWithinItsLeaseAndASecond() async throws {
        let faults = Effort.isSoak ? Self.faults : Array(Self.faults.prefix(3))
        try await forEachInPairs(faults) { fault in
            try await ServiceRig.use(isFixed: true) { rig in
                try await Self.killRunner(on: rig, holding: fault)
                try await Self.expectClosed(rig, fault)
            }
        }
    }

    private static func killRunner(on rig: ServiceRig, holding fault: String) async throws {
        let workspace = rig.workspace
        let file = try workspace.write(scenario(fault), to: "held.yaml")
        let (killed, requests) = try await inDrillPlace {
            let run = try workspace.start(.runner, ["run", file, "--target", rig.target])
            try await run.wait(forLine: "> 1 ")
            let client = try ProxyClient(rig)
            let sending = Task { await client.run() }
            let result: Result<ContinuousClock.Instant, any Error>
            do {
                try await client.wait(forProblems: 5)
                let killed = ContinuousClock.now
                run.send(SIGKILL)
                let end = try await run.finish(within: .seconds(10))
                #expect(end.status == -SIGKILL, "\(fault)")
                try await Task.sleep(until: killed + limit + rest, clock: .continuous)
                result = .success(killed)
            } catch {
                result = .failure(error)
            }
            sending.cancel()
            await sending.value
            await client.shutdown()
            return (try result.get(), client.requests)
        }
        let first = killed + limit
        let late = requests.filter { $0.started >= first }
        #expect(late.count >= 100, "\(fault): \(late.count) requests")
        #expect(late.compactMap(\.problem) == [], "\(fault)")
        let last = requests.filter { $0.problem != nil }.map(\.started).max()
        print("\(fault): the last request that it struck came \((last ?? killed) - killed) late")
        #expect(try await !rig.leases().contains("held"), "\(fault)")
    }

    private static func expectClosed(_ rig: ServiceRig, _ fault: String) async throws {
        let workspace = rig.workspace
        let doctor = try await workspace.run(
            .runner, ["doctor", "--clear", "--target", rig.target])
        #expect(doctor.status == 0, "\(fault): \(doctor)")
        let test = try await workspace.test()
        #expect(test["verdict"].text == "inconclusive", "\(fault)")
        #expect(test["error_message"].text == "runner lost at step 1, Hold a fault", "\(fault)")
        #expect(workspace.leftOfRuns == [], "\(fault)")
        try await workspace.expectIntact()
    }

    private static func scenario(_ fault: String) -> String {
        """
        name: Held fault
        type: held_fault
        workload:
          writes_per_second: 5
          reads_per_second: 5
          object_bytes: 128
          steady_for: 1s
          stable_for: 10s
        steps:
          - name: Hold a fault
            component: storage
            actions:
              - inject_fault: {name: held, \(fault)}
              - wait: {for: 2m}
            expect:
              - {observe: fault.struck, at_least: 1}

        """
    }
}

/// A client of nobody's. Every 20 ms it writes an object through the proxy and reads it again.
private final class ProxyClient: Sendable {
    struct Request: Sendable {
        let started: ContinuousClock.Instant
        /// `nil` if it was served normally.
        let problem: String?
    }

    private static let pause: Duration = .milliseconds(20)
    private static let timeout: Duration = .seconds(1)
    /// Objects are written anew long after the last request about them has ended.
    private static let objects = 150

    private let client: S3Client
    private let state = Mutex<[Request]>([])

    init(_ rig: ServiceRig) throws {
        var configuration = S3Configuration(
            endpoint: rig.sandbox.endpoint, credentials: ServiceRig.credentials)
        configuration.endpoint.connectAddress = S3Endpoint.Address(
            host: "127.0.0.1", port: rig.proxyPort)
        (configuration.connectTimeout, configuration.requestTimeout) = (Self.timeout, Self.timeout)
        (configuration.maximumConnections, configuration.usesNewConnections) = (512, true)
        client = try S3Client(configuration)
    }

    func shutdown() async { try? await client.shutdown() }

    var requests: [Request] { state.withLock { $0 } }

    /// Whether or not earlier requests have come back, until it is called off.
    func run() async {
        await withDiscardingTaskGroup { group in
            let start = ContinuousClock.now
            var number = 0
            while !Task.isCancelled {
                number += 1
                let current = number
                group.addTask { await self.request(current) }
                try? await Task.sleep(until: start + Self.pause * number, clock: .continuous)
            }
        }
    }

    private func request(_ number: Int) async {
        let started = ContinuousClock.now
        let problem = await exchange(number)
        // Nobody waits for those that were under way at the end.
        if Task.isCancelled { return }
        state.withLock { $0.append(Request(started: started, problem: problem)) }
    }

    private func exchange(_ number: Int) async -> String? {
        let key = "clients/\(number % Self.objects)"
        // Long enough to be slow.
        let body = Array("request \(number) \(String(repeating: ".", count: 200))".utf8)
        do {
            try await client.put(body, to: key, in: ServiceRig.bucket)
            let read = try await client.get(key, in: ServiceRig.bucket).body
            return read == body ? nil : "other bytes"
        } catch {
            return "\(error)"
        }
    }

    /// Waits until so many were not served normally.
    func wait(forProblems count: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(40)
        while requests.count(where: { $0.problem != nil }) < count {
            try #require(ContinuousClock.now < deadline, "the fault is not seen")
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
