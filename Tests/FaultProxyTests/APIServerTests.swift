import Foundation
import Testing

@testable import FaultProxy

/// The API over HTTP, and what is sent to it by those who mean no good.
@Suite(.timeLimit(.minutes(2))) struct APIServerTests {
    private static let token = "a-token-of-enough-letters"

    private func withServer(
        token: String? = nil, _ body: (Int) async throws -> Void
    ) async throws {
        let registry = ProxyRegistry()
        var options = ControlServer.Options()
        (options.token, options.version) = (token, "0.1.0")
        let server = try await ControlServer(
            registry, listen: ListenAddress(host: "127.0.0.1", port: 0), options: options)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(server.address.port))
        } catch {
            result = .failure(error)
        }
        await server.stop()
        await registry.stop()
        try result.get()
    }

    @Test func anAnswerHasItsLengthAndNumber() async throws {
        try await withServer { port in
            let answer = try await exchange("GET /proxies", port: port)
            #expect(answer.status == 200 && answer.body == "{}")
            #expect(answer.headers["content-length"] == "2")
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.headers["x-toxiproxy-request-id"]?.isEmpty == false)
            let reset = try await exchange("POST /reset", port: port)
            #expect(reset.status == 204 && reset.headers["content-length"] == nil)
            let wrong = try await exchange("PUT /proxies", port: port)
            #expect(wrong.status == 405 && wrong.headers["content-length"] == "0")
            #expect(wrong.headers["x-toxiproxy-request-id"] == nil)
        }
    }

    @Test func anAnswerToHEADHasNoBody() async throws {
        try await withServer { port in
            let connection = try #require(RawConnection(port: port))
            connection.send(
                "HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "GET /proxies HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await connection.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 404"))
            #expect(await connection.text(until: "{}").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    /// Who speaks HTTP/1.0 waits for the end of the connection.
    @Test func anOldClientGetsAnEnd() async throws {
        try await withServer { port in
            let connection = try #require(RawConnection(port: port))
            connection.send("GET /proxies HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let (text, end) = await connection.rest()
            #expect(text.hasSuffix("{}") && end == .closed, "\(text)")
        }
    }

    @Test func aBrowserIsSentAway() async throws {
        try await withServer { port in
            let answer = try await exchange(
                "GET /proxies", port: port, headers: ["User-Agent: Mozilla/5.0 (X11)"])
            #expect(answer.status == 403 && answer.body == "User agent not allowed\n")
        }
    }

    @Test(arguments: [
        "", "Authorization: Bearer wrong", "Authorization: Bearer a-token-of-enough-lettert",
        "Authorization: Basic a-token-of-enough-letters", "Authorization: Bearer ",
    ])
    func whoDoesNotKnowTheTokenMayDoNothing(_ header: String) async throws {
        try await withServer(token: Self.token) { port in
            let headers = header.isEmpty ? [] : [header]
            for request in [
                "GET /proxies", "POST /proxies", "POST /populate", "POST /reset", "GET /leases",
                "GET /leases/a", "DELETE /leases/a", "POST /leases/a/renew", "GET /proxies/p",
                "PATCH /proxies/p", "DELETE /proxies/p", "GET /proxies/p/toxics",
                "POST /proxies/p/toxics", "PATCH /proxies/p/toxics/t", "GET /proxies/p/counts",
                "GET /proxies/p/arrivals", "GET /proxies/p/operations",
            ] {
                let answer = try await exchange(request, port: port, headers: headers)
                #expect(answer.status == 401, "\(answer)")
                #expect(answer.headers["www-authenticate"] == "Bearer")
            }
            #expect(try await exchange("GET /version", port: port, headers: headers).status == 200)
        }
    }

    @Test(arguments: ["Bearer", "bearer"])
    func whoKnowsTheTokenMayDoEverything(_ scheme: String) async throws {
        try await withServer(token: Self.token) { port in
            let headers = ["Authorization: \(scheme) \(Self.token)"]
            let answer = try await exchange("GET /proxies", port: port, headers: headers)
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: ["0.0.0.0", "", "::"])
    func othersReachItOnlyWithAToken(_ host: String) async throws {
        let registry = ProxyRegistry()
        await #expect(throws: FaultProxyError.with(.cannotListen)) {
            try await ControlServer(registry, listen: ListenAddress(host: host, port: 0))
        }
        await registry.stop()
    }

    @Test func aConnectionServesOneRequestAfterAnother() async throws {
        try await withServer { port in
            let connection = try #require(RawConnection(port: port))
            let request = "GET /proxies HTTP/1.1\r\nHost: a\r\n\r\n"
            // Sent at once, before the first is answered.
            connection.send(request + request + "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n")
            for _ in 0..<2 {
                #expect(await connection.text(until: "{}").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
            #expect(await connection.text(until: "found\n").hasPrefix("HTTP/1.1 404"))
        }
    }

    @Test func aBodyThatIsTooLargeIsRefused() async throws {
        try await withServer { port in
            let body = String(repeating: " ", count: (1 << 20) + 1)
            let answer = try await exchange("POST /populate", port: port, body: body)
            #expect(answer.status == 413, "\(answer)")
            let most = "[" + String(repeating: " ", count: (1 << 20) - 2) + "]"
            #expect(try await exchange("POST /populate", port: port, body: most).status == 201)
        }
    }

    @Test func whoAsksFirstMaySendItsBody() async throws {
        try await withServer { port in
            let connection = try #require(RawConnection(port: port))
            connection.send(
                "POST /populate HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                    + "Expect: 100-continue\r\nConnection: close\r\n\r\n")
            #expect(await connection.text(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            connection.send("[]")
            #expect(await connection.rest().text.hasPrefix("HTTP/1.1 201"))
        }
    }

    @Test(arguments: [
        "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\0\0\0\0\0\0\r\n\r\n",
        "GET /proxies HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET /proxies HTTP/1.1\r\nA: \(String(repeating: "a", count: 200_000))\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}fc\u{3}\u{3}\r\n\r\n",
    ])
    func garbageEndsItsConnectionAndNothingElse(_ text: String) async throws {
        try await withServer { port in
            for _ in 0..<20 {
                let connection = try #require(RawConnection(port: port))
                connection.send(text)
                let (answer, end) = await connection.rest()
                #expect(end != .silence)
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
            }
            #expect(try await exchange("GET /version", port: port).status == 200)
        }
    }

    @Test func aClientThatLeavesBeforeItsAnswerChangesNothingForOthers() async throws {
        try await withServer { port in
            for _ in 0..<200 {
                let connection = try #require(RawConnection(port: port))
                connection.send("GET /proxies HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            #expect(try await exchange("GET /version", port: port).status == 200)
        }
    }

    /// No caller waits for ever, whatever the toxic does to connections that are open.
    @Test(arguments: ["timeout", "latency", "bandwidth", "slow_close", "limit_data", "slicer"])
    func aToxicIsRemovedWhileDataIsHeldUp(_ type: String) async throws {
        try await withServer { port in
            let storage = try RawStorage { connection in
                connection.send(String(repeating: "x", count: 1 << 20))
                _ = connection.readText(until: "never")
            }
            let created = try await exchange(
                "POST /proxies", port: port,
                body: #"{"name":"p","listen":"127.0.0.1:0","#
                    + #""upstream":"127.0.0.1:\#(storage.port)"}"#)
            let address = try JSONReader.value(of: Array(created.body.utf8))["listen"].string
            let proxy = try #require(ListenAddress(address)).port
            let attributes =
                #"{"timeout":0,"latency":60000,"rate":0,"delay":60000,"bytes":1000,"#
                + #""average_size":10}"#
            let added = try await exchange(
                "POST /proxies/p/toxics", port: port,
                body: #"{"type":"\#(type)","name":"t","attributes":\#(attributes)}"#)
            #expect(added.status == 200, "\(added)")
            let clients = (0..<10).compactMap { _ in RawConnection(port: proxy) }
            #expect(clients.count == 10)
            for client in clients { client.send("hello") }
            let began = ContinuousClock.now
            let removed = try await exchange("DELETE /proxies/p/toxics/t", port: port)
            #expect(removed.status == 204, "\(removed)")
            #expect(ContinuousClock.now - began < .seconds(5))
            storage.stop()
        }
    }
}
