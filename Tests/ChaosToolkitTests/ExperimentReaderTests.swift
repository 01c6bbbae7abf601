import Testing
import Wire

@testable import ChaosToolkit

struct ExperimentReaderTests {
    @Test func everyPartOfAnExperimentIsRead() throws {
        let yaml = """
            version: 1.0.0
            title: Storage stays ${quality}
            description: Reads survive
            tags: [storage]
            contributions: {reliability: high}
            configuration:
              quality: good
              host: {type: env, key: HOST}
              port: {type: env, key: PORT, default: "80", env_var_type: int}
              version: {type: probe, name: v, provider: {type: process, path: /bin/v}}
            secrets:
              api: {token: {type: env, key: TOKEN}, fixed: abcd}
              alone: {type: env, key: TOKEN}
            steady-state-hypothesis:
              title: It answers
              probes:
                - {type: probe, name: p, tolerance: 200, provider: {type: http, url: "http://h"}}
                - {ref: later, tolerance: true}
            method:
              - type: action
                name: later
                background: true
                pauses: {before: 1, after: "${quality}"}
                timeout: 2.5
                provider:
                  type: python
                  module: m
                  func: f
                  arguments: {a: 1}
                  secrets: [api]
            rollbacks:
              - {ref: p}
            runtime:
              hypothesis: {strategy: continously}
              rollbacks: {strategy: always}
            """
        let experiment = try Experiment(
            try JSONValue(yaml: yaml), environment: ["HOST": "h", "TOKEN": "s3cr3t"])

        #expect(experiment.title == "Storage stays ${quality}")
        #expect(experiment.tags == ["storage"])
        #expect(experiment.contributions == ["reliability": "high"])
        let values = experiment.configuration.entries
        #expect(values.map(\.name) == ["quality", "host", "port", "version"])
        #expect(values.map(\.value).prefix(3) == [.given("good"), .given("h"), .given(80)])
        guard case .probe(let probe) = values[3].value else {
            Issue.record("the configuration's probe was not read")
            return
        }
        #expect(probe.provider.process?.path == "/bin/v")
        #expect(experiment.secrets["token"] == "s3cr3t")
        #expect(experiment.secrets["fixed"] == "abcd")
        #expect(experiment.secrets["alone"] == "s3cr3t")
        let hypothesis = try #require(experiment.hypothesis)
        #expect(hypothesis.probes.map(\.activity.name) == ["p", "later"])
        let action = try #require(experiment.method.first)
        #expect(action.isBackground)
        #expect(action.pauseBefore == .seconds(1))
        #expect(action.pauseAfter == .named("${quality}"))
        #expect(action.timeout == .seconds(2.5))
        #expect(action.provider.python?.secrets == ["api"])
        #expect(experiment.rollbacks.first?.provider.http?.url == "http://h")
        #expect(experiment.hypothesisStrategy == .continuously)
        #expect(experiment.rollbackStrategy == .always)
    }

    @Test func allMistakesAreToldAtOnceWithTheirPlaces() throws {
        let yaml = """
            title: ""
            tags: ["", 1]
            method:
              - {type: probes, name: a, provider: {type: http}}
              - {type: action, provider: {type: go}}
              - {ref: nobody}
              - type: action
                name: c
                timeout: "5"
                background: "yes"
                pauses: {before: 1s}
                provider: {type: process, timeout: 0}
              - {type: action, name: d, provider: {type: python, module: m}}
              - {}
            steady-state-hypothesis:
              probes:
                - {type: probe, name: x, provider: {type: http, url: u}}
                - {type: probe, name: y, provider: {type: http, url: u}, tolerance: 1.5}
            configuration:
              c: {type: env, key: NONE}
            secrets:
              s: {v: {type: vault, path: p}, e: {type: env, key: NONE}}
            runtime: {hypothesis: {strategy: sometimes}}
            extensions: [{name: " "}]
            dry: actions
            """
        let members = try #require(try JSONValue(yaml: yaml).objectValue)
        let paths = Sample.problems(members).map { problem in
            String(problem.prefix { $0 != " " }.dropLast())
        }
        let expected = [
            "title", "tags[0]", "tags[1]", "extensions[0].name", "dry", "configuration.c",
            "secrets.s.v", "secrets.s.e", "steady-state-hypothesis.title",
            "steady-state-hypothesis.probes[0].tolerance",
            "steady-state-hypothesis.probes[1].tolerance", "method[0].type",
            "method[0].provider.url", "method[1].name", "method[1].provider.type",
            "method[2].ref", "method[3].provider.path", "method[3].provider.timeout",
            "method[3].background", "method[3].pauses.before", "method[3].timeout",
            "method[4].provider.func", "method[5]", "runtime.hypothesis.strategy",
        ]
        #expect(paths == expected)
    }

    @Test func whatMustBeThereIsAskedFor() {
        let error = #expect(throws: ExperimentError.self) {
            try Experiment([:], environment: [:])
        }
        #expect(error?.problems.map(\.path) == ["title", "description", "method"])
        #expect(throws: ExperimentError.self) { try Experiment([1], environment: [:]) }
    }

    @Test func anUnknownProviderIsNamedAsChaosToolkitNamesIt() {
        let activity: JSONValue = ["type": "action", "name": "a", "provider": ["type": "go"]]
        let problems = Sample.problems(["method": [activity]])
        #expect(problems.first?.contains("unknown provider type 'go'") == true)
    }

    @Test func aVaultSecretIsRefusedByItsName() {
        let problems = Sample.problems(["secrets": ["k8s": ["key": ["type": "vault"]]]])
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("secrets.k8s.key: ") == true)
    }

    @Test func aVariableReplacesAValueThatIsDeclaredAndNoOther() throws {
        let document = Sample.document(["configuration": ["port": 80]])
        let experiment = try Experiment(
            document, environment: ["P": "81"],
            variables: [
                "port": ["type": "env", "key": "P", "env_var_type": "int"], "other": 1,
            ])
        #expect(experiment.configuration.entries.map(\.name) == ["port"])
        #expect(experiment.configuration.entries.first?.value == .given(81))
    }

    @Test func aMistakeInAVariableDoesNotShowItsValue() {
        let problems = Sample.problems(
            ["configuration": ["n": ["type": "env", "key": "N", "env_var_type": "int"]]],
            environment: ["N": "s3cr3t"])
        #expect(problems == ["configuration.n: N: the value is not a whole number"])
    }

    @Test func ofActivitiesWithOneNameTheLastIsMeant() throws {
        let experiment = try Sample.experiment([
            "method": [
                ["type": "action", "name": "a", "provider": ["type": "process", "path": "/1"]],
                ["type": "action", "name": "a", "provider": ["type": "process", "path": "/2"]],
                ["ref": "a"],
            ]
        ])
        #expect(experiment.method.map(\.provider.process?.path) == ["/1", "/2", "/2"])
    }

    @Test func aReferenceToAReferenceIsRefused() {
        let problems = Sample.problems(["method": [["name": "a", "ref": "a"]]])
        #expect(problems.count == 1)
    }

    @Test func anArgumentThatChaostoxiDoesNotHaveIsFoundBeforeAnythingRuns() {
        let provider: JSONValue = [
            "type": "python", "module": "chaostoxi.toxic.actions",
            "func": "create_latency_toxic", "arguments": ["for_proxy": "p", "latency": 1],
        ]
        let problems = Sample.problems([
            "method": [["type": "action", "name": "a", "provider": provider]]
        ])
        #expect(
            problems == [
                "method[0].provider.arguments: create_latency_toxic needs the argument "
                    + "'toxic_name'"
            ])
    }
}
