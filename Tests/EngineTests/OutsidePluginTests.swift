import ChaosToolkit
import DRTesting
import Testing
import Wire

@testable import Engine

/// Programs that speak the protocol of plug-ins, and some that do not.
@Suite(.timeLimit(.minutes(1))) struct OutsidePluginTests {
    private static let description = """
        {"protocol": 1, "name": "cable", "version": "2.1",
         "actions": [
            {"name": "cut", "parameters": ["link"], "undo": true},
            {"name": "look", "parameters": [], "changes_nothing": true},
            {"name": "burn", "parameters": [], "undo": false, "changes_nothing": false}],
         "observations": [
            {"name": "ends", "kind": "number", "source": "receiver", "meaning": "loose ends"}]}
        """

    /// A plug-in that describes itself so, and does this when it is called.
    private func use(
        describing description: String = OutsidePluginTests.description, calling body: String = "",
        _ test: (String, OutsideCaller) async throws -> Void
    ) async throws {
        let folder = TemporaryDirectory()
        let path = folder.path + "/plug-in"
        try OutsideRig.write(
            """
            #!/bin/sh
            if [ "$1" = describe ]; then
            cat <<'END'
            \(description)
            END
            exit
            fi
            [ "$1" = call ] || exit 9
            \(body)
            """, to: path)
        let caller = OutsideRig.caller(
            Allowance(environment: ["TOKEN"], plugins: [path]),
            environment: ["TOKEN": "planted-in-the-environment"])
        try await test(path, caller)
    }

    private func call(
        _ path: String, _ name: String = "cut", _ parameters: [NamedValue] = []
    ) -> PluginCall {
        PluginCall(
            path: path, purpose: .action, name: name, parameters: parameters, runKey: "key")
    }

    private func complaint(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func aPluginSaysWhatItOffers() async throws {
        try await use { path, caller in
            let described = try await caller.describe(path, environment: [])
            #expect(described.title == "cable 2.1")
            #expect(described.actions.map(\.name) == ["cut", "look", "burn"])
            #expect(described.actions.map(\.canUndo) == [true, false, false])
            #expect(described.observations.map(\.source) == ["receiver"])
        }
    }

    @Test func whatAScenarioAsksForIsWhatIsOffered() async throws {
        try await use { path, caller in
            let described = try await caller.describe(path, environment: [])
            func problem(_ name: String, _ parameters: String...) -> String? {
                let values = parameters.map { NamedValue($0, "a") }
                return complaint { _ = try described.action(for: call(path, name, values)) }
            }
            #expect(problem("cut", "link") == nil)
            #expect(problem("look") == nil)
            #expect(problem("cut") == "action 'cut' takes: link; given: none")
            #expect(problem("look", "at") == "action 'look' takes: none; given: at")
            #expect(problem("dig") == "it has no action 'dig'; it has: cut, look, burn")
            #expect(
                problem("burn") == "action 'burn' says neither 'undo' nor 'changes_nothing'")
        }
    }

    @Test func whatAScenarioSaysOfAnObservationIsTrue() async throws {
        try await use { path, caller in
            let described = try await caller.describe(path, environment: [])
            func problem(
                _ name: String, _ kind: ObservationCatalog.ValueKind = .number,
                _ source: Observation.Source = .receiver
            ) -> String? {
                let call = PluginCall(path: path, purpose: .observe, name: name)
                let probe = OutsideProbe(
                    name: "cable.ends", source: source, kind: kind, call: .plugin(call),
                    reading: .value)
                return complaint { try described.check(probe, call) }
            }
            #expect(problem("ends") == nil)
            #expect(problem("length") == "it has no observation 'length'; it has: ends")
            #expect(problem("ends", .flag) == "observation 'ends' is a number, not a flag")
            #expect(
                problem("ends", .number, .bytes)
                    == "the source of observation 'ends' is 'receiver', not 'bytes'")
        }
    }

    @Test(arguments: [
        ("", "the answer is not JSON"), ("[1]", "it does not speak 'protocol' 1"),
        (#"{"protocol": 2}"#, "it does not speak 'protocol' 1"),
        (#"{"protocol": 1, "actions": [{}]}"#, "an action or an observation has no 'name'"),
    ])
    func aDescriptionThatIsNoneIsTold(text: String, why: String) async throws {
        try await use(describing: text) { path, caller in
            do {
                _ = try await caller.describe(path, environment: [])
                Issue.record("'\(text)' is no description")
            } catch {
                #expect("\(error)".hasPrefix("\(path) describe: \(why)"), "\(error)")
            }
        }
    }

    @Test func aPluginReadsItsQuestionAndIsAnswered() async throws {
        let folder = TemporaryDirectory()
        let file = folder.path + "/question"
        let body = """
            cat > \(file)
            echo '{"ok": true, "value": {"a": [1, 2.5]}, "log": ["cut", "and cut"]}'
            """
        try await use(calling: body) { path, caller in
            let call = call(path, "cut", [NamedValue("link", "\"1\" ${TOKEN}")])
            let result = try await caller.perform(.plugin(call))
            #expect(try JSONValue(json: result.body) == ["a": [1, 2.5]])
            #expect(result.log == ["cut", "and cut"])
            let question = try JSONValue(json: OutsideRig.text(file))
            #expect(
                question == [
                    "protocol": 1, "call": "action", "name": "cut",
                    "parameters": ["link": "\"1\" planted-in-the-environment"],
                    "run": ["key": "key", "prefix": "dr-test/key/custom/"],
                ])
        }
    }

    @Test(arguments: [
        ("echo '{\"ok\": false, \"error\": \"no such link\"}'", "no such link"),
        ("echo '{\"ok\": false}'", "it gave no reason"), ("echo '{}'", "the answer has no 'ok'"),
        ("true", "the answer is not JSON"), ("echo no >&2; exit 2", "exit status 2: no"),
        ("echo '{\"ok\": true}'; exit 1", "exit status 1"),
    ])
    func anAnswerThatIsNoneIsAFailure(body: String, why: String) async throws {
        try await use(calling: body) { path, caller in
            let failure = await OutsideRig.failure(of: .plugin(call(path)), by: caller)
            #expect(failure?.code == .unexpected)
            let start = "action 'cut' of \(path): \(why)"
            #expect(failure?.message.hasPrefix(start) == true, "\(failure?.message ?? "")")
        }
    }

    @Test(arguments: ["error", "log"])
    func whatIsCutHasNoPartOfASecret(_ member: String) async throws {
        let body = """
            token=$(printf planted%.0s $(seq 200))
            if [ \(member) = log ]; then
                echo "{\\"ok\\": true, \\"log\\": [\\"with $token\\"]}"
            else
                echo "{\\"ok\\": false, \\"error\\": \\"with $token\\"}"
            fi
            """
        try await use(calling: body) { path, _ in
            let secret = String(repeating: "planted", count: 200)
            let caller = OutsideRig.caller(
                Allowance(environment: ["TOKEN"], plugins: [path]), environment: ["TOKEN": secret])
            do {
                let result = try await caller.perform(.plugin(call(path)))
                #expect(member == "log")
                #expect(result.log == ["with ${TOKEN}"])
            } catch {
                #expect("\(error)" == "action 'cut' of \(path): with ${TOKEN}")
            }
        }
    }

    @Test func neitherAnErrorNorTheLogOfAPluginHasASecret() async throws {
        let failing = "echo \"{\\\"ok\\\": false, \\\"error\\\": \\\"wrong: $TOKEN\\\"}\""
        try await use(calling: failing) { path, caller in
            var call = call(path)
            call.environment = ["TOKEN"]
            let failure = await OutsideRig.failure(of: .plugin(call), by: caller)
            #expect(failure?.message == "action 'cut' of \(path): wrong: ${TOKEN}")
        }
        let logging = "echo \"{\\\"ok\\\": true, \\\"log\\\": [\\\"with $TOKEN\\\"]}\""
        try await use(calling: logging) { path, caller in
            var call = call(path)
            call.environment = ["TOKEN"]
            let result = try await caller.perform(.plugin(call))
            #expect(result.log == ["with ${TOKEN}"])
        }
    }
}
