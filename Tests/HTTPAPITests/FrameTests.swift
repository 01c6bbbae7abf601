import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import Wire

@testable import HTTPAPI

/// What every answer has, whatever the route.
struct FrameTests {
    private static func code(of response: TestResponse) throws -> String? {
        let body = try JSONValue(json: response.text)
        #expect(body["success"] == .bool(false))
        #expect(body["error"]?.stringValue?.isEmpty == false)
        return body["code"]?.stringValue
    }

    @Test func whatIsNotThereSaysSoInTheEnvelope() async throws {
        let fixture = try await AccessFixture()
        try await fixture.test { client in
            let response = try await client.send(.get, "/nothing/here")
            #expect(response.status == .notFound)
            #expect(try Self.code(of: response) == "not_found")
        }
    }

    @Test func aMethodThatAPathHasNotNamesThoseItHas() async throws {
        let fixture = try await AccessFixture()
        try await fixture.test { client in
            let response = try await client.send(.delete, "/api/testing/tests/7")
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers[.allow] == "GET, HEAD")
            #expect(try Self.code(of: response) == "method_not_allowed")
        }
    }

    @Test func aBodyThatIsTooLargeIsRefusedBeforeItIsRead() async throws {
        let fixture = try await AccessFixture()
        try await fixture.test { client in
            let body = String(repeating: "x", count: Limits.bodySize + 1)
            let response = try await client.send(.post, "/signin", body: body)
            #expect(response.status == .contentTooLarge)
            #expect(try Self.code(of: response) == "too_large")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func aBodyThatDoesNotArriveIsNotWaitedForAnyLonger() async throws {
        let (parts, sender) = AsyncStream.makeStream(of: ByteBuffer.self)
        sender.yield(ByteBuffer(string: "{"))
        let request = Request(
            head: HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/"),
            body: RequestBody(asyncSequence: parts))
        let slow = APIError(.requestTimeout, code: "body_too_slow", "")
        await #expect(throws: slow) {
            try await Limits.body(of: request, within: .milliseconds(20))
        }
        sender.finish()
    }

    @Test func everyAnswerCarriesTheHeadersThatProtectABrowser() async throws {
        let fixture = try await AccessFixture { $0.isSecure = true }
        try await fixture.test { client in
            for path in ["/healthz", "/nothing", "/api/testing/stats"] {
                let headers = try await client.send(.get, path).headers
                let policy = try #require(headers[.contentSecurityPolicy])
                #expect(policy.hasPrefix("default-src 'none'") && !policy.contains("unsafe"))
                #expect(headers[.xContentTypeOptions] == "nosniff")
                #expect(headers[.frameOptions] == "DENY")
                #expect(headers[.strictTransportSecurity] != nil)
                #expect(headers[.requestID]?.isEmpty == false)
            }
        }
    }

    @Test func theHeadOfAnAnswerIsKeptFromWhomTheAnswerIs() async throws {
        let fixture = try await AccessFixture()
        let token = try await fixture.token(.viewer).token
        try await fixture.test { client in
            let refused = try await client.send(.head, "/api/testing/stats")
            #expect(refused.status == .unauthorized && refused.text.isEmpty)
            let status = try await client.status(.head, "/api/testing/stats", token: token)
            #expect(status == .ok)
        }
    }

    @Test func aPageOfAnswersNamesTheNext() throws {
        let rows = [Array(#"{"id":1}"#.utf8), Array(#"{"id":2}"#.utf8)]
        let next = Answer.page(rows, nextCursor: "c2").body
        let last = Answer.page([], nextCursor: nil).body
        #expect(
            String(decoding: next, as: UTF8.self)
                == #"{"success":true,"message":"ok","data":[{"id":1},{"id":2}],"next_cursor":"c2"}"#
        )
        #expect(
            String(decoding: last, as: UTF8.self)
                == #"{"success":true,"message":"ok","data":[],"next_cursor":null}"#)
    }

    @Test func aRateOfNothingIsNoLimit() {
        var buckets = RequestBuckets(rate: RequestRate(perSecond: 0))
        for _ in 0..<1000 { #expect(buckets.take(for: "ada", at: AccessClock.start) == nil) }
    }

    @Test func aCrowdOfNamesIsForgotten() {
        var buckets = RequestBuckets(rate: RequestRate(perSecond: 1, burst: 1))
        let (start, later) = (AccessClock.start, AccessClock.start + 1_000_000)
        for number in 0..<RequestBuckets.limit {
            #expect(buckets.take(for: "\(number)", at: number == 0 ? start : later) == nil)
        }
        // The first has filled again. To look at all of them for its place alone costs too much.
        #expect(buckets.take(for: "another", at: later) == nil)
        #expect(buckets.take(for: "1", at: later) == nil)
    }

    @Test func aBucketFillsAgainWithTime() {
        var buckets = RequestBuckets(rate: RequestRate(perSecond: 2, burst: 3))
        let start = AccessClock.start
        for _ in 0..<3 { #expect(buckets.take(for: "ada", at: start) == nil) }
        #expect(buckets.take(for: "ada", at: start) == 1)
        #expect(buckets.take(for: "bob", at: start) == nil)
        #expect(buckets.take(for: "ada", at: start + 500_000) == nil)
        #expect(buckets.take(for: "ada", at: start + 500_001) == 1)
        // A clock that is set back gives nothing, and takes nothing.
        #expect(buckets.take(for: "ada", at: start) == 1)
    }
}
