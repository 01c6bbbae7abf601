import FaultProxy
import S3Sandbox
import Testing

/// Exchanges that well-behaved clients and storages do not show.
@Suite(.timeLimit(.minutes(2)))
struct RawExchangeTests {
    /// curl and the SDKs of AWS ask before they send a body, and wait for the answer.
    @Test func whoExpectsToContinueIsToldSoOnce() async throws {
        let bodies = Recorder<String>()
        let storage = try RawStorage { connection in
            guard connection.readText(until: "\r\n\r\n").contains("xpect: 100-continue") else {
                return
            }
            connection.send("HTTP/1.1 100 Continue\r\n\r\n")
            bodies.add(connection.readText(until: "hello"))
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            _ = connection.readText(until: "hello")
        }
        defer { storage.stop() }
        let upstream = Upstream(host: "127.0.0.1", port: storage.port)
        let proxy = try await ProxyServer(upstream: upstream)
        let connection = try #require(RawConnection(port: proxy.port))
        connection.send(
            "PUT /bucket/key HTTP/1.1\r\nhost: x\r\nExpect: 100-continue\r\n"
                + "content-length: 5\r\nconnection: close\r\n\r\n")
        let leave = await connection.text(until: "\r\n\r\n")
        #expect(leave == "HTTP/1.1 100 Continue\r\n\r\n")
        connection.send("hello")
        let rest = await connection.rest()
        #expect(rest.text.hasPrefix("HTTP/1.1 200 "))
        #expect(!rest.text.contains("100 Continue"))
        #expect(bodies.all == ["hello"])
        #expect(proxy.counts().forwarded == 1 && proxy.counts().answered == 1)
        await proxy.stop()
    }

    @Test func whoExpectsToContinueLearnsOfAnInjectedStatus() async throws {
        try await withPlainProxy(answering: []) { proxy, requests in
            let lease = try await proxy.inject(Fault(.status(503)), lease: .seconds(60))
            let connection = try #require(RawConnection(port: proxy.port))
            connection.send(
                "PUT /bucket/key HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n"
                    + "content-length: 5\r\nconnection: close\r\n\r\n")
            let leave = await connection.text(until: "\r\n\r\n")
            #expect(leave == "HTTP/1.1 100 Continue\r\n\r\n")
            connection.send("hello")
            #expect(await connection.rest().text.hasPrefix("HTTP/1.1 503 "))
            #expect(requests.all.isEmpty)
            try await proxy.lift(lease.token)
        }
    }

    /// A storage may answer before it has read a request, and is then in the middle of it.
    @Test func aRequestAfterAnEarlyAnswerStandsByItself() async throws {
        let heads = Recorder<String>()
        let storage = try RawStorage { connection in
            while true {
                let head = connection.readText(until: "\r\n\r\n")
                guard head.hasSuffix("\r\n\r\n") else { return }
                heads.add(String(head.prefix { $0 != "\r\n" }))
                connection.send("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
            }
        }
        defer { storage.stop() }
        let upstream = Upstream(host: "127.0.0.1", port: storage.port)
        let proxy = try await ProxyServer(upstream: upstream)
        let connection = try #require(RawConnection(port: proxy.port))
        connection.send("PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf-")
        #expect(await connection.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 403 "))
        connection.send("whole" + "GET /bucket/other HTTP/1.1\r\nhost: x\r\n\r\n")
        #expect(await connection.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 403 "))
        #expect(heads.all == ["PUT /bucket/key HTTP/1.1", "GET /bucket/other HTTP/1.1"])
        await proxy.stop()
    }
}
