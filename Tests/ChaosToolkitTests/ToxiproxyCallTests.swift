import Testing
import Wire

@testable import ChaosToolkit

struct ToxiproxyCallTests {
    private func call(_ function: String, _ arguments: JSONObject) throws -> ToxiproxyCall {
        let modules = [
            "chaostoxi.proxy.actions", "chaostoxi.proxy.probes", "chaostoxi.toxic.actions",
        ]
        for module in modules {
            let call = try? ToxiproxyCall(
                module: module, function: function, arguments: arguments, environment: [:])
            if let call { return call }
        }
        throw ActivityError("no module has \(function) with \(arguments)")
    }

    private let toxic: JSONObject = ["for_proxy": "p", "toxic_name": "t"]

    @Test func anotherModuleIsLeftToPython() throws {
        let call = try ToxiproxyCall(
            module: "chaosaws.s3.actions", function: "delete_object", arguments: [:],
            environment: [:])
        #expect(call == nil)
    }

    @Test func aToxicAndADisabledProxyBeginAFaultAndNothingElseDoes() throws {
        var timeout = toxic
        timeout["timeout"] = 0
        #expect(try call("create_timeout_toxic", timeout).beginsFault)
        #expect(try call("disable_proxy", ["proxy_name": "p"]).beginsFault)
        #expect(try call("modify_proxy", ["proxy_name": "p", "enabled": false]).beginsFault)
        #expect(try !call("modify_proxy", ["proxy_name": "p", "enabled": true]).beginsFault)
        var moved: JSONObject = ["proxy_name": "p"]
        moved["upstream_address"] = "b:1"
        #expect(try !call("modify_proxy", moved).beginsFault)
        #expect(try !call("enable_proxy", ["proxy_name": "p"]).beginsFault)
        #expect(try !call("delete_toxic", toxic).beginsFault)
        #expect(try !call("reset", [:]).beginsFault)
    }

    @Test func aRefusedCallIsAFailedActivity() throws {
        let refusal: JSONValue = ["error": "proxy already exists", "status": 409]
        let create = try call(
            "create_proxy", ["proxy_name": "p", "upstream_host": "u", "upstream_port": 1])
        let error = #expect(throws: ActivityError.self) {
            try create.output(status: 409, body: refusal)
        }
        #expect(error?.message == "the proxy's answer was 409: proxy already exists")
        let reset = try call("reset", [:])
        #expect(throws: ActivityError.self) { try reset.output(status: 500, body: .null) }
    }

    @Test func whatIsNotThereNeedsNoDeleting() throws {
        let delete = try call("delete_toxic", toxic)
        #expect(try delete.output(status: 404, body: .null).value == false)
        #expect(throws: ActivityError.self) { try delete.output(status: 503, body: .null) }
        let proxy = try call("delete_proxy", ["proxy_name": "p"])
        #expect(try proxy.output(status: 404, body: .null).value == .null)
    }

    @Test func aProbeOfAMissingProxyAnswersAndDoesNotFail() throws {
        let exists = try call("proxy_exist", ["proxy_name": "p"])
        #expect(try exists.output(status: 404, body: .null).value == false)
        let attribute = try call(
            "get_proxy_attribute", ["proxy_name": "p", "attribute": "enabled"])
        #expect(try attribute.output(status: 404, body: .null).value == .null)
        #expect(throws: ActivityError.self) { try attribute.output(status: 200, body: [:]) }
    }

    @Test func aNameIsOnePartOfThePath() throws {
        let probe = try call("proxy_exist", ["proxy_name": "a/b ?"])
        #expect(probe.path == "/proxies/a%2Fb%20%3F")
    }

    @Test func theAddressComesFromTheConfiguration() {
        #expect(ToxiproxyCall.address(in: ["toxiproxy_url": "http://x:1"]) == "http://x:1")
        #expect(ToxiproxyCall.address(in: ["toxiproxy_host": "x"]) == "http://x:8474")
        #expect(
            ToxiproxyCall.address(in: ["toxiproxy_host": "x", "toxiproxy_port": 9])
                == "http://x:9")
        #expect(ToxiproxyCall.address(in: [:]) == nil)
    }

    @Test func anAddressFromAMissingVariableIsAFailure() {
        #expect(throws: ActivityError.self) {
            try ToxiproxyCall(
                module: "chaostoxi.proxy.actions", function: "create_proxy",
                arguments: [
                    "proxy_name": "p", "upstream_host": "env:NONE", "upstream_port": 1,
                ], environment: [:])
        }
    }
}
