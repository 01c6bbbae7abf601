import ChaosToolkit
import DRTesting
import FaultProxy
import S3
import Testing
import Wire

@testable import Engine

/// Faults of a standalone proxy. Against a real one.
@Suite(.timeLimit(.minutes(2))) struct RemoteFaultsTests {
    private static func with(
        _ body: (RemoteFaults, StandaloneProxy) async throws -> Void
    ) async throws {
        try await StandaloneProxy.use { standalone in
            try await standalone.direct.put(
                Array("0123456789".utf8), to: "key", in: StandaloneProxy.bucket)
            let proxy = RemoteProxy(
                name: "storage", client: standalone.api, record: { _ in }, tear: {})
            _ = try await proxy.connect()
            let faults = RemoteFaults(
                client: standalone.api, proxies: ["primary": proxy], mark: "dr-test-run")
            try await body(faults, standalone)
            _ = await faults.liftAll()
            await proxy.stop()
        }
    }

    private static func plan(
        _ kind: FaultPlan.Kind, named name: String = "fault", endpoint: String = "primary",
        fraction: Double = 1, limit: Int? = nil
    ) -> FaultPlan {
        FaultPlan(
            name: name, endpoint: endpoint, kind: kind, fraction: fraction, status: 503,
            delay: .milliseconds(900), bytesPerSecond: 4, limit: limit)
    }

    @Test(arguments: [
        (FaultPlan.Kind.hang, S3Error.Code.timedOut), (.refuse, .connectFailed),
        (.reset, .connectionLost), (.resetAfter, .connectionLost),
        (.status, .serviceUnavailable), (.latency, .timedOut), (.bandwidth, .timedOut),
        (.truncate, .connectionLost),
    ])
    func everyKindStrikesAndEnds(kind: FaultPlan.Kind, code: S3Error.Code) async throws {
        try await Self.with { faults, standalone in
            #expect(await standalone.problem() == nil)
            let called = ContinuousClock.now
            let lease = try await faults.inject(Self.plan(kind), seed: 3)
            #expect(lease.began >= called && lease.began <= lease.effective)
            #expect(lease.effective <= .now)
            #expect(await standalone.problem() == code)
            if kind != .refuse { #expect(await faults.struck(by: "fault") ?? 0 >= 1) }
            #expect(await faults.ending(of: "fault") == nil)
            let lifted = ContinuousClock.now
            try await faults.lift("fault")
            let ending = try #require(await faults.ending(of: "fault"))
            #expect(ending.reason == .lifted)
            #expect(ending.ended >= lifted && ending.ended <= .now)
            #expect(await standalone.problem() == nil)
        }
    }

    @Test func oneByteIsWrongWhileBodiesAreCorrupted() async throws {
        try await Self.with { faults, standalone in
            _ = try await faults.inject(Self.plan(.corrupt), seed: 3)
            let read = try await standalone.proxied.get("key", in: StandaloneProxy.bucket).body
            #expect(read.count == 10)
            #expect(zip(read, "0123456789".utf8).count { $0 != $1 } == 1)
        }
    }

    @Test func aLeaseIsRenewedUntilItIsLifted() async throws {
        try await Self.with { faults, standalone in
            let lease = try await faults.inject(Self.plan(.status), seed: 1)
            try await Task.sleep(for: ProxyFaults.lease + .seconds(1))
            #expect(await faults.ending(of: "fault") == nil)
            let answer = try await standalone.api.demand("GET", "/leases/\(lease.token)")
            #expect(answer.body["state"]?.stringValue == "held")
        }
    }

    /// For the run it is as if the lease had run out: nobody knows since when nothing failed.
    @Test func aFaultThatSomebodyElseLiftedWasNotLifted() async throws {
        try await Self.with { faults, standalone in
            let lease = try await faults.inject(Self.plan(.status), seed: 1)
            _ = try await standalone.api.demand("DELETE", "/leases/\(lease.token)")
            #expect(await faults.ending(of: "fault")?.reason == .expired)
            // Lifting it again is no error, and does not change that.
            try await faults.lift("fault")
            #expect(await faults.ending(of: "fault")?.reason == .expired)
        }
    }

    // MARK: An API that hangs

    /// The faults reach the API through a proxy that can withhold the calls.
    private static func withGate(
        _ body: (RemoteFaults, ProxyServer) async throws -> Void
    ) async throws {
        try await StandaloneProxy.use { standalone in
            let place = standalone.url.dropFirst("http://".count)
            let address = try #require(ListenAddress(String(place)))
            let gate = try await ProxyServer(
                upstream: Upstream(host: address.host, port: address.port))
            let client = try FaultProxyClient(
                url: "http://127.0.0.1:\(gate.port)", token: StandaloneProxy.token)
            let proxy = RemoteProxy(name: "storage", client: client, record: { _ in }, tear: {})
            let faults = RemoteFaults(
                client: client, proxies: ["primary": proxy], mark: "dr-test-run")
            let result: Result<Void, any Error>
            do {
                _ = try await proxy.connect()
                result = .success(try await body(faults, gate))
            } catch {
                result = .failure(error)
            }
            _ = await faults.liftAll()
            await proxy.stop()
            await client.shutdown()
            await gate.stop()
            try result.get()
        }
    }

    @Test func aLeaseOutlastsOneRenewalThatHangs() async throws {
        try await Self.withGate { faults, gate in
            _ = try await faults.inject(Self.plan(.status), seed: 1)
            let hang = try await gate.inject(
                Fault(.hang, limit: 1, methods: ["POST"]), lease: .seconds(30))
            try await Task.sleep(for: ProxyFaults.lease + .seconds(2))
            #expect(gate.struck(by: hang.token) == 1)
            #expect(await faults.ending(of: "fault") == nil)
        }
    }

    @Test func aLeaseThatCouldNotBeRenewedIsKnownToHaveRunOut() async throws {
        try await Self.withGate { faults, gate in
            _ = try await faults.inject(Self.plan(.status), seed: 1)
            let hang = try await gate.inject(
                Fault(.hang, methods: ["POST"]), lease: .seconds(30))
            try await Task.sleep(for: ProxyFaults.lease + .seconds(2))
            _ = try await gate.lift(hang.token)
            #expect(await faults.ending(of: "fault")?.reason == .expired)
        }
    }

    @Test func aShareIsChangedAndALimitKept() async throws {
        try await Self.with { faults, standalone in
            _ = try await faults.inject(Self.plan(.status, limit: 1), seed: 1)
            #expect(await standalone.problem() == .serviceUnavailable)
            #expect(await standalone.problem() == nil)
            #expect(await faults.struck(by: "fault") == 1)
            try await faults.lift("fault")
            _ = try await faults.inject(Self.plan(.status), seed: 1)
            #expect(await standalone.problem() == .serviceUnavailable)
            _ = try await faults.change("fault", fraction: 0)
            #expect(await standalone.problem() == nil)
            #expect(await faults.ending(of: "fault") == nil)
        }
    }

    @Test func aNameIsOfOneFaultInForceAndAnEndpointHasAProxy() async throws {
        try await Self.with { faults, _ in
            _ = try await faults.inject(Self.plan(.status), seed: 1)
            for plan in [
                Self.plan(.hang), Self.plan(.hang, named: "other", endpoint: "backup"),
                Self.plan(.refuse, named: "third", fraction: 0.5),
            ] {
                await #expect(throws: RunnerError(.usage, "")) {
                    _ = try await faults.inject(plan, seed: 1)
                }
            }
            await #expect(throws: RunnerError(.usage, "")) {
                _ = try await faults.change("fourth", fraction: 0)
            }
        }
    }

    @Test func everythingOfTheRunIsLiftedAndNothingElse() async throws {
        try await Self.with { faults, standalone in
            let toxic: JSONValue = ["type": "s3_latency", "name": "foreign", "lease_ms": 60_000]
            _ = try await standalone.api.demand("POST", "/proxies/storage/toxics", toxic)
            // Its answer was lost.
            let lost = Self.plan(.hang).toxic("dr-test-run-77", seed: 1)
            _ = try await standalone.api.demand("POST", "/proxies/storage/toxics", lost)
            _ = try await faults.inject(Self.plan(.status), seed: 1)
            _ = try await faults.inject(Self.plan(.refuse, named: "outage"), seed: 1)
            #expect(await faults.liftAll())
            #expect(await faults.ending(of: "fault")?.reason == .lifted)
            let left = try await standalone.api.demand("GET", "/proxies/storage/toxics")
            #expect(left.body.arrayValue?.compactMap { $0["name"]?.stringValue } == ["foreign"])
        }
    }

    @Test func whoHasInjectedNothingNeedsNoProxyToLift() async throws {
        let client = try FaultProxyClient(url: "http://127.0.0.1:1", token: nil)
        let faults = RemoteFaults(client: client, proxies: [:], mark: "dr-a")
        #expect(await faults.liftAll())
        await client.shutdown()
    }

    @Test func whatIsNotConfirmedIsNotLifted() async throws {
        try await StandaloneProxy.use { standalone in
            let client = try FaultProxyClient(
                url: standalone.url, token: StandaloneProxy.token)
            let proxy = RemoteProxy(
                name: "storage", client: client, record: { _ in }, tear: {})
            _ = try await proxy.connect()
            let faults = RemoteFaults(
                client: client, proxies: ["primary": proxy], mark: "dr-b")
            _ = try await faults.inject(Self.plan(.status), seed: 1)
            await proxy.stop()
            // Nobody can be asked any more.
            await client.shutdown()
            #expect(await faults.liftAll() == false)
        }
    }
}
