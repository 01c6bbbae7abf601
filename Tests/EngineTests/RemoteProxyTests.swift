import ChaosToolkit
import DRTesting
import FaultProxy
import S3
import Testing
import Wire

@testable import Engine

/// What a run learns of a standalone proxy. Against a real one.
@Suite(.timeLimit(.minutes(2))) struct RemoteProxyTests {
    private static func proxy(
        _ standalone: StandaloneProxy, named name: String = "storage",
        _ seen: Inbox<SeenOperation> = Inbox()
    ) -> RemoteProxy {
        RemoteProxy(name: name, client: standalone.api, record: { seen.add($0) }, tear: {})
    }

    @Test func everyRequestIsToldOnceAndInOrder() async throws {
        try await StandaloneProxy.use { standalone in
            let bucket = StandaloneProxy.bucket
            // Before anybody listens.
            try await standalone.proxied.put([1], to: "early", in: bucket)
            let seen = Inbox<SeenOperation>()
            let proxy = Self.proxy(standalone, seen)
            let found = try await proxy.connect()
            #expect(found.hasPrefix("proxy 'storage' stands before 127.0.0.1:"))
            let start = ContinuousClock.now
            try await standalone.proxied.put(
                [1, 2], to: "a", in: bucket, metadata: ["dr-seq": "4"])
            _ = try await standalone.proxied.get("a", in: bucket)
            async let first: Void = proxy.catchUp()
            async let second: Void = proxy.catchUp()
            _ = try await (first, second)
            #expect(seen.all.map(\.method) == ["PUT", "GET"])
            #expect(seen.all.map(\.key) == ["a", "a"])
            let put = try #require(seen.all.first)
            #expect(put.agent == "some-service")
            #expect(put.metadata == ["dr-seq": "4"])
            #expect(put.status == 200)
            #expect(!put.isStruck)
            #expect(put.received >= start && put.received <= put.finished)
            #expect(put.finished <= .now)
            await proxy.stop()
        }
    }

    @Test func theFeedGoesOnByItself() async throws {
        try await StandaloneProxy.use { standalone in
            let seen = Inbox<SeenOperation>()
            let proxy = Self.proxy(standalone, seen)
            _ = try await proxy.connect()
            for number in 0..<5 {
                try await standalone.proxied.put([1], to: "\(number)", in: StandaloneProxy.bucket)
            }
            try await eventually("all requests are told") { seen.all.count == 5 }
            await proxy.stop()
        }
    }

    @Test func countsAreThoseOfTheProxy() async throws {
        try await StandaloneProxy.use { standalone in
            let proxy = Self.proxy(standalone)
            _ = try await proxy.connect()
            let start = ContinuousClock.now
            for key in ["a", "b"] {
                try await standalone.proxied.put([1], to: key, in: StandaloneProxy.bucket)
            }
            _ = try await standalone.proxied.get("a", in: StandaloneProxy.bucket)
            let counts = try await proxy.counts(of: nil)
            #expect(counts.requests == 3 && counts.answered == 3 && counts.faulted == 0)
            #expect(counts.requestsByMethod == ["PUT": 2, "GET": 1])
            #expect(try await proxy.counts(of: "somebody else").requests == 0)
            let all = try await proxy.requests(of: nil, since: start, until: nil, methods: nil)
            #expect(all == 3)
            let writes = try await proxy.requests(
                of: "some-service", since: start, until: .now, methods: ["PUT", "DELETE"])
            #expect(writes == 2)
            let before = try await proxy.requests(
                of: nil, since: start - .seconds(1), until: start, methods: nil)
            #expect(before == 0)
            #expect(try await proxy.faultsInForce == 0)
            #expect(await proxy.clockError == .zero)
            await proxy.stop()
        }
    }

    // MARK: Others

    /// Its numbers begin again, and may have passed the last one that was told.
    @Test func aProxyThatWasStartedAnewIsTold() async throws {
        try await StandaloneProxy.use { standalone in
            let (seen, torn) = (Inbox<SeenOperation>(), Inbox<Int>())
            let proxy = RemoteProxy(
                name: "storage", client: standalone.api, mark: "dr-a", record: { seen.add($0) },
                tear: { torn.add(1) })
            _ = try await proxy.connect()
            // What is told is asked for below.
            await proxy.stop()
            try await standalone.proxied.put([1], to: "a", in: StandaloneProxy.bucket)
            try await proxy.catchUp()
            #expect(seen.all.count == 1 && torn.all.isEmpty)
            let old = try await standalone.api.demand("GET", "/proxies/storage").body
            let again: JSONValue = [
                "name": "storage", "speaks": "http",
                "listen": .string(old["listen"]?.stringValue ?? ""),
                "upstream": .string(old["upstream"]?.stringValue ?? ""),
            ]
            _ = try await standalone.api.demand("DELETE", "/proxies/storage")
            _ = try await standalone.api.demand("POST", "/proxies", again)
            for key in ["b", "c", "d"] {
                // The first one may still find the connection of before.
                _ = try? await standalone.proxied.put([1], to: key, in: StandaloneProxy.bucket)
            }
            try await proxy.catchUp()
            #expect(torn.all.count == 1)
            let disturbance = await proxy.disturbance()
            #expect(disturbance == "proxy 'storage' was started anew during the run")
        }
    }

    @Test func whatOthersDoToAProxyIsToldOnce() async throws {
        try await StandaloneProxy.use { standalone in
            let proxy = RemoteProxy(
                name: "storage", client: standalone.api, mark: "dr-a", record: { _ in }, tear: {})
            _ = try await proxy.connect()
            let own: JSONValue = ["type": "s3_hang", "name": "dr-a-1", "lease_ms": 60_000]
            _ = try await standalone.api.demand("POST", "/proxies/storage/toxics", own)
            let nothing = await proxy.disturbance()
            #expect(nothing == nil)
            let other: JSONValue = ["type": "latency", "name": "slow", "lease_ms": 60_000]
            _ = try await standalone.api.demand("POST", "/proxies/storage/toxics", other)
            // By then the feed has looked.
            try await Task.sleep(for: .seconds(2))
            _ = try await standalone.api.demand("DELETE", "/proxies/storage/toxics/slow")
            let told = await proxy.disturbance()
            #expect(told?.contains("a fault of somebody else, 'slow'") == true)
            _ = try await standalone.api.demand("PATCH", "/proxies/storage", ["enabled": false])
            try await eventually("what is over is told no more") {
                await proxy.disturbance()?.contains("was disabled by somebody else") == true
            }
            await proxy.stop()
        }
    }

    // MARK: Prerequisites

    private static func refusal(
        of name: String, _ standalone: StandaloneProxy
    ) async -> String? {
        do {
            _ = try await proxy(standalone, named: name).connect()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func aProxyThatIsNotThereIsNamed() async throws {
        try await StandaloneProxy.use { standalone in
            let refusal = await Self.refusal(of: "disk", standalone)
            #expect(
                refusal == "there is no proxy 'disk' at \(standalone.url); create it first")
        }
    }

    @Test func aProxyMustSpeakHTTPAndBeWhole() async throws {
        try await StandaloneProxy.use { standalone in
            let plain: JSONValue = [
                "name": "plain", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1",
            ]
            _ = try await standalone.api.demand("POST", "/proxies", plain)
            let refusal = await Self.refusal(of: "plain", standalone) ?? ""
            #expect(refusal.hasPrefix("proxy 'plain' does not speak HTTP"))

            let toxic: JSONValue = ["type": "s3_hang", "name": "left"]
            _ = try await standalone.api.demand("POST", "/proxies/storage/toxics", toxic)
            #expect(
                await Self.refusal(of: "storage", standalone)
                    == "proxy 'storage' has 1 fault in force already")
            _ = try await standalone.api.demand("DELETE", "/proxies/storage/toxics/left")

            _ = try await standalone.api.demand("PATCH", "/proxies/storage", ["enabled": false])
            #expect(
                await Self.refusal(of: "storage", standalone) == "proxy 'storage' is disabled")
        }
    }

    @Test func aWrongTokenIsRefusedAndAppearsNowhere() async throws {
        try await StandaloneProxy.use { standalone in
            let client = try FaultProxyClient(url: standalone.url, token: "wrong-top-secret")
            let proxy = RemoteProxy(
                name: "storage", client: client, record: { _ in }, tear: {})
            let error = await #expect(throws: RunnerError.self) { _ = try await proxy.connect() }
            #expect(error?.message.contains("401") == true)
            #expect(error?.message.contains("top-secret") == false)
            await client.shutdown()
        }
    }

    @Test func anAPIThatIsAwayIsAnErrorAndNoNumber() async throws {
        let client = try FaultProxyClient(url: "http://127.0.0.1:1", token: nil)
        let proxy = RemoteProxy(name: "storage", client: client, record: { _ in }, tear: {})
        await #expect(throws: FaultProxyCallError.self) { _ = try await proxy.counts(of: nil) }
        await #expect(throws: (any Error).self) {
            _ = try await proxy.requests(of: nil, since: .now, until: nil, methods: nil)
        }
        await client.shutdown()
    }

    @Test(arguments: ["127.0.0.1:8474", "ftp://127.0.0.1", "http://", ""])
    func whatIsNoAddressIsRefused(_ url: String) {
        #expect(throws: FaultProxyCallError.self) {
            _ = try FaultProxyClient(url: url, token: nil)
        }
    }
}
