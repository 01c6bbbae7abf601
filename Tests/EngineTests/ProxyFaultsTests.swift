import DRTesting
import FaultProxy
import S3
import Testing

@testable import Engine

/// Faults before several storages, told apart by their names.
@Suite(.timeLimit(.minutes(2)))
struct ProxyFaultsTests {
    /// Proxies before storages that nobody has started.
    private static func withFaults(
        _ body: (ProxyFaults, [String: ProxyServer]) async throws -> Void
    ) async throws {
        var proxies: [String: ProxyServer] = [:]
        for name in ["primary", "secondary", "backup"] {
            proxies[name] = try await ProxyServer(upstream: Upstream(host: "127.0.0.1", port: 1))
        }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(ProxyFaults(proxies: proxies), proxies))
        } catch {
            result = .failure(error)
        }
        for proxy in proxies.values { await proxy.stop() }
        try result.get()
    }

    private static func plan(
        _ name: String, _ endpoint: String = "primary", _ kind: FaultPlan.Kind = .status,
        limit: Int? = nil
    ) -> FaultPlan {
        FaultPlan(
            name: name, endpoint: endpoint, kind: kind, fraction: 1, status: 503, delay: .zero,
            limit: limit)
    }

    /// How a request through this proxy is answered.
    private static func code(through proxy: ProxyServer?) async throws -> S3Error.Code? {
        let port = try #require(proxy?.port)
        let endpoint = try #require(S3Endpoint("http://127.0.0.1:\(port)"))
        let credentials = S3Credentials(accessKeyID: "AKTEST", secretAccessKey: "secret")
        let client = try S3Client(S3Configuration(endpoint: endpoint, credentials: credentials))
        var code: S3Error.Code?
        do {
            _ = try await client.get("key", in: "bucket")
        } catch let error as S3Error {
            code = error.code
        }
        try await client.shutdown()
        return code
    }

    private static let usage = RunnerError(.usage, "")

    @Test func aFaultStandsBeforeItsEndpointOnly() async throws {
        try await Self.withFaults { faults, proxies in
            _ = try await faults.inject(Self.plan("a", "secondary", limit: 1), seed: 1)
            let unreachable = S3Error.Code.other("UpstreamUnreachable")
            #expect(try await Self.code(through: proxies["primary"]) == unreachable)
            #expect(try await Self.code(through: proxies["backup"]) == unreachable)
            #expect(await faults.struck(by: "a") == 0)
            #expect(try await Self.code(through: proxies["secondary"]) == .serviceUnavailable)
            #expect(try await Self.code(through: proxies["secondary"]) == unreachable)
            #expect(await faults.struck(by: "a") == 1)
            try await faults.lift("a")
            #expect(await faults.struck(by: "a") == 1)
            #expect(await faults.struck(by: "b") == nil)
        }
    }

    @Test func aNameIsOfOneFaultInForce() async throws {
        try await Self.withFaults { faults, proxies in
            _ = try await faults.inject(Self.plan("a"), seed: 1)
            for endpoint in ["primary", "secondary"] {
                await #expect(throws: Self.usage) {
                    _ = try await faults.inject(Self.plan("a", endpoint), seed: 1)
                }
            }
            #expect(await proxies["secondary"]?.faultsInForce == 0)
            try await faults.lift("a")
            #expect(await faults.ending(of: "a")?.reason == .lifted)
            _ = try await faults.inject(Self.plan("a", "secondary"), seed: 1)
            #expect(await faults.ending(of: "a") == nil)
            #expect(await faults.liftAll())
        }
    }

    @Test func anEndpointWithoutAProxyIsRefusedByName() async throws {
        try await Self.withFaults { faults, _ in
            let error = await #expect(throws: RunnerError.self) {
                _ = try await faults.inject(Self.plan("a", "tertiary"), seed: 1)
            }
            #expect(error == Self.usage)
            let message = error?.message ?? ""
            #expect(message.contains("'tertiary'"))
            #expect(message.contains("backup, primary, secondary"))
        }
    }

    @Test func aShareIsChangedByName() async throws {
        try await Self.withFaults { faults, proxies in
            let lease = try await faults.inject(Self.plan("a"), seed: 1)
            #expect(try await Self.code(through: proxies["primary"]) == .serviceUnavailable)
            let changed = try await faults.change("a", fraction: 0)
            #expect(changed >= lease.effective)
            let unreachable = S3Error.Code.other("UpstreamUnreachable")
            #expect(try await Self.code(through: proxies["primary"]) == unreachable)
            await #expect(throws: Self.usage) {
                _ = try await faults.change("b", fraction: 0)
            }
            _ = try await faults.inject(Self.plan("b", "backup", .refuse), seed: 1)
            await #expect(throws: FaultProxyError.self) {
                _ = try await faults.change("b", fraction: 0)
            }
            #expect(await faults.liftAll())
        }
    }

    @Test func everythingIsLiftedBeforeEveryStorage() async throws {
        try await Self.withFaults { faults, proxies in
            let plans = [
                Self.plan("a"), Self.plan("b", "secondary", .refuse), Self.plan("c", "backup"),
                Self.plan("d", "backup", .hang),
            ]
            for plan in plans { _ = try await faults.inject(plan, seed: 1) }
            #expect(await faults.liftAll())
            for plan in plans {
                #expect(await faults.ending(of: plan.name)?.reason == .lifted)
            }
            for proxy in proxies.values {
                #expect(await proxy.faultsInForce == 0)
                let code = try await Self.code(through: proxy)
                #expect(code == .other("UpstreamUnreachable"))
            }
            // There is nothing more to lift, and that is well.
            #expect(await faults.liftAll())
        }
    }
}
