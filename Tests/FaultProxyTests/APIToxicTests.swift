import S3Sandbox
import Testing

@testable import FaultProxy

/// Toxics by the API, byte for byte.
@Suite(.timeLimit(.minutes(1))) struct APIToxicTests {
    private static func toxic(
        _ attributes: String, _ name: String, _ type: String, _ stream: String = "downstream",
        toxicity: String = "1"
    ) -> String {
        #"{"attributes":\#(attributes),"name":"\#(name)","type":"\#(type)","#
            + #""stream":"\#(stream)","toxicity":\#(toxicity)}"#
    }

    @Test(arguments: [
        ("latency", #"{"latency":0,"jitter":0}"#), ("bandwidth", #"{"rate":0}"#),
        ("slow_close", #"{"delay":0}"#), ("timeout", #"{"timeout":0}"#),
        ("reset_peer", #"{"timeout":0}"#),
        ("slicer", #"{"average_size":0,"size_variation":0,"delay":0}"#),
        ("limit_data", #"{"bytes":0}"#), ("noop", "{}"), ("down", "{}"),
    ])
    func whatIsMissingHasItsDefault(_ type: String, _ attributes: String) async throws {
        try await withAPI { api in
            try await api.create()
            let added = try await api.call("POST /proxies/p/toxics", #"{"type":"\#(type)"}"#)
            #expect(added.status == 200)
            #expect(added.headers["Content-Type"] == "application/json")
            #expect(added.text == Self.toxic(attributes, "\(type)_downstream", type))
            let shown = try await api.call("GET /proxies/p/toxics/\(type)_downstream")
            #expect(shown.text == added.text)
            let all = try await api.call("GET /proxies/p/toxics")
            #expect(all.text == "[\(added.text)]")
            #expect(try await api.done("GET /proxies/p")["toxics"].elements.count == 1)
        }
    }

    @Test(arguments: [
        ("s3_status", #"{"status":503}"#), ("s3_hang", "{}"), ("s3_reset", "{}"),
        ("s3_lost_ack", "{}"), ("s3_latency", #"{"latency":0,"jitter":0}"#), ("s3_truncate", "{}"),
        ("s3_corrupt", "{}"), ("s3_late_delivery", #"{"delay":0}"#), ("s3_stale_read", "{}"),
    ])
    func aProxyThatSpeaksHTTPHasFaultsOfRequestsToo(
        _ type: String, _ attributes: String
    ) async throws {
        try await withAPI { api in
            try await api.create(speaks: "http")
            let added = try await api.call("POST /proxies/p/toxics", #"{"type":"\#(type)"}"#)
            #expect(added.text == Self.toxic(attributes, "\(type)_downstream", type))
            #expect(try await api.done("GET /proxies/p/counts")["faults_in_force"].int == 1)
        }
    }

    @Test func everyAttributeIsEchoed() async throws {
        try await withAPI { api in
            try await api.create(speaks: "http")
            let attributes =
                #"{"status":500,"limit":3,"seed":7,"code":"InternalError","message":"a & b","#
                + #""key_prefix":"logs/","methods":["PUT"],"operations":["PutObject"]}"#
            let added = try await api.call(
                "POST /proxies/p/toxics",
                #"{"type":"s3_status","name":"x","toxicity":0.25,"attributes":\#(attributes)}"#)
            let echoed = attributes.replacing("&", with: #"\u0026"#)
            #expect(added.text == Self.toxic(echoed, "x", "s3_status", toxicity: "0.25"))
        }
    }

    @Test func theStreamIsReadInAnyCaseAndEchoed() async throws {
        try await withAPI { api in
            try await api.create()
            let added = try await api.call(
                "POST /proxies/p/toxics", #"{"type":"noop","stream":"UpStream"}"#)
            #expect(added.text == Self.toxic("{}", "noop_UpStream", "noop", "UpStream"))
        }
    }

    @Test func thoseOfTheStreamToTheStorageAreListedFirst() async throws {
        try await withAPI { api in
            try await api.create()
            for (name, stream) in [
                ("a", "downstream"), ("b", "upstream"), ("c", "downstream"), ("d", "upstream"),
            ] {
                try await api.done(
                    "POST /proxies/p/toxics",
                    #"{"type":"noop","name":"\#(name)","stream":"\#(stream)"}"#)
            }
            let names = try await api.done("GET /proxies/p/toxics").elements.map {
                $0["name"].string
            }
            #expect(names == ["b", "d", "a", "c"])
        }
    }

    @Test(arguments: ["PATCH", "POST"])
    func aChangeMergesAttributesAndTouchesNothingElse(_ method: String) async throws {
        try await withAPI { api in
            try await api.create()
            try await api.done(
                "POST /proxies/p/toxics",
                #"{"type":"latency","name":"t","attributes":{"latency":100,"jitter":5}}"#)
            let changed = try await api.call(
                "\(method) /proxies/p/toxics/t",
                #"{"name":"u","type":"noop","stream":"upstream","toxicity":0.5,"#
                    + #""attributes":{"latency":7,"rate":1}}"#)
            #expect(changed.status == 200)
            let expected = Self.toxic(
                #"{"latency":7,"jitter":5}"#, "t", "latency", toxicity: "0.5")
            #expect(changed.text == expected)
            #expect(try await api.call("GET /proxies/p/toxics/t").text == expected)
        }
    }

    @Test(arguments: [("7", "1"), ("-1", "0"), ("1e-3", "0.001")])
    func aShareLiesBetweenNoneAndAll(_ given: String, _ echoed: String) async throws {
        try await withAPI { api in
            try await api.create()
            let added = try await api.call(
                "POST /proxies/p/toxics", #"{"type":"noop","toxicity":\#(given)}"#)
            let expected = Self.toxic("{}", "noop_downstream", "noop", toxicity: echoed)
            #expect(added.text == expected)
        }
    }

    @Test func aRemovedToxicIsGone() async throws {
        try await withAPI { api in
            try await api.create()
            try await api.done("POST /proxies/p/toxics", #"{"type":"noop","name":"t"}"#)
            let removed = try await api.call("DELETE /proxies/p/toxics/t")
            #expect(removed.status == 204)
            #expect(removed.body.isEmpty)
            #expect(try await api.call("GET /proxies/p/toxics").text == "[]")
            #expect(try await api.done("GET /proxies/p/counts")["faults_in_force"].int == 0)
            try await api.done("POST /proxies/p/toxics", #"{"type":"noop","name":"t"}"#)
        }
    }

    @Test func aToxicOfADisabledProxyIsInForceOnceItIsEnabled() async throws {
        try await withAPI { api in
            let port = try RawConnection.freePort()
            try await api.done(
                "POST /proxies",
                #"{"name":"p","listen":"127.0.0.1:\#(port)","upstream":"127.0.0.1:9","#
                    + #""enabled":false}"#)
            try await api.done("POST /proxies/p/toxics", #"{"type":"down"}"#)
            try await api.done("PATCH /proxies/p", #"{"enabled":true}"#)
            #expect(RawConnection(port: port) == nil)
            try await api.done("DELETE /proxies/p/toxics/down_downstream")
            #expect(RawConnection(port: port) != nil)
        }
    }

    /// What a change of which requests are struck puts in force anew strikes only the new ones.
    @Test func whichRequestsAreStruckCanBeChanged() async throws {
        try await withStorage { api, port in
            try await api.done(
                "POST /proxies/p/toxics",
                #"{"type":"s3_status","name":"t","attributes":{"key_prefix":"a"}}"#)
            #expect(try await exchange("GET /bucket/a", port: port).status == 503)
            #expect(try await exchange("GET /bucket/b", port: port).status == 200)
            try await api.done(
                "PATCH /proxies/p/toxics/t", #"{"attributes":{"key_prefix":"b","status":500}}"#)
            #expect(try await exchange("GET /bucket/a", port: port).status == 200)
            #expect(try await exchange("GET /bucket/b", port: port).status == 500)
            try await api.done("PATCH /proxies/p/toxics/t", #"{"toxicity":0}"#)
            #expect(try await exchange("GET /bucket/b", port: port).status == 200)
            try await api.done("DELETE /proxies/p/toxics/t")
            #expect(try await api.done("GET /proxies/p/counts")["faults_in_force"].int == 0)
        }
    }
}

/// Runs an API with a proxy `p` before a storage that answers everything with `here`.
func withStorage(_ body: (ProxyAPI, _ port: Int) async throws -> Void) async throws {
    let storage = try await LoopbackServer { _ in
        LoopbackServer.Response(status: 200, body: Array("here".utf8))
    }
    do {
        try await withAPI { api in
            let upstream = "127.0.0.1:\(storage.port)"
            try await body(api, try await api.create(upstream: upstream, speaks: "http"))
        }
    } catch {
        await storage.stop()
        throw error
    }
    await storage.stop()
}
