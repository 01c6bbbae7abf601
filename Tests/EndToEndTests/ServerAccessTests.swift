import Foundation
import StorageServers
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Who gets in, and how the server may be reached.
@Suite(.timeLimit(.minutes(2))) struct ServerAccessTests {
    // MARK: Tokens

    @Test func aTokenOpensWhatItsRoleMayDoUntilItEnds() async throws {
        let workspace = try Workspace()
        let admin = try await StandaloneServer.start(in: workspace)
        let viewer = admin.with(token: try await workspace.token(role: "viewer", subject: "eve"))
        #expect(try await viewer.get("/api/testing/history").status == 200)
        let refused = try await viewer.post("/api/testing/execute", "{\"scenario_id\": 1}")
        #expect(refused.status == 403, "\(refused)")
        #expect(try await admin.with(token: "none").get("/api/testing/history").status == 401)
        let made = try await workspace.run(
            .server,
            ["token", "--role", "viewer", "--subject", "eve", "--expires", "1s"])
        let brief = admin.with(token: try #require(made.lines.first, "\(made)"))
        let deadline = ContinuousClock.now + .seconds(20)
        while try await brief.get("/api/testing/history").status == 200 {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(50))
        }
        let late = try await brief.get("/api/testing/history")
        #expect(late.status == 401, "\(late)")
        try await admin.terminate()
        let events = try await workspace.events().filter { $0.name == "access_refused" }
        #expect(events.count == 1)
    }

    /// It can be taken over by `TOKEN=$(dr-server token …)`.
    @Test func theTokenAloneIsPrintedOnStandardOutput() async throws {
        let workspace = try Workspace()
        let made = try await workspace.run(
            .server, ["token", "--role", "operator", "--subject", "ops", "--expires", "30d"])
        #expect(made.status == 0, "\(made)")
        #expect(made.lines.map { $0.split(separator: ".").count } == [3])
        #expect(made.complaint.hasPrefix("id "))
        #expect(made.complaint.contains("operator"))
        let secret = workspace.data + "/keys/api.secret"
        let attributes = try FileManager.default.attributesOfItem(atPath: secret)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let key = try String(contentsOfFile: secret, encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(key.utf8.count >= 32)
        #expect(!(made.output + made.complaint).contains(key))
    }

    @Test(arguments: [
        ["--role", "king", "--subject", "ada"], ["--role", "admin", "--subject", ""],
        ["--role", "admin", "--subject", "ada", "--expires", "91d"],
        ["--role", "admin", "--subject", "ada", "--expires", "0s"],
        ["--role", "admin", "--subject", "ada", "--expires", "soon"],
    ])
    func whatIsNoTokenIsRefused(_ arguments: [String]) async throws {
        let made = try await Workspace().run(.server, ["token"] + arguments)
        #expect(made.status == 64, "\(made)")
        #expect(made.output == "")
    }

    @Test func keysOfSomebodyElseIssueTheTokensThere() async throws {
        let made = try await Workspace().run(
            .server, ["token", "--role", "admin", "--subject", "ada"],
            environment: ["DR_JWKS": "https://login.example.org/keys"])
        #expect(made.status == 64, "\(made)")
        #expect(made.complaint.contains("DR_JWKS"))
    }

    // MARK: Settings

    /// What is set wrongly, and what the complaint names.
    struct Wrong: Sendable {
        var arguments: [String] = []
        var environment: [String: String] = [:]
        let named: String
    }

    static let wrong = [
        Wrong(environment: ["DR_PORT": "http"], named: "DR_PORT"),
        Wrong(environment: ["DR_PORT": "65536"], named: "DR_PORT"),
        Wrong(environment: ["DR_BEHIND_PROXY": "yes"], named: "DR_BEHIND_PROXY"),
        Wrong(environment: ["DR_TESTING_ENABLED": "maybe"], named: "DR_TESTING_ENABLED"),
        Wrong(environment: ["DR_MAX_CONCURRENT_TESTS": "0"], named: "DR_MAX_CONCURRENT_TESTS"),
        Wrong(environment: ["DR_TEST_TIMEOUT_MS": "30m"], named: "DR_TEST_TIMEOUT_MS"),
        Wrong(environment: ["DR_RATE_LIMIT": "-1"], named: "DR_RATE_LIMIT"),
        Wrong(environment: ["DR_JWT_SECRET": "hunter2"], named: "DR_JWT_SECRET"),
        Wrong(environment: ["DR_JWKS": "/none/keys.json"], named: "/none/keys.json"),
        Wrong(environment: ["DR_CHANNELS": "/none/channels.json"], named: "/none/channels.json"),
        Wrong(arguments: ["--config", "/none/settings"], named: "/none/settings"),
        Wrong(arguments: ["--certificate", "/none/a.pem"], named: "a certificate and a key"),
        Wrong(
            arguments: ["--certificate", "/none/a.pem", "--key", "/none/a.key"],
            named: "/none/a.pem"),
        Wrong(arguments: ["--host", "0.0.0.0"], named: "--behind-proxy"),
        Wrong(arguments: ["--host", "::"], named: "--behind-proxy"),
        Wrong(arguments: ["--host", "127.example.org"], named: "--behind-proxy"),
        Wrong(environment: ["DR_HOST": "192.0.2.1"], named: "--behind-proxy"),
    ]

    @Test(arguments: wrong) func aWrongSettingIsNamedAndNothingServed(_ wrong: Wrong) async throws {
        let run = try await Workspace().run(
            .server, ["serve"] + wrong.arguments, environment: wrong.environment)
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.split(separator: "\n").last?.contains(wrong.named) == true, "\(run)")
        #expect(!run.complaint.contains("listening"))
        #expect(!run.complaint.contains("hunter2"))
    }

    @Test func aServerThatMayNotTestIsStillRead() async throws {
        let workspace = try Workspace()
        let server = try await StandaloneServer.start(
            in: workspace, environment: ["DR_TESTING_ENABLED": "false"])
        let refused = try await server.post("/api/testing/execute", "{\"scenario_id\": 1}")
        #expect(refused.status == 503, "\(refused)")
        #expect(refused.body["code"].text == "testing_disabled")
        #expect(try await server.get("/api/testing/scenarios").status == 200)
        try await server.terminate()
        #expect(try await workspace.rows(of: "dr_tests") == [])
    }

    @Test func theSecretIsNeitherShownNorStored() async throws {
        let workspace = try Workspace()
        let secret = "planted-" + UUID().uuidString
        let server = try await StandaloneServer.start(
            in: workspace, token: "none", environment: ["DR_JWT_SECRET": secret])
        let made = try await workspace.run(
            .server, ["token", "--role", "admin", "--subject", "ada"],
            environment: ["DR_JWT_SECRET": secret])
        let admin = server.with(token: try #require(made.lines.first, "\(made)"))
        // A program is started for that.
        _ = try await admin.createScenario(Sample.scenario())
        #expect(try await server.terminate().status == 0)
        // What the programs printed is there too.
        #expect(try files(under: workspace.folder, holding: secret) == [])
    }

    // MARK: TLS

    @Test func overTLSItServesWhoTrustsItsAuthority() async throws {
        let workspace = try Workspace()
        let files = try ServerCertificate(folder: workspace.folder)
        let server = try workspace.start(
            .server,
            [
                "serve", "--host", "0.0.0.0", "--port", "0", "--certificate", files.certificate,
                "--key", files.key,
            ])
        let address = try await server.address()
        #expect(address.hasPrefix("https://0.0.0.0:"))
        let port = try #require(address.split(separator: ":").last)
        let url = "https://127.0.0.1:\(port)"
        let token = try await workspace.token()
        let answer = try await curl(
            [
                "--cacert", files.authority, "--http1.1", "--include", "--json",
                "{\"token\": \"\(token)\"}", "\(url)/signin",
            ], workspace)
        #expect(answer.status == 0, "\(answer)")
        let lines = answer.output.split(whereSeparator: \.isNewline)
        let cookie = try #require(lines.first { $0.lowercased().hasPrefix("set-cookie:") })
        for part in ["HttpOnly", "SameSite=Strict", "Secure"] {
            #expect(cookie.contains(part), "\(cookie)")
        }
        #expect(answer.output.lowercased().contains("strict-transport-security:"), "\(answer)")
        // Whoever does not know the authority, and whoever speaks no TLS, gets nothing.
        #expect(try await curl([url + "/healthz"], workspace).status != 0)
        let plain = try await curl(["http://127.0.0.1:\(port)/healthz"], workspace)
        #expect(plain.status != 0, "\(plain)")
        server.send(SIGTERM)
        #expect(try await server.finish(within: .seconds(30)).status == 0)
    }

    private func curl(_ arguments: [String], _ workspace: Workspace) async throws -> Finished {
        try await workspace.start(
            path: "/usr/bin/env", ["curl", "--silent", "--show-error"] + arguments
        ).finish(within: .seconds(30))
    }
}
