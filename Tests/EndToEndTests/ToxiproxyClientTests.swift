import Foundation
import StorageServers
import Testing

/// Clients that others have made for Toxiproxy, as they come from PyPI.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(3)))
struct ToxiproxyClientTests {
    @Test func clientsOfToxiproxyCanDoAllTheyHaveCallsFor() async throws {
        let workspace = try Workspace()
        let proxy = try await StandaloneProxy.start(in: workspace)
        let clients = try await Python.run(
            "EndToEndTests/toxiproxy_clients.py", ["127.0.0.1:\(proxy.port)"], in: workspace)
        #expect(clients.status == 0, "\(clients)\n\(proxy.process.text)")
        // 18 of toxiproxy-python, 16 of chaostoolkit-toxiproxy.
        #expect(clients.output.hasPrefix("34 calls made"), "\(clients)")
        #expect(proxy.process.isRunning)
    }

    @Test func anExperimentWithChaostoxiRunsAsWithToxiproxy() async throws {
        let chaos = try await Chaos()
        let slow = #"{"for_proxy": "service", "toxic_name": "slow", "latency": 400}"#
        let name = #"{"proxy_name": "service"}"#
        let run = try await chaos.run([
            Chaos.call("chaostoxi.toxic.actions", "create_latency_toxic", slow), chaos.question,
            Chaos.call("chaostoxi.proxy.actions", "disable_proxy", name), chaos.question,
            Chaos.call("chaostoxi.proxy.actions", "enable_proxy", name),
        ])
        #expect(run.program.status == 0, "\(run.program)")
        #expect(run.journal["status"].text == "completed")
        #expect(run.journal["deviated"] == .bool(false))
        let activities = run.journal["run"].elements
        // Nobody answers while the proxy is disabled.
        let statuses = activities.map { $0["status"].text }
        #expect(
            statuses == ["succeeded", "succeeded", "succeeded", "failed", "succeeded"],
            "\(run.program)")
        try #require(activities.count == 5)
        #expect((activities[1]["duration"].double ?? 0) >= 0.4)
        #expect(run.journal["rollbacks"].elements.map { $0["status"].text } == ["succeeded"])
        try await chaos.expectAsBefore()
    }

    @Test func anExperimentThatLeavesAnOutageDeviates() async throws {
        let chaos = try await Chaos()
        let run = try await chaos.run([
            Chaos.call(
                "chaostoxi.proxy.actions", "disable_proxy", #"{"proxy_name": "service"}"#)
        ])
        #expect(run.program.status == 1, "\(run.program)")
        #expect(run.journal["deviated"] == .bool(true))
        try await chaos.expectAsBefore()
    }
}

/// Runs experiments of the Chaos Toolkit on a fault-proxy, with its own API as the service.
private struct Chaos {
    let workspace: Workspace
    let proxy: StandaloneProxy
    /// Where the proxy before the service listens.
    let port: Int

    init() async throws {
        workspace = try Workspace()
        proxy = try await StandaloneProxy.start(in: workspace)
        port = try await proxy.create("service", before: proxy.port, speaking: "tcp")
    }

    /// Asks the service something through its proxy.
    var question: String {
        """
        {"type": "probe", "name": "question",
         "provider": {"type": "http", "url": "http://127.0.0.1:\(port)/version", "timeout": 3}}
        """
    }

    static func call(_ module: String, _ function: String, _ arguments: String) -> String {
        """
        {"type": "action", "name": "\(function)", "provider": {"type": "python",
         "module": "\(module)", "func": "\(function)", "arguments": \(arguments)}}
        """
    }

    private func experiment(_ method: [String]) -> String {
        """
        {"title": "A service behind a proxy", "description": "It answers, slowly too.",
         "configuration": {"toxiproxy_host": "127.0.0.1", "toxiproxy_port": \(proxy.port)},
         "steady-state-hypothesis": {"title": "It answers", "probes": [
           {"type": "probe", "name": "the proxy is there", "tolerance": true,
            "provider": {"type": "python", "module": "chaostoxi.proxy.probes",
             "func": "proxy_exist", "arguments": {"proxy_name": "service"}}},
           {"type": "probe", "name": "the service answers", "tolerance": 200, "provider":
            {"type": "http", "url": "http://127.0.0.1:\(port)/version", "timeout": 3}}]},
         "method": [\(method.joined(separator: ",\n"))],
         "rollbacks": [\(Self.call("chaostoxi.proxy.actions", "reset", "{}"))]}
        """
    }

    func run(_ method: [String]) async throws -> (program: Finished, journal: JSON) {
        let file = try workspace.write(experiment(method), to: "experiment.json")
        let journal = workspace.folder + "/journal.json"
        let program = try await workspace.start(
            path: StorageServer.program("chaos"),
            [
                "--no-version-check", "--no-log-file", "run", "--rollback-strategy", "always",
                "--journal-path", journal, file,
            ]
        ).finish(within: .seconds(60))
        let text = FileManager.default.contents(atPath: journal) ?? Data()
        return (program, try JSON(parsing: String(decoding: text, as: UTF8.self)))
    }

    /// The rollback has put the proxy back.
    func expectAsBefore() async throws {
        let now = try await proxy.call("GET", "/proxies/service")
        #expect(now.body["enabled"] == .bool(true), "\(now)")
        #expect(now.body["toxics"] == .array([]), "\(now)")
    }
}
