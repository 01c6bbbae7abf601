import Testing
import Wire

@testable import ChaosToolkit

/// The traps of Chaos Toolkit are told of where an experiment steps into them, and nowhere else.
struct TrapTests {
    private func warnings(
        _ members: JSONObject, environment: [String: String] = [:]
    ) throws -> [String] {
        try Sample.experiment(members, environment: environment).warnings.map { warning in
            "\(warning.code.rawValue) \(warning.path)"
        }
    }

    private let action: JSONValue = [
        "type": "action", "name": "a",
        "provider": ["type": "python", "module": "m", "func": "f"],
    ]

    @Test func aQuietExperimentHasNoWarnings() throws {
        #expect(try warnings(["method": [action]]) == [])
    }

    @Test func theGateIsToldOf() throws {
        #expect(
            try warnings(["steady-state-hypothesis": Sample.hypothesis(200)])
                == ["T1 steady-state-hypothesis"])
    }

    @Test func checksDuringTheMethodAreToldOf() throws {
        let found = try warnings([
            "steady-state-hypothesis": Sample.hypothesis(200),
            "runtime": ["hypothesis": ["strategy": "during-method-only"]],
        ])
        #expect(found == ["T2 runtime.hypothesis.strategy"])
    }

    @Test func aProcessThatMayFailUnseenIsToldOf() throws {
        let process: JSONValue = [
            "type": "probe", "name": "p", "provider": ["type": "process", "path": "/bin/true"],
        ]
        #expect(try warnings(["method": [action, process]]) == ["T3 method[1]"])
    }

    @Test func rollbacksSecretsTimeoutsAndNamesAreToldOf() throws {
        var slow = action.objectValue ?? [:]
        slow["timeout"] = 3
        slow["provider"] = [
            "type": "python", "module": "m", "func": "f", "arguments": ["a": ["b${n}"]],
        ]
        let found = try warnings([
            "method": [.object(slow)], "rollbacks": [action], "secrets": ["s": ["k": "v"]],
        ])
        #expect(
            found == ["T4 rollbacks", "T6 secrets", "T7 method[0]", "T5 method[0].timeout"])
    }

    @Test func twoNumbersAreToldOfWhereTheyAreNoRange() throws {
        let path = "steady-state-hypothesis.probes[0].tolerance"
        let list = Sample.hypothesis([200, 299])
        let told = try warnings(["steady-state-hypothesis": list])
        #expect(told.contains("T8 \(path)"))
        for harmless in [[200, 204, 301], ["a", "b"], 200] as [JSONValue] {
            let found = try warnings(["steady-state-hypothesis": Sample.hypothesis(harmless)])
            #expect(!found.contains { $0.hasPrefix("T8") })
        }
        let function: JSONValue = ["type": "python", "module": "m", "func": "f"]
        let bounds = Sample.hypothesis([0, 9], provider: function)
        let found = try warnings(["steady-state-hypothesis": bounds])
        #expect(!found.contains("T8 \(path)"))
    }

    @Test func controlsAndMisspeltMembersAreToldOf() throws {
        let found = try warnings(["controls": [["name": "c"]], "rollback": []])
        #expect(found == ["ignored rollback", "ignored controls"])
    }

    /// When the call fails for its certificate it is too late.
    @Test func certificatesThatAreToBeTrustedBlindlyAreToldOf() throws {
        func found(_ verifies: JSONValue) throws -> [String] {
            let call: JSONValue = ["type": "http", "url": "https://h", "verify_tls": verifies]
            return try warnings(["steady-state-hypothesis": Sample.hypothesis(200, provider: call)])
        }
        let path = "steady-state-hypothesis.probes[0].provider.verify_tls"
        #expect(try found(false).contains("ignored \(path)"))
        #expect(try !found(true).contains("ignored \(path)"))
    }

    @Test func aListOfTwoAcceptsItsMembersAloneAsChaosToolkitDoes() throws {
        let tolerance = try Sample.tolerance([200, 299])
        #expect(try tolerance.judge(["status": 200]))
        #expect(try tolerance.judge(["status": 299]))
        #expect(try !tolerance.judge(["status": 204]))
        #expect(try tolerance.judge(204))
    }
}

struct ActivityTests {
    @Test func aProcessThatExitsWithAnotherCodeThanZeroFailed() throws {
        for kind in ["probe", "action"] {
            let activity = try Sample.activity(
                kind, provider: ["type": "process", "path": "/bin/p"])
            #expect(activity.failure(in: ["status": 0, "stdout": ""]) == nil)
            #expect(
                activity.failure(in: ["status": 3, "stdout": ""]) == "the process ended with 3")
        }
    }

    @Test func anErrorIsAFailureForAnActionAndAnObservationForAProbe() throws {
        let provider: JSONValue = ["type": "http", "url": "http://h"]
        let action = try Sample.activity("action", provider: provider)
        let probe = try Sample.activity("probe", provider: provider)
        #expect(action.failure(in: ["status": 399]) == nil)
        #expect(action.failure(in: ["status": 400]) != nil)
        #expect(probe.failure(in: ["status": 503]) == nil)
    }

    @Test func anActionThatIsSentElsewhereHasDoneNothing() throws {
        let provider: JSONValue = ["type": "http", "url": "http://h"]
        let action = try Sample.activity("action", provider: provider)
        let probe = try Sample.activity("probe", provider: provider)
        for status in [301, 307, 308] as [JSONValue] {
            #expect(action.failure(in: ["status": status])?.contains("redirect") == true)
            #expect(probe.failure(in: ["status": status]) == nil)
        }
        // After a form was sent, its sender is shown the result.
        #expect(action.failure(in: ["status": 303]) == nil)
    }

    @Test func aProbeThatJudgesGetsTheValueAndSaysNoWithAnErrorStatus() throws {
        let tolerance = try Sample.tolerance([
            "type": "probe", "name": "judge",
            "provider": ["type": "http", "url": "http://j", "arguments": ["a": 1]],
        ])
        let probe = try #require(tolerance.probe(for: ["x": 2]))
        #expect(probe.provider.http?.arguments == ["a": 1, "value": ["x": 2]])
        #expect(probe.provider.accepts(["status": 200]))
        #expect(!probe.provider.accepts(["status": 500]))
    }

    @Test func theConfigurationTakesTheUsefulPartOfAnOutput() throws {
        let process = try Sample.activity(provider: ["type": "process", "path": "/bin/p"]).provider
        #expect(process.configurationValue(from: ["status": 0, "stdout": " 1.2\n"]) == "1.2")
        #expect(process.configurationValue(from: ["status": 1, "stdout": "1.2"]) == nil)
        let http = try Sample.activity(provider: ["type": "http", "url": "http://h"]).provider
        #expect(http.configurationValue(from: ["status": 500, "body": [1]]) == [1])
    }

    @Test func aBodyIsReadAsJSONOnlyIfItsTypeSaysExactlyThat() throws {
        func body(_ type: String, _ text: String) throws -> JSONValue? {
            try HTTPProvider.output(
                status: 200, headers: [HTTPHeader(name: "content-type", value: type)],
                body: Array(text.utf8))["body"]
        }
        #expect(try body("application/json", "[1]") == [1])
        #expect(try body("application/json; charset=utf-8", "[1]") == "[1]")
        #expect(try body("application/json", #"{"a": 1, "b": 2, "a": 3}"#) == ["a": 3, "b": 2])
        #expect(throws: ActivityError.self) { try body("application/json", "[1") }
    }

    @Test func aPauseMayBeNamed() throws {
        let substitution = Substitution(configuration: ["wait": "1.5", "bad": "soon"])
        #expect(
            try Activity.Pause.named("${wait}").duration(substituting: substitution)
                == .seconds(1.5))
        #expect(throws: ActivityError.self) {
            try Activity.Pause.named("${bad}").duration(substituting: substitution)
        }
    }

    @Test func aRequestHasItsTimesAndHeaders() throws {
        let activity = try Sample.activity(provider: [
            "type": "http", "url": "http://h", "timeout": [1, "${t}"], "verify_tls": false,
            "headers": ["X": 5, "Y": .null], "max_retries": 2,
        ])
        let request = try #require(activity.provider.http)
            .request(substituting: Substitution(configuration: ["t": 2.5]))
        #expect(request.connectTimeout == .seconds(1))
        #expect(request.readTimeout == .seconds(2.5))
        #expect(request.headers == [HTTPHeader(name: "X", value: "5")])
        #expect(!request.isVerifyingTLS)
        #expect(request.retries == 2)
    }
}
