import DRTesting
import ResilientStorage
import Testing

@testable import Engine

/// What a probe makes of an answer.
struct OutsideProbeTests {
    private func seen(
        _ body: String, _ reading: OutsideProbe.Reading, as kind: ObservationCatalog.ValueKind
    ) -> ObservedValue? {
        let probe = OutsideProbe(
            name: "a.b", source: .self, kind: kind, call: .http(HTTPCall(url: "http://a/")),
            reading: reading)
        return try? probe.value(of: OutsideResult(status: 503, body: Array(body.utf8)))
    }

    @Test func aStatusIsANumber() {
        #expect(seen("", .status, as: .number) == .number(503))
    }

    @Test func aTextIsReadWithoutTheBlanksAroundIt() {
        #expect(seen(" \n97.5\n", .text, as: .number) == .number(97.5))
        #expect(seen("a b\r\n", .text, as: .text) == .text("a b"))
        #expect(seen("true\n", .text, as: .flag) == .flag(true))
        #expect(seen(" \n ", .text, as: .text) == .text(""))
    }

    @Test func whatIsOfAnotherKindIsNotSeen() {
        #expect(seen("", .text, as: .number) == nil)
        #expect(seen("97 %", .text, as: .number) == nil)
        #expect(seen("yes", .text, as: .flag) == nil)
        #expect(seen("1", .value, as: .text) == nil)
        #expect(seen("[1]", .value, as: .number) == nil)
        #expect(seen("null", .value, as: .number) == nil)
        #expect(seen("true", .value, as: .number) == nil)
    }

    @Test func aPathFindsAValueInOnePlace() {
        let body = """
            {"breaker": "open", "queue": {"depth": 3}, "sites": [{"up": true}, {"up": false}]}
            """
        #expect(seen(body, .json("$.breaker"), as: .text) == .text("open"))
        #expect(seen(body, .json("$.queue.depth"), as: .number) == .number(3))
        #expect(seen(body, .json("$.sites[1].up"), as: .flag) == .flag(false))
        #expect(seen(body, .json("$.nothing"), as: .text) == nil)
        #expect(seen(body, .json("$.sites[*].up"), as: .flag) == nil)
        #expect(seen("no JSON", .json("$.breaker"), as: .text) == nil)
    }

    @Test func aValueOfAPluginIsJSON() {
        #expect(seen("2", .value, as: .number) == .number(2))
        #expect(seen("\"2\"", .value, as: .number) == .number(2))
        #expect(seen("\"T\"", .value, as: .text) == .text("T"))
        #expect(seen("false", .value, as: .flag) == .flag(false))
    }

    @Test func aTextThatIsTooLongIsNotSeen() {
        let text = String(repeating: "a", count: 1000)
        #expect(seen(text, .text, as: .text) == .text(text))
        #expect(seen(text + "a", .text, as: .text) == nil)
    }

    /// Writes down what is logged; a probe uses nothing else.
    private struct Context: DrillContext {
        let lines = Inbox<String>()
        var prefix: String { "" }

        func put(_ body: [UInt8], to key: String) async -> StorageOutcome<Void> {
            .refused("nothing is stored here", at: .now)
        }

        func get(_ key: String) async -> StorageOutcome<[UInt8]?> {
            .refused("nothing is stored here", at: .now)
        }

        func delete(_ key: String) async -> StorageOutcome<Void> {
            .refused("nothing is stored here", at: .now)
        }

        func log(_ message: String) async { lines.add(message) }
    }

    private func look(_ script: String, _ context: Context, times: Int) async -> [ObservedValue?] {
        let probe = OutsideProbe(
            name: "a.b", source: .receiver, kind: .text, call: OutsideRig.script(script),
            reading: .text)
        let caller = OutsideRig.caller(
            Allowance(processes: ["/bin/sh"], environment: ["TOKEN"]),
            environment: ["TOKEN": "planted-secret"])
        let extensions = ScenarioExtensions().adding([probe], through: caller, runKey: "key")
        var seen: [ObservedValue?] = []
        for _ in 0..<times {
            seen.append((try? await extensions.observation(named: "a.b")?.look(context))?.value)
        }
        return seen
    }

    @Test func aProbeThatSeesNothingSaysWhyOnce() async {
        let context = Context()
        let seen = await look("echo why >&2; exit 1", context, times: 3)
        #expect(seen == [nil, nil, nil])
        #expect(context.lines.all == ["a.b: /bin/sh: exit status 1, not 0: why"])
    }

    @Test func whatIsObservedHasNoSecret() async {
        let seen = await look("echo it is planted-secret", Context(), times: 1)
        #expect(seen == [.text("it is ${TOKEN}")])
    }

    @Test func aStatusIsSeenWhateverItIs() throws {
        let text = """
            name: a
            type: b
            probes:
              - {name: a.status, http: {url: "http://127.0.0.1:1/"}}
              - {name: a.body, read: body, kind: text, http: {url: "http://127.0.0.1:1/"}}
              - {name: a.exit, read: exit, process: {path: /bin/true}}
              - {name: a.word, kind: text, process: {path: /bin/true}}
            steps:
              - {name: c, component: d, expect: [{observe: probe.served_since_lift, at_least: 1}]}
            """
        let probes = try ScenarioReader.read(text, file: "a.yaml").probes
        #expect(probes.map(\.name) == ["a.status", "a.body", "a.exit", "a.word"])
        #expect(probes.map(\.reading) == [.status, .text, .status, .text])
        #expect(probes.map(\.source) == [.self, .self, .self, .self])
        let right = probes.map { probe -> Set<Int>? in
            switch probe.call {
            case .http(let call): call.expectedStatus
            case .process(let call): call.expectedExit
            case .plugin: nil
            }
        }
        #expect(right == [nil, HTTPCall.successes, nil, [0]])
    }
}
