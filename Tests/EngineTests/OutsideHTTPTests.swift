import DRTesting
import S3Sandbox
import Testing

@testable import Engine

/// Requests to a service outside.
@Suite(.timeLimit(.minutes(1))) struct OutsideHTTPTests {
    private let secret = "planted-in-the-environment"

    /// A service that notes what it is asked, and answers by the path.
    private func use(
        _ body: (Int, Inbox<LoopbackServer.Request>) async throws -> Void
    ) async throws {
        let inbox = Inbox<LoopbackServer.Request>()
        // Nobody writes to it: whoever waits for it waits until the service is stopped.
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let server = try await LoopbackServer { request in
            inbox.add(request)
            switch request.target {
            case "/away": return Self.response(302, location: "/other")
            case "/full": return LoopbackServer.Response(status: 200, body: Self.zeros(1 << 20))
            case "/long":
                return LoopbackServer.Response(status: 200, body: Self.zeros(1 << 20 | 1))
            case "/never":
                for await _ in gate {}
                return LoopbackServer.Response(status: 200)
            case "/broken": return LoopbackServer.Response(status: 500, body: Array("why".utf8))
            default: return LoopbackServer.Response(status: 200, body: Array("fine".utf8))
            }
        }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(server.port, inbox))
        } catch {
            result = .failure(error)
        }
        opening.finish()
        await server.stop()
        try result.get()
    }

    private static func response(_ status: Int, location: String) -> LoopbackServer.Response {
        LoopbackServer.Response(status: status, headers: [(name: "Location", value: location)])
    }

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 48, count: count) }

    private func caller(_ hosts: String...) -> OutsideCaller {
        OutsideRig.caller(
            Allowance(hosts: hosts, environment: ["TOKEN"]), environment: ["TOKEN": secret])
    }

    private func call(
        _ url: String, timeout: Duration = .seconds(30),
        expecting expected: Set<Int>? = HTTPCall.successes
    ) -> OutsideCall {
        .http(HTTPCall(url: url, timeout: timeout, expectedStatus: expected))
    }

    @Test func aRequestArrivesAsItIsWritten() async throws {
        try await use { port, inbox in
            var request = HTTPCall(method: "POST", url: "http://127.0.0.1:\(port)/a?b=${TOKEN}")
            request.headers = [NamedValue("Authorization", "Bearer ${TOKEN}")]
            request.body = "token=${TOKEN}"
            let result = try await caller("127.0.0.1:\(port)").perform(.http(request))
            #expect(result.status == 200)
            #expect(result.body == Array("fine".utf8))
            let seen = try #require(inbox.all.first)
            #expect(seen.method == "POST")
            #expect(seen.target == "/a?b=\(secret)")
            #expect(seen.header("authorization") == "Bearer \(secret)")
            #expect(seen.body == Array("token=\(secret)".utf8))
        }
    }

    /// However an address is written, it is one of those that are allowed, or it is not.
    @Test(arguments: ["[::ffff:127.0.0.1]", "127.0.0.%31", "LOCALHOST"])
    func aHostIsAllowedHoweverItIsWritten(_ host: String) async throws {
        try await use { port, inbox in
            let url = "http://\(host):\(port)/"
            let result = try await caller("127.0.0.1", "localhost").perform(call(url))
            #expect(result.status == 200)
            let failure = await OutsideRig.failure(of: call(url), by: caller("127.0.0.2"))
            #expect(failure?.code == .notAllowed)
            #expect(inbox.all.count == 1)
        }
    }

    @Test func aHostThatIsNotAllowedHearsNothing() async throws {
        try await use { port, inbox in
            let caller = caller("127.0.0.1:\(port + 1)", "localhost:\(port)")
            let failure = await OutsideRig.failure(
                of: call("http://127.0.0.1:\(port)/"), by: caller)
            #expect(failure?.code == .notAllowed)
            #expect(inbox.all.isEmpty)
        }
    }

    @Test func aNameIsConnectedToByTheAddressThatWasLookedAt() async throws {
        try await use { port, inbox in
            let result = try await caller("localhost").perform(call("http://localhost:\(port)/"))
            #expect(result.status == 200)
            #expect(inbox.all.first?.header("host") == "localhost:\(port)")
        }
    }

    /// The system takes this name for the address of no host, on which the service would answer.
    @Test func aNameOfASpecialAddressIsRefusedUnlessTheAddressIsAllowed() async throws {
        try await use { port, inbox in
            let call = call("http://0:\(port)/")
            #expect(await OutsideRig.failure(of: call, by: caller("0"))?.code == .notAllowed)
            #expect(inbox.all.isEmpty)
            let allowed = try await caller("0", "0.0.0.0").perform(call)
            #expect(allowed.status == 200)
        }
    }

    @Test func aRedirectIsNotFollowed() async throws {
        try await use { port, inbox in
            let caller = caller("127.0.0.1")
            let url = "http://127.0.0.1:\(port)/away"
            let failure = await OutsideRig.failure(of: call(url), by: caller)
            #expect(failure?.code == .unexpected)
            let end = "the answer was 302, not 200, 201, 202, 204"
            #expect(failure?.message.hasSuffix(end) == true)
            let redirect = try await caller.perform(call(url, expecting: nil))
            #expect(redirect.status == 302)
            #expect(inbox.all.map(\.target) == ["/away", "/away"])
        }
    }

    @Test func anAnswerHasALimit() async throws {
        try await use { port, _ in
            let caller = caller("127.0.0.1")
            let full = try await caller.perform(call("http://127.0.0.1:\(port)/full"))
            #expect(full.body.count == 1 << 20)
            let failure = await OutsideRig.failure(
                of: call("http://127.0.0.1:\(port)/long"), by: caller)
            #expect(failure?.code == .unexpected)
        }
    }

    @Test func whoDoesNotAnswerIsGivenUp() async throws {
        try await use { port, inbox in
            let failure = await OutsideRig.failure(
                of: call("http://127.0.0.1:\(port)/never", timeout: .milliseconds(200)),
                by: caller("127.0.0.1"))
            #expect(failure?.code == .timedOut)
            #expect(inbox.all.count == 1)
        }
    }

    @Test func whoIsNotThereIsTold() async throws {
        let failure = await OutsideRig.failure(
            of: call("http://127.0.0.1:1/"), by: caller("127.0.0.1"))
        #expect(failure?.code == .failed)
        #expect(failure?.message == "GET http://127.0.0.1:1/: Connection refused")
    }

    @Test func whoSpeaksNoTLSIsToldInOneWord() async throws {
        try await use { port, _ in
            let url = "https://127.0.0.1:\(port)/"
            let failure = await OutsideRig.failure(of: call(url), by: caller("127.0.0.1"))
            #expect(failure?.message == "GET \(url): TLS: WRONG_VERSION_NUMBER")
        }
    }

    @Test func noMessageHasASecret() async throws {
        try await use { port, _ in
            let caller = caller("127.0.0.1")
            let url = "http://127.0.0.1:\(port)/broken"
            var broken = HTTPCall(url: url, expectedStatus: HTTPCall.successes)
            broken.headers = [NamedValue("X-Token", "${TOKEN}")]
            let failure = try #require(
                await OutsideRig.failure(of: .http(broken), by: caller))
            #expect(!failure.message.contains(secret))
            let words = call("http://127.0.0.1:\(port)/${TOKEN}?${TOKEN}").words
            #expect(words == "GET http://127.0.0.1:\(port)/${TOKEN}")
        }
    }

    @Test func aSecretCannotBeginAnotherHeader() async throws {
        try await use { port, inbox in
            let lines = "planted-secret\r\nX-Other: 1"
            let caller = OutsideRig.caller(
                Allowance(hosts: ["127.0.0.1"], environment: ["TOKEN"]),
                environment: ["TOKEN": lines])
            var request = HTTPCall(url: "http://127.0.0.1:\(port)/")
            request.headers = [NamedValue("Authorization", "${TOKEN}")]
            let failure = await OutsideRig.failure(of: .http(request), by: caller)
            #expect(failure?.code == .unusable)
            #expect(failure?.message.contains("planted") == false)
            #expect(inbox.all.isEmpty)
        }
    }

    @Test(arguments: [
        "ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "http://", "http://me@127.0.0.1/",
        "http://me:secret@127.0.0.1/", "unix:///run/a.sock", "http+unix://%2Frun%2Fa.sock/",
        "http://127.0.0.1:0/", "http://127.0.0.1:65536/", "http://127.0.0.1:8081@127.0.0.2/",
        "https://127.0.0.1:99999/",
    ])
    func otherURLsAreRefused(_ url: String) async {
        let failure = await OutsideRig.failure(of: call(url), by: caller("127.0.0.1", "me"))
        #expect(failure?.code == .unusable)
    }
}
