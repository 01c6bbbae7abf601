import Testing

@testable import FaultProxy

/// What the API refuses, and how it says so.
@Suite(.timeLimit(.minutes(1))) struct APIErrorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let request: String
        let body: String
        let status: Int
        let error: String

        init(_ request: String, _ body: String, _ status: Int, _ error: String) {
            (self.request, self.body, self.status, self.error) = (request, body, status, error)
        }

        var testDescription: String { "\(request) \(body)" }
    }

    private static let bad = "bad request body: "
    private static let unmarshal = bad + "json: cannot unmarshal "

    /// There is a proxy `p` with a toxic `t`.
    static let rows: [Row] = proxyRows + toxicRows + ourRows

    private static let proxyRows: [Row] = [
        Row("POST /proxies", "", 400, bad + "EOF"),
        Row("POST /proxies", "{", 400, bad + "unexpected EOF"),
        Row("POST /proxies", "[]", 400, unmarshal + "array into Go value of type toxiproxy.Proxy"),
        Row("POST /proxies", #"{"upstream":"a:1"}"#, 400, "missing required field: name"),
        Row("POST /proxies", #"{"name":"","upstream":"a:1"}"#, 400, "missing required field: name"),
        Row("POST /proxies", #"{"name":"q"}"#, 400, "missing required field: upstream"),
        Row("POST /proxies", "null", 400, "missing required field: name"),
        Row("POST /proxies", #"{"name":"p","upstream":"a:1"}"#, 409, "proxy already exists"),
        Row(
            "POST /proxies", #"{"name":"q","upstream":"a:1","enabled":"yes"}"#, 400,
            unmarshal + "string into Go struct field Proxy.enabled of type bool"),
        Row(
            "POST /proxies", #"{"name":7,"upstream":"a:1"}"#, 400,
            unmarshal + "number into Go struct field Proxy.name of type string"),
        Row(
            "POST /proxies", #"{"name":"q","upstream":"a:1","listen":"nowhere"}"#, 500,
            "listen tcp: address nowhere: missing port in address"),
        Row("GET /proxies/x", "", 404, "proxy not found"),
        Row("PATCH /proxies/x", "{", 404, "proxy not found"),
        Row("POST /proxies/x", "{", 404, "proxy not found"),
        Row("DELETE /proxies/x", "", 404, "proxy not found"),
        Row("PATCH /proxies/p", "{", 400, bad + "unexpected EOF"),
        Row(
            "POST /proxies/p", "7", 400,
            unmarshal + "number into Go value of type toxiproxy.Proxy"),
    ]

    private static let toxicRows: [Row] = [
        Row("GET /proxies/x/toxics", "", 404, "proxy not found"),
        Row("POST /proxies/x/toxics", "{", 404, "proxy not found"),
        Row("GET /proxies/x/toxics/t", "", 404, "proxy not found"),
        Row("PATCH /proxies/x/toxics/t", "{", 404, "proxy not found"),
        Row("DELETE /proxies/x/toxics/t", "", 404, "proxy not found"),
        Row("GET /proxies/p/toxics/x", "", 404, "toxic not found"),
        Row("PATCH /proxies/p/toxics/x", "{", 404, "toxic not found"),
        Row("POST /proxies/p/toxics/x", "{", 404, "toxic not found"),
        Row("DELETE /proxies/p/toxics/x", "", 404, "toxic not found"),
        Row("POST /proxies/p/toxics", "", 400, bad + "EOF"),
        Row(
            "POST /proxies/p/toxics", #"{"type":"latency","stream":"sideways"}"#, 400,
            "stream was invalid, can be either upstream or downstream"),
        Row(
            "POST /proxies/p/toxics", #"{"type":"nope","stream":""}"#, 400,
            "stream was invalid, can be either upstream or downstream"),
        Row("POST /proxies/p/toxics", #"{"type":"nope","name":"t"}"#, 400, "invalid toxic type"),
        Row("POST /proxies/p/toxics", "{}", 400, "invalid toxic type"),
        Row(
            "POST /proxies/p/toxics", #"{"type":"noop","name":"t","stream":"upstream"}"#, 409,
            "toxic already exists"),
        Row(
            "POST /proxies/p/toxics", #"{"type":"latency","attributes":{"latency":1.5}}"#, 400,
            unmarshal
                + "number 1.5 into Go struct field LatencyToxic.attributes.latency of type int64"),
        Row(
            "POST /proxies/p/toxics", #"{"type":"slow_close","attributes":{"delay":"1"}}"#, 400,
            unmarshal
                + "string into Go struct field SlowCloseToxic.attributes.delay of type int64"),
        Row(
            "PATCH /proxies/p/toxics/t", #"{"toxicity":"half"}"#, 400,
            unmarshal + "string into Go struct field ToxicWrapper.toxicity of type float32"),
    ]

    private static let ourRows: [Row] = [
        Row(
            "POST /proxies/p/toxics", #"{"type":"noop","lease_ms":0}"#, 400,
            bad + "lease_ms is 0; accepted: 1 to 60000"),
        Row(
            "POST /proxies/p/toxics", #"{"type":"noop","lease_ms":60001}"#, 400,
            bad + "lease_ms is 60001; accepted: 1 to 60000"),
        Row(
            "PATCH /proxies/p", #"{"enabled":false,"lease_ms":-1}"#, 400,
            bad + "lease_ms is -1; accepted: 1 to 60000"),
        Row(
            "POST /proxies/p/toxics", #"{"type":"s3_hang"}"#, 400,
            bad + "s3_hang strikes requests: only a proxy that speaks http has them"),
        Row(
            "POST /proxies/p/toxics", #"{"type":"s3_bandwidth"}"#, 400,
            bad + "rate is bytes per second, and above 0"),
        Row(
            "POST /proxies/p/toxics", #"{"type":"s3_status","attributes":{"status":99}}"#, 400,
            bad + "status 99: accepted: 200 to 599"),
        Row(
            "POST /proxies/p/toxics", #"{"type":"s3_hang","attributes":{"methods":["get"]}}"#, 400,
            bad + "methods 'get': accepted: GET, HEAD, PUT, POST, DELETE"),
        Row(
            "POST /proxies", #"{"name":"q","upstream":"a:1","speaks":"ftp"}"#, 400,
            bad + "speaks 'ftp': accepted: tcp, http"),
        Row(
            "POST /proxies", #"{"name":"q","upstream":"a:1","tls_key":"k.pem"}"#, 400,
            bad + "tls_certificate and tls_key belong together"),
        Row(
            "PATCH /proxies/p", #"{"upstream_ca":"/nowhere.pem"}"#, 400,
            bad + "upstream_ca '/nowhere.pem' cannot be read: No such file or directory"),
        Row("GET /leases/x", "", 404, "lease not found"),
        Row("DELETE /leases/x", "", 404, "lease not found"),
        Row("POST /leases/x/renew", "", 404, "lease not found"),
        Row("GET /proxies/x/counts", "", 404, "proxy not found"),
        Row("GET /proxies/p/arrivals", "", 400, "since_ns is missing"),
        Row(
            "GET /proxies/p/arrivals?since_ns=now", "", 400,
            "since_ns is 'now'; accepted: a whole number"),
        Row("GET /proxies/p/operations?limit=0", "", 400, "limit is 0; accepted: 1 to 10000"),
    ]

    @Test(arguments: Self.rows) func aRefusalIsSaidAsToxiproxySaysIt(_ row: Row) async throws {
        try await withAPI { api in
            try await api.create()
            try await api.done("POST /proxies/p/toxics", #"{"type":"noop","name":"t"}"#)
            let before = try await api.call("GET /proxies")
            let response = try await api.call(row.request, row.body)
            let error = String(decoding: JSON.string(row.error).bytes, as: UTF8.self)
            #expect(response.text == #"{"error":\#(error),"status":\#(row.status)}"# + "\n")
            #expect(response.status == row.status)
            #expect(response.headers["Content-Type"] == "text/plain; charset=utf-8")
            #expect(response.headers["X-Content-Type-Options"] == "nosniff")
            #expect(response.headers["X-Toxiproxy-Request-Id"]?.isEmpty == false)
            // What is refused has changed nothing.
            #expect(try await api.call("GET /proxies").text == before.text)
        }
    }

    @Test func aPortThatIsTakenIsToldAsGoTellsIt() async throws {
        try await withAPI { api in
            let port = try await api.create()
            let response = try await api.call(
                "POST /proxies",
                #"{"name":"q","upstream":"127.0.0.1:9","listen":"127.0.0.1:\#(port)"}"#)
            let error = "listen tcp 127.0.0.1:\(port): bind: address already in use"
            #expect(response.status == 500)
            #expect(response.text == #"{"error":"\#(error)","status":500}"# + "\n")
            #expect(try await api.done("GET /proxies").names == ["p"])
        }
    }

    @Test(arguments: [
        ("[{}]", 400, "missing required field: name at proxy 1"),
        (
            #"[{"name":"a","upstream":"a:1","enabled":false},{"name":"b"}]"#, 400,
            "missing required field: upstream at proxy 2"
        ),
        (
            "{}", 400,
            "bad request body: json: cannot unmarshal object into Go value of type "
                + "[]toxiproxy.Proxy"
        ),
        ("", 400, "bad request body: EOF"),
        (
            #"[{"name":"a","upstream":"a:1"},{"name":"a","upstream":"a:2"}]"#, 500,
            #"duplicate proxy name \"a\""#
        ),
    ])
    func aWrongListChangesNothingAndItsErrorIsJSON(
        _ body: String, _ status: Int, _ error: String
    ) async throws {
        try await withAPI { api in
            let response = try await api.call("POST /populate", body)
            #expect(response.status == status)
            #expect(response.text == #"{"error":"\#(error)","status":\#(status),"proxies":null}"#)
            #expect(response.headers["Content-Type"] == "application/json")
            #expect(try await api.call("GET /proxies").text == "{}")
        }
    }

    @Test(arguments: [
        "GET /", "GET /nowhere", "GET /proxies/", "GET //proxies", "GET /proxies/p/nothing",
        "GET /proxies/p/toxics/t/more", "GET /metrics", "GET /leases/x/y",
    ])
    func anUnknownPathIsNotThere(_ request: String) async throws {
        try await withAPI { api in
            let response = try await api.call(request)
            #expect(response.status == 404)
            #expect(response.text == "404 page not found\n")
            #expect(response.headers["Content-Type"] == "text/plain; charset=utf-8")
        }
    }

    @Test(arguments: [
        "POST /version", "HEAD /version", "DELETE /proxies", "PUT /proxies/p", "GET /reset",
        "GET /populate", "PATCH /proxies/p/toxics", "PUT /proxies/p/toxics/t", "POST /leases",
        "GET /leases/x/renew", "PATCH /leases/x", "POST /proxies/p/counts",
    ])
    func aWrongMethodGetsAnEmptyAnswer(_ request: String) async throws {
        try await withAPI { api in
            let response = try await api.call(request)
            #expect(response.status == 405)
            #expect(response.body.isEmpty)
        }
    }
}
