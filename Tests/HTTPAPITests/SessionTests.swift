import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing
import Wire

@testable import HTTPAPI

/// How a browser is signed in.
struct SessionTests {
    private static func cookie(of response: TestResponse) throws -> String {
        let header = try #require(response.headers[.setCookie])
        return try #require(header.split(separator: ";").first.map { String($0) })
    }

    private static func signIn(
        _ client: any TestClientProtocol, _ token: String
    ) async throws -> TestResponse {
        try await client.send(
            .post, "/signin", headers: [.contentType: "application/json"],
            body: #"{"token":"\#(token)"}"#)
    }

    @Test func theCookieIsKeptFromScriptsAndOtherSites() async throws {
        let fixture = try await AccessFixture { $0.isSecure = true }
        let token = try await fixture.token(.viewer).token
        try await fixture.test { client in
            let response = try await Self.signIn(client, token)
            #expect(response.status == .ok)
            #expect(
                response.headers[.setCookie]
                    == "__Host-dr_session=\(token); Path=/; Max-Age=3600; HttpOnly; "
                    + "SameSite=Strict; Secure")
        }
    }

    @Test func theCookieReadsAndChangesOnlyWithTheTokenOfThePage() async throws {
        let fixture = try await AccessFixture()
        let token = try await fixture.token(.operator).token
        try await fixture.test { client in
            let response = try await Self.signIn(client, token)
            let body = try JSONValue(json: response.text)
            let csrf = try #require(body["data"]?["csrf_token"]?.stringValue)
            var headers: HTTPFields = [.cookie: try Self.cookie(of: response)]
            let read = try await client.send(.get, "/history", headers: headers)
            #expect(read.status == .ok && read.text == "ada")
            let forged = try await client.send(.post, "/api/testing/halt", headers: headers)
            #expect(forged.status == .forbidden && forged.text.contains(#""code":"csrf""#))
            headers[.csrfToken] = csrf
            let meant = try await client.send(.post, "/api/testing/halt", headers: headers)
            #expect(meant.status == .ok)
        }
    }

    @Test func aFormLeadsToTheOverviewOrBackToTheForm() async throws {
        let fixture = try await AccessFixture()
        let token = try await fixture.token(.viewer).token
        try await fixture.test { client in
            let good = try await client.send(.post, "/signin", body: "token=\(token)")
            #expect(good.status == .seeOther && good.headers[.location] == "/")
            #expect(good.headers[.setCookie] != nil)
            let bad = try await client.send(.post, "/signin", body: "token=a.b.c")
            #expect(bad.headers[.location] == "/signin?error=unauthorized")
            #expect(bad.headers[.setCookie] == nil)
        }
    }

    @Test func noPageOfSomebodyElseSignsABrowserIn() async throws {
        let fixture = try await AccessFixture()
        let token = try await fixture.token(.viewer).token
        try await fixture.test { client in
            let response = try await client.send(
                .post, "/signin", headers: [.fetchSite: "cross-site"], body: "token=\(token)")
            #expect(response.headers[.setCookie] == nil)
        }
    }

    @Test func signingOutMakesTheBrowserForget() async throws {
        let fixture = try await AccessFixture()
        let token = try await fixture.token(.viewer).token
        try await fixture.test { client in
            let response = try await client.send(.post, "/signout", token: token)
            #expect(response.status == .ok)
            let cookie = try #require(response.headers[.setCookie])
            #expect(cookie.hasPrefix("dr_session=; Path=/; Max-Age=0;"))
        }
    }

    @Test func anAdministratorRevokesATokenForEverybody() async throws {
        let fixture = try await AccessFixture()
        let admin = try await fixture.token(.admin).token
        let lost = try await fixture.token(.viewer, subject: "bob")
        try await fixture.test { client in
            let path = "/api/testing/tokens/\(lost.tokenID)/revoke"
            let refused = try await client.send(.post, path, token: admin, body: "{}")
            #expect(refused.status == .unprocessableContent)
            #expect(try await client.status(.get, "/history", token: lost.token) == .ok)
            let done = try await client.send(
                .post, path, token: admin, body: #"{"reason":"lost"}"#)
            #expect(done.status == .ok)
            let status = try await client.status(.get, "/api/testing/stats", token: lost.token)
            #expect(status == .unauthorized)
        }
    }

    @Test func theIDOfATokenIsReadAsPathsHaveIt() async throws {
        let fixture = try await AccessFixture()
        let admin = try await fixture.token(.admin).token
        let id = "urn:x/a b"
        try await fixture.test { client in
            let path = "/api/testing/tokens/urn%3Ax%2fa%20b/revoke"
            let done = try await client.send(
                .post, path, token: admin, body: #"{"reason":"lost"}"#)
            #expect(done.status == .ok)
            for broken in ["%", "%4", "%zz", "%+f", "%ff"] {
                let refused = try await client.send(
                    .post, "/api/testing/tokens/a\(broken)/revoke", token: admin,
                    body: #"{"reason":"lost"}"#)
                #expect(refused.status == .badRequest, "\(broken)")
            }
        }
        let bearer = Caller(subject: "bob", role: .viewer, tokenID: id, expires: .max)
        #expect(fixture.access.isRevoked(bearer))
    }
}
