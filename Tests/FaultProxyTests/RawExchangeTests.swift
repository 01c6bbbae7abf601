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

    /// Storages answer to HEAD in chunks when they would answer so to GET: none of them comes.
    @Test func anAnswerToHeadHasNoBodyHoweverItIsFramed() async throws {
        let storage = try RawStorage { connection in
            while connection.readText(until: "\r\n\r\n").hasSuffix("\r\n\r\n") {
                connection.send("HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n")
            }
        }
        defer { storage.stop() }
        let upstream = Upstream(host: "127.0.0.1", port: storage.port)
        let proxy = try await ProxyServer(upstream: upstream)
        let connection = try #require(RawConnection(port: proxy.port))
        for _ in 0..<3 {
            connection.send("HEAD /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n")
            let head = await connection.text(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 404 "))
        }
        #expect(proxy.counts().answered == 3)
        await proxy.stop()
    }

    /// The storage ends its answer with the connection; the client can go on.
    @Test func aBodyWithoutALengthIsSentInChunks() async throws {
        let storage = try RawStorage { connection in
            _ = connection.readText(until: "\r\n\r\n")
            connection.send("HTTP/1.0 200 OK\r\n\r\nhello")
        }
        defer { storage.stop() }
        let upstream = Upstream(host: "127.0.0.1", port: storage.port)
        let proxy = try await ProxyServer(upstream: upstream)
        let connection = try #require(RawConnection(port: proxy.port))
        for _ in 0..<2 {
            connection.send("GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n")
            let answer = await connection.text(until: "0\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("hello"))
        }
        let old = try #require(RawConnection(port: proxy.port))
        old.send("GET /bucket/key HTTP/1.0\r\n\r\n")
        let rest = await old.rest()
        #expect(rest.text.hasSuffix("\r\n\r\nhello") && rest.end == .closed)
        await proxy.stop()
    }

    /// Java asks for HTTP/2 so. A proxy that let it pass could not read what follows.
    @Test func anUpgradeIsNotPassedOnAndEndsTheConnection() async throws {
        let heads = Recorder<String>()
        let storage = try RawStorage { connection in
            while case let head = connection.readText(until: "\r\n\r\n"),
                head.hasSuffix("\r\n\r\n")
            {
                heads.add(head.lowercased())
                connection.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            }
        }
        defer { storage.stop() }
        let upstream = Upstream(host: "127.0.0.1", port: storage.port)
        let proxy = try await ProxyServer(upstream: upstream)
        let connection = try #require(RawConnection(port: proxy.port))
        connection.send(
            "GET /bucket/key HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, HTTP2-Settings\r\n"
                + "upgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n")
        let rest = await connection.rest()
        #expect(rest.text.hasPrefix("HTTP/1.1 200 ") && rest.text.contains("connection: close"))
        #expect(rest.end == .closed)
        let head = try #require(heads.all.first)
        #expect(!head.contains("upgrade") && !head.contains("http2-settings"))
        await proxy.stop()
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
