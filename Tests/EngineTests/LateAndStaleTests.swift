import DRTesting
import FaultProxy
import S3
import Testing

@testable import Engine

/// Two faults that a scenario may ask for and chaos never draws: a write that arrives when its
/// client has given up, and a read of what was there before. Of both sorts of proxies.
@Suite(.timeLimit(.minutes(2)))
struct LateAndStaleTests {
    enum Proxy: CaseIterable {
        case ownProcess, standalone
    }

    private static let bucket = StandaloneProxy.bucket
    private static let old = Array("old".utf8)
    private static let new = Array("new".utf8)

    /// - Parameter body: gets the faults, a client that meets them, and one that goes round them.
    private static func with(
        _ proxy: Proxy, _ body: (any FaultInjecting, S3Client, S3Client) async throws -> Void
    ) async throws {
        try await StandaloneProxy.use { standalone in
            try await standalone.direct.put(old, to: "key", in: bucket)
            switch proxy {
            case .ownProcess: try await withOwn(standalone, body)
            case .standalone:
                let remote = RemoteProxy(
                    name: "storage", client: standalone.api, record: { _ in }, tear: {})
                _ = try await remote.connect()
                let faults = RemoteFaults(
                    client: standalone.api, proxies: ["primary": remote], mark: "dr-test-run")
                try await body(faults, standalone.proxied, standalone.direct)
                #expect(await faults.liftAll())
                await remote.stop()
            }
        }
    }

    private static func withOwn(
        _ standalone: StandaloneProxy,
        _ body: (any FaultInjecting, S3Client, S3Client) async throws -> Void
    ) async throws {
        let endpoint = standalone.storage.endpoint
        let proxy = try await ProxyServer(
            upstream: Upstream(host: endpoint.host, port: endpoint.port))
        var configuration = standalone.storage.configuration(agent: "some-service")
        configuration.endpoint.connectAddress = .init(host: "127.0.0.1", port: proxy.port)
        let client = try S3Client(configuration)
        let faults = ProxyFaults(proxies: ["primary": proxy])
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(faults, client, standalone.direct))
        } catch {
            result = .failure(error)
        }
        #expect(await faults.liftAll())
        try? await client.shutdown()
        await proxy.stop()
        try result.get()
    }

    private static func plan(_ kind: FaultPlan.Kind, delay: Duration = .seconds(1)) -> FaultPlan {
        FaultPlan(
            name: "fault", endpoint: "primary", kind: kind, fraction: 1, status: 503, delay: delay)
    }

    @Test(arguments: Proxy.allCases)
    func aWriteArrivesAfterItsClientGaveUp(_ proxy: Proxy) async throws {
        try await Self.with(proxy) { faults, client, direct in
            _ = try await faults.inject(Self.plan(.lateDelivery), seed: 1)
            let start = ContinuousClock.now
            await #expect(throws: S3Error.self) {
                try await client.put(Self.new, to: "key", in: Self.bucket)
            }
            var stored = try await direct.get("key", in: Self.bucket).body
            // Asked often, and each answer is of a moment before its time is taken.
            while stored == Self.old, ContinuousClock.now - start < .seconds(20) {
                stored = try await direct.get("key", in: Self.bucket).body
            }
            #expect(stored == Self.new)
            #expect(ContinuousClock.now - start >= .seconds(1))
            #expect(await faults.struck(by: "fault") == 1)
            try await faults.lift("fault")
            try await client.put(Self.old, to: "key", in: Self.bucket)
        }
    }

    @Test(arguments: Proxy.allCases)
    func aLiftDropsWhatHasNotArrived(_ proxy: Proxy) async throws {
        try await Self.with(proxy) { faults, client, direct in
            _ = try await faults.inject(Self.plan(.lateDelivery, delay: .seconds(3)), seed: 1)
            await #expect(throws: S3Error.self) {
                try await client.put(Self.new, to: "key", in: Self.bucket)
            }
            try await faults.lift("fault")
            // Long enough for it to arrive, if it were sent on.
            try await Task.sleep(for: .seconds(4))
            #expect(try await direct.get("key", in: Self.bucket).body == Self.old)
        }
    }

    @Test(arguments: Proxy.allCases)
    func aReadIsAnsweredAsItWas(_ proxy: Proxy) async throws {
        try await Self.with(proxy) { faults, client, direct in
            _ = try await faults.inject(Self.plan(.staleRead), seed: 1)
            #expect(try await client.get("key", in: Self.bucket).body == Self.old)
            try await client.put(Self.new, to: "key", in: Self.bucket)
            #expect(try await client.get("key", in: Self.bucket).body == Self.old)
            #expect(try await direct.get("key", in: Self.bucket).body == Self.new)
            #expect(await faults.struck(by: "fault") == 1)
            try await faults.lift("fault")
            #expect(try await client.get("key", in: Self.bucket).body == Self.new)
        }
    }

    // MARK: In scenarios

    @Test func aDrawnOneIsReadAsItWasWritten() throws {
        var options = ChaosOptions()
        options.probabilities = [.lateDelivery: 1, .staleRead: 1]
        let plan = ChaosPlan(options, seed: 2, duration: .seconds(60))
        #expect(Set(plan.spells.map(\.fault.kind)) == [.lateDelivery, .staleRead])
        let scenario = try plan.scenario()
        #expect(scenario.steps[0].actions == plan.actions)
        for fault in plan.spells.map(\.fault) where fault.kind == .lateDelivery {
            #expect(options.delay.contains(fault.delay))
        }
    }
}
