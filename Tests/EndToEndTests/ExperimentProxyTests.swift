import Foundation
import StorageServers
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Functions of chaostoolkit-toxiproxy, without Python, at a fault proxy.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(5)))
struct ExperimentProxyTests {
    /// A proxy before the service, with a toxic that nothing in the experiment removes.
    ///
    /// - Parameter seconds: how long the toxic is wanted.
    private static func experiment(holding seconds: Int) -> String {
        let toxi = { (name: String, module: String, function: String, arguments: String) in
            """
            {"type": "action", "name": "\(name)", "provider": {"type": "python",
             "module": "chaostoxi.\(module).actions", "func": "\(function)",
             "arguments": \(arguments)}}
            """
        }
        return SmallExperiment.text(method: [
            toxi(
                "create", "proxy", "create_proxy",
                """
                {"proxy_name": "service", "upstream_host": "127.0.0.1",
                 "upstream_port": "env:SERVICE_PORT", "listen_host": "127.0.0.1"}
                """),
            toxi(
                "slow", "toxic", "create_latency_toxic",
                #"{"for_proxy": "service", "toxic_name": "slow", "latency": 300}"#),
            """
            {"type": "probe", "name": "through-the-proxy", "pauses": {"after": \(seconds)},
             "provider": {"type": "http", "url": "http://127.0.0.1:${service_PORT}/health"}}
            """,
        ])
    }

    /// A fault proxy, and what experiments need to find it.
    private struct Rig {
        let service: ExperimentService
        let proxy: RunningProgram
        let api: LocalPort
        let environment: [String: String]
        let target: String

        init(in workspace: Workspace) async throws {
            service = try await ExperimentService.start()
            proxy = try workspace.start(.proxy, ["--listen", "127.0.0.1:0"])
            try await proxy.wait(forLine: "fault-proxy listens on ")
            let line = proxy.output.split(separator: "\n").first { $0.contains("listens on") }
            let port = try #require(line?.split(separator: ":").last.flatMap { Int($0) })
            api = LocalPort(port)
            let servicePort = service.host.split(separator: ":").last.map(String.init) ?? ""
            environment = service.environment.merging([
                "TOXIPROXY_URL": "http://127.0.0.1:\(port)", "SERVICE_PORT": servicePort,
            ]) { $1 }
            target = try workspace.write(
                """
                name: proxied
                kind: embedded
                environment: test
                allow:
                  hosts: [127.0.0.1]
                """, to: "proxied.yaml")
        }

        func waitUntilGone(_ path: String, within limit: Duration) async throws {
            let deadline = ContinuousClock.now + limit
            while api.status(of: path) != 404 {
                try #require(ContinuousClock.now < deadline, "\(path) is still there")
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    @Test func whatAnExperimentHasMadeAtAProxyEndsWithIt() async throws {
        let workspace = try Workspace()
        let rig = try await Rig(in: workspace)
        let file = try workspace.write(Self.experiment(holding: 1), to: "toxic.json")
        let run = try await workspace.drill(
            [file, "--target", rig.target], environment: rig.environment)
        #expect(run.status == 0, "\(run)")
        #expect(rig.api.status(of: "/proxies/service") == 404)
        let rows = try await workspace.rows(of: "test_results")
        let probe = try #require(rows.first { $0["test_name"].text == "through-the-proxy" })
        #expect(try #require(probe["execution_time_ms"].double) >= 300)
    }

    @Test func aToxicOfARunnerThatIsKilledGoesWithItsLease() async throws {
        let workspace = try Workspace()
        let rig = try await Rig(in: workspace)
        let file = try workspace.write(Self.experiment(holding: 120), to: "toxic.json")
        try await inDrillPlace {
            let run = try workspace.start(
                .runner, ["run", file, "--target", rig.target], environment: rig.environment)
            try await run.wait(forLine: "✓ 4 through-the-proxy")
            #expect(rig.api.status(of: "/proxies/service/toxics/slow_downstream") == 404)
            #expect(rig.api.status(of: "/proxies/service/toxics/slow") == 200)
            run.send(SIGKILL)
            _ = try await run.finish(within: .seconds(10))
        }
        try await rig.waitUntilGone("/proxies/service/toxics/slow", within: .seconds(6))
        // The proxy itself is no fault; the watchdog takes it away.
        try await rig.waitUntilGone("/proxies/service", within: .seconds(10))
    }
}
