import Testing
import Wire

@testable import ChaosToolkit

/// Each case is judged as Python judged it.
struct PythonVerdictTests {
    private let verdicts: Verdicts

    init() throws { verdicts = try Verdicts() }

    @Test func aTemplateIsFilledAsStringTemplateFillsIt() throws {
        let configuration = try #require(verdicts["configuration"].objectValue)
        let scopes = try #require(verdicts["secrets"].objectValue).members.map { member in
            Secrets.Scope(name: member.key, values: member.value.objectValue ?? [:])
        }
        let substitution = Substitution(
            configuration: configuration, secrets: Secrets(scopes: scopes))
        for example in try verdicts.cases("substitution") {
            let template = try #require(example["template"])
            #expect(substitution.apply(template) == example["result"], "\(template.text())")
        }
    }

    @Test func aToleranceIsJudgedAsChaosToolkitJudgesIt() throws {
        let substitution = Substitution(
            configuration: try #require(verdicts["tolerance_configuration"].objectValue))
        let values = try verdicts.cases("values")
        for example in try verdicts.cases("tolerance") {
            let raw = try #require(example["tolerance"])
            let expected = try #require(example["verdicts"]?.arrayValue)
            #expect(expected.count == values.count)
            let tolerance = try? Sample.tolerance(raw)
            for (value, verdict) in zip(values, expected) {
                let actual = judge(value, by: tolerance, substitution)
                #expect(actual == verdict, "\(raw.text()) on \(value.text())")
            }
        }
    }

    private func judge(
        _ value: JSONValue, by tolerance: Tolerance?, _ substitution: Substitution
    ) -> JSONValue {
        guard let tolerance else { return "invalid" }
        guard let verdict = try? tolerance.judge(value, substituting: substitution) else {
            return "raises"
        }
        return .bool(verdict)
    }

    @Test func aPatternFindsWhatReSearchFinds() throws {
        for example in try verdicts.cases("pattern") {
            let text = try example.text("pattern")
            let pattern = try? PythonPattern(text)
            if example["found"] == "invalid" {
                #expect(pattern == nil, "\(text) is accepted")
                continue
            }
            let texts = try #require(example["texts"]?.arrayValue).compactMap(\.stringValue)
            let found = texts.map { pattern?.isFound(in: $0) }
            #expect(found == example["found"]?.arrayValue?.map(\.boolValue), "\(text)")
        }
    }

    @Test func aPathFindsWhatJSONPath2Finds() throws {
        let document = verdicts["document"]
        for example in try verdicts.cases("path") {
            let text = try example.text("path")
            let path = try? JSONPath(text)
            #expect((path == nil) == example.raises, "\(text)")
            #expect(path?.matches(document) == example["value"]?.arrayValue, "\(text)")
        }
    }

    @Test func yamlIsReadAsPyYAMLReadsIt() throws {
        for example in try verdicts.cases("yaml") {
            let text = try example.text("text")
            let value = try? JSONValue(yaml: text)
            #expect(value?.text(isASCII: true) == example["value"]?.stringValue, "\(text)")
        }
    }

    @Test func jsonIsWrittenAsPythonWritesIt() throws {
        for example in try verdicts.cases("json") {
            let text = try example.text("text")
            let value = try JSONValue(json: text)
            #expect(value.text(isASCII: true) == text)
            #expect(value.text() == example["plain"]?.stringValue)
            #expect(value.text(indent: 2, isASCII: true) == example["indented"]?.stringValue)
            #expect(value.pythonString == example["python"]?.stringValue)
        }
    }

    @Test func aVariableIsConvertedAsConvertToTypeDoes() throws {
        for example in try verdicts.cases("conversion") {
            let given = try #require(example["given"])
            let type = try #require(example["type"])
            let value = try? given.converted(to: type)
            #expect(value == example["value"], "\(given.text()) as \(type.text())")
        }
    }

    @Test func aRequestIsEncodedAsRequestsEncodesIt() throws {
        let substitution = Substitution(configuration: ["n": 1])
        for example in try verdicts.cases("request") {
            var provider = try #require(example["provider"]?.objectValue)
            provider["type"] = "http"
            let activity = try Sample.activity(provider: .object(provider))
            let http = try #require(activity.provider.http)
            let request = try http.request(substituting: substitution)
            #expect(request.url == example["url"]?.stringValue)
            #expect(request.method == example["method"]?.stringValue)
            let body = request.body.map { String(decoding: $0, as: UTF8.self) }
            #expect(body == example["body"]?.stringValue, "\(provider)")
            let type = request.headers.first { $0.name.lowercased() == "content-type" }
            #expect(type?.value == example["content_type"]?.stringValue, "\(provider)")
        }
    }

    @Test func aCommandHasTheWordsThatSubprocessIsGiven() throws {
        let substitution = Substitution(configuration: ["n": 1])
        for example in try verdicts.cases("command") {
            var provider: JSONObject = ["type": "process", "path": "/bin/p"]
            provider["arguments"] = example["arguments"]
            let activity = try Sample.activity(provider: .object(provider))
            let process = try #require(activity.provider.process)
            switch try process.command(substituting: substitution) {
            case .shell(let line):
                #expect(example["shell"] == true)
                #expect(line == example["words"]?.stringValue)
            case .program(let path, let arguments):
                #expect(example["shell"] == false)
                let words = example["words"]?.arrayValue?.compactMap(\.stringValue)
                #expect([path] + arguments == words)
            }
        }
    }

    @Test func aFunctionOfChaostoxiMakesTheSameCallAndReturnsTheSame() throws {
        for example in try verdicts.cases("toxiproxy") {
            let arguments = try #require(example["arguments"]?.objectValue)
            let call = try #require(
                try ToxiproxyCall(
                    module: try example.text("module"), function: try example.text("func"),
                    arguments: arguments, environment: ["TOXI_HOST": "real"]))
            #expect(call.method == example["method"]?.stringValue)
            #expect(call.path == example["path"]?.stringValue)
            let body = call.body ?? .null
            #expect(body == example["body"])
            let answer: JSONValue = [
                "name": call.body?["name"] ?? "p", "listen": "[::]:4711", "enabled": true,
            ]
            let (output, variable) = try call.output(status: 200, body: answer)
            #expect(output == example["output"])
            #expect(variable?.value == example["port"]?.stringValue)
            if let variable { #expect(variable.name == "p_PORT") }
        }
    }

    @Test func aMomentIsWrittenAsIsoformatWritesIt() throws {
        for example in try verdicts.cases("time") {
            let microseconds = try #require(example["microseconds"]?.intValue)
            #expect(PythonTime.text(of: microseconds) == example["text"]?.stringValue)
        }
    }
}
