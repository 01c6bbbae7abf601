import ChaosToolkit
import DRTesting
import Foundation
import Testing
import Wire

@testable import Engine

/// What an experiment needs, and what is made of its activities: values, without a run.
struct ExperimentPartsTests {
    private func request(
        _ text: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"]
    ) throws -> ExperimentRequest {
        let experiment = try Experiment(try JSONValue(json: text), environment: environment)
        return ExperimentRequest(experiment, environment: environment)
    }

    private static let text = """
        {"title": "About ${place}", "description": "d",
         "configuration": {"place": "here", "host": "127.0.0.1:8080"},
         "secrets": {"api": {"token": {"type": "env", "key": "API_TOKEN"}, "plain": "in-the-file"}},
         "steady-state-hypothesis": {"title": "h", "probes": [
           {"type": "probe", "name": "p", "tolerance": 200,
            "provider": {"type": "http", "url": "http://${host}/p"}}]},
         "method": [
           {"type": "action", "name": "m",
            "provider": {"type": "process", "path": "sh", "arguments": ["-c", "true"]}}],
         "rollbacks": [
           {"type": "action", "name": "r", "provider": {"type": "http", "method": "POST",
            "url": "https://service/r", "headers": {"Authorization": "Bearer ${token}"}}}]}
        """

    private static let environment = ["PATH": "/usr/bin:/bin", "API_TOKEN": "the-token-itself"]

    // MARK: Needs

    @Test func whatATargetWouldHaveToAllowIsListedAsItIsWritten() throws {
        let needs = ExperimentNeeds(try request(Self.text, environment: Self.environment))
        #expect(needs.problems == [])
        let shell = ProgramSearch(environment: Self.environment).find("sh") ?? ""
        #expect(shell.hasPrefix("/"))
        #expect(
            needs.missing(from: Allowance())?.block == """
                allow:
                  hosts: ["127.0.0.1:8080", "service:443"]
                  processes: ["\(shell)"]
                  environment: ["API_TOKEN"]
                """)
        let all = Allowance(hosts: ["127.0.0.1", "service"], processes: [shell])
        #expect(needs.missing(from: all) == nil)
        let some = Allowance(hosts: ["service:443"], processes: [shell])
        #expect(needs.missing(from: some)?.hosts == ["127.0.0.1:8080"])
    }

    @Test func whatCannotBeRunIsSaid() throws {
        let text = ExperimentText.experiment(method: [
            """
            {"type": "action", "name": "a",
             "provider": {"type": "process", "path": "no-such-program-anywhere"}}
            """,
            """
            {"type": "action", "name": "b", "provider": {"type": "process", "path": "sh",
             "arguments": "-c 'true' | cat"}}
            """,
            """
            {"type": "action", "name": "c", "provider": {"type": "python",
             "module": "chaostoxi.proxy.actions", "func": "reset"}}
            """,
        ])
        let problems = ExperimentNeeds(try request(text)).problems
        #expect(problems.count == 3, "\(problems)")
        #expect(problems[0].contains("method[0]"))
        #expect(problems[1].contains("no shell is run"))
        #expect(problems[2].contains("TOXIPROXY_URL"))
    }

    /// Where nobody can put back what the method does, nothing is done.
    @Test func aRollbackOfPythonNeedsTheCommandThatCallsIt() throws {
        let text = ExperimentText.experiment(rollbacks: [
            """
            {"type": "action", "name": "r",
             "provider": {"type": "python", "module": "m", "func": "f"}}
            """
        ])
        var request = try request(text, environment: ["PATH": "/nowhere"])
        let problems = ExperimentNeeds(request).problems
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.contains("rollbacks[0]") == true)
        request.rollbackStrategy = .never
        #expect(ExperimentNeeds(request).problems == [])
    }

    // MARK: The record

    @Test func theRecordedTextHasNoSecretOfTheFile() throws {
        let experiment = try request(Self.text, environment: Self.environment)
        let run = RunRequest(experiment, text: Self.text, seed: 1)
        #expect(run.scenario.name == "About here")
        #expect(run.scenario.type == "chaos_toolkit")
        #expect(!run.scenarioText.contains("in-the-file"))
        #expect(run.scenarioText.contains("API_TOKEN"))
        // What has no secrets stays as it is written.
        let plain = ExperimentText.experiment()
        #expect(RunRequest(try request(plain), text: plain, seed: 1).scenarioText == plain)
    }

    @Test func theStepsAreThoseOfTheStrategy() throws {
        var experiment = try request(ExperimentText.experiment())
        let names = { (strategy: HypothesisStrategy) -> [String] in
            experiment.hypothesisStrategy = strategy
            return ExperimentPlan(experiment).steps.map(\.name)
        }
        let (before, during, after) = (
            "Steady state before the method", "Steady state during the method",
            "Steady state after the method"
        )
        #expect(names(.standard) == [before, "break", after])
        #expect(names(.beforeMethodOnly) == [before, "break"])
        #expect(names(.afterMethodOnly) == ["break", after])
        #expect(names(.duringMethodOnly) == ["break", during])
        #expect(names(.continuously) == [before, "break", during, after])
        #expect(names(.skip) == ["break"])
    }

    // MARK: Secrets of rollbacks

    @Test func whatIsKeptForLaterHasNamesForSecrets() throws {
        let experiment = try request(Self.text, environment: Self.environment)
        let named = NamedSecrets(experiment.experiment)
        #expect(named.variables == ["API_TOKEN"])
        let calls = ActivityCalls(
            programs: ProgramSearch(environment: [:]), variables: [], longestProcess: .seconds(1))
        let substitution = Substitution(
            configuration: experiment.substitution.configuration, secrets: named.secrets)
        let call = try calls.undo(of: experiment.experiment.rollbacks[0], substitution)
        guard case .http(let http)? = call else {
            Issue.record("it is no HTTP call")
            return
        }
        #expect(http.headers.map(\.value) == ["Bearer ${API_TOKEN}", "dr-testing"])
        #expect(http.expectedStatus?.contains(200) == true)
        #expect(http.expectedStatus?.contains(404) == false)
        // A redirect that is not followed has put nothing back.
        #expect(http.expectedStatus?.contains(308) == false)
    }

    // MARK: Python

    @Test func anActivityOfPythonBecomesAnExperimentWithoutValuesOfSecrets() throws {
        let text = """
            {"title": "t", "description": "d", "configuration": {"a": 1},
             "secrets": {"api": {"token": {"type": "env", "key": "API_TOKEN"}}},
             "method": [{"type": "probe", "name": "p", "background": true, "pauses": {"after": 9},
               "provider": {"type": "python", "module": "m", "func": "f", "secrets": ["api"],
                            "arguments": {"x": "${a}"}}}]}
            """
        let experiment = try request(text, environment: Self.environment)
        let activity = experiment.experiment.method[0]
        guard case .python(let provider) = activity.provider else {
            Issue.record("it is not of Python")
            return
        }
        let python = PythonActivity(
            activity: activity, provider: provider, substitution: experiment.substitution)
        let document = python.document
        #expect(!document.text().contains("the-token-itself"))
        #expect(document["secrets"]?["api"]?["token"] == ["type": "env", "key": "DR_SECRET_0_0"])
        #expect(python.variables == ["DR_SECRET_0_0": "the-token-itself"])
        #expect(document["configuration"] == ["a": 1])
        let copy = document["method"]?[0]
        #expect(copy?.objectValue?.keys.sorted() == ["name", "provider", "type"])
        #expect(copy?["provider"]?["arguments"] == ["x": "${a}"])
    }

    @Test func severalFunctionsBecomeOneExperiment() throws {
        let text = """
            {"title": "t", "description": "d", "secrets": {"api": {"token": "value-of-a-secret"}},
             "method": [
               {"type": "probe", "name": "p", "provider": {"type": "python", "module": "m",
                "func": "f"}},
               {"type": "action", "name": "a", "provider": {"type": "python", "module": "m",
                "func": "g"}}]}
            """
        let experiment = try request(text)
        let functions = experiment.activities.compactMap { activity -> PythonActivity? in
            guard case .python(let provider) = activity.provider else { return nil }
            return PythonActivity(
                activity: activity, provider: provider, substitution: experiment.substitution)
        }
        let document = try #require(PythonActivity.document(of: functions))
        let names = document["method"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
        #expect(names == ["p", "a"])
        #expect(!document.text().contains("value-of-a-secret"))
        #expect(PythonActivity.document(of: []) == nil)
    }

    @Test func whatTheCommandComplainedIsToldWithoutColoursAndTime() {
        func complaint(_ text: String) -> String {
            PythonActivity.complaint(in: Array(text.utf8))
        }
        let log = "\u{1b}[32m[2026-01-02 03:04:05 INFO] Validating\u{1b}[39m\n"
        let error = "\u{1b}[31m[2026-01-02 03:04:05 ERROR] no module 'm'\u{1b}[39m\n\n"
        #expect(complaint(log + error) == "no module 'm'")
        #expect(complaint("Traceback:\n  File\nTypeError: no\n") == "TypeError: no")
        #expect(complaint("") == "it said nothing")
    }

    @Test func theJournalOfAnActivityTellsItsOutputOrWhyThereIsNone() throws {
        let good: JSONValue = ["run": [["status": "succeeded", "output": [1, 2]]]]
        #expect(try PythonActivity.output(from: good) == [1, 2])
        func failure(_ line: JSONValue) -> ActivityFailure? {
            let journal: JSONValue = ["run": [["status": "failed", "exception": ["a\n", line]]]]
            do throws(ActivityFailure) {
                _ = try PythonActivity.output(from: journal)
                return nil
            } catch {
                return error
            }
        }
        let finding = failure("chaoslib.exceptions.ActivityFailed: it is down\n")
        #expect(finding?.isUnmade == false)
        #expect(finding?.message.contains("it is down") == true)
        #expect(failure("TypeError: no\n")?.isUnmade == true)
        #expect(throws: ActivityFailure.self) { try PythonActivity.output(from: ["run": []]) }
    }

    // MARK: Proxies

    private static func proxy(_ enabled: Bool = true, _ toxics: JSONValue = []) -> JSONValue {
        [
            "name": "a/b", "listen": "127.0.0.1:1", "upstream": "u:1",
            "enabled": .bool(enabled), "toxics": toxics,
        ]
    }

    private static let toxic: JSONValue = [
        "attributes": ["latency": 5], "name": "slow", "type": "latency", "stream": "downstream",
        "toxicity": 1,
    ]

    private func calls(_ before: JSONValue?, _ now: JSONValue?) -> [String] {
        ProxyDifference(name: "a/b", before: before, now: now).calls.map {
            "\($0.method) \($0.path)"
        }
    }

    @Test func whatAProxyHadBeforeIsGivenBack() {
        let (plain, slow) = (Self.proxy(), Self.proxy(true, [Self.toxic]))
        #expect(calls(nil, nil) == [])
        #expect(calls(plain, plain) == [])
        #expect(calls(nil, plain) == ["DELETE /proxies/a%2Fb"])
        #expect(calls(plain, slow) == ["DELETE /proxies/a%2Fb/toxics/slow"])
        #expect(calls(slow, plain) == ["POST /proxies/a%2Fb/toxics"])
        #expect(calls(slow, nil) == ["POST /proxies", "POST /proxies/a%2Fb/toxics"])
        #expect(calls(plain, Self.proxy(false)) == ["POST /proxies/a%2Fb"])
    }

    @Test func whatACallChangesIsKnown() throws {
        func call(
            _ module: String, _ function: String, _ arguments: JSONObject
        ) throws -> ToxiproxyCall {
            let call = try ToxiproxyCall(
                module: "chaostoxi.\(module)", function: function, arguments: arguments,
                environment: [:])
            return try #require(call)
        }
        let toxic = try call(
            "toxic.actions", "create_timeout_toxic",
            ["for_proxy": "a/b", "toxic_name": "t", "timeout": 0])
        #expect(toxic.change == .addToxic)
        #expect(toxic.subjectPath == "/proxies/a%2Fb/toxics/t")
        #expect(toxic.proxyName(among: ["c", "a/b"]) == "a/b")
        let undo = toxic.undo(JSONObject(), at: "http://127.0.0.1:1", [])
        #expect(undo?.method == "DELETE")
        #expect(undo?.url == "http://127.0.0.1:1/proxies/a%2Fb/toxics/t")
        let off = try call("proxy.actions", "disable_proxy", ["proxy_name": "a/b"])
        #expect(off.change == .changeProxy)
        #expect(off.undo(JSONObject(), at: "http://127.0.0.1:1", []) == nil)
        let back = off.undo(["a/b": Self.proxy()], at: "http://127.0.0.1:1", [])
        #expect(back?.body?.contains("\"enabled\": true") == true)
        let reset = try call("proxy.actions", "reset", [:])
        #expect(reset.change == .reset)
        let removal = try call("proxy.actions", "delete_proxy", ["proxy_name": "a"])
        #expect(removal.change == .removeProxy)
    }
}
