import HTTPTypes
import HummingbirdTesting
import Testing

@testable import HTTPAPI

/// The real routes of the whole API, as the table opens them: every role, and every way in which
/// a token can be bad.
struct WholeAccessTests {
    private struct Guarded: Sendable {
        let rule: AccessRule
        let roles: [Role]

        var name: String { "\(rule.method) \(rule.path)" }
    }

    /// Pages are the dashboard's, and no part of the API.
    private static let guarded: [Guarded] = AccessTable.rules.compactMap { rule in
        guard case .roles(let roles) = rule.audience, !rule.isPage else { return nil }
        return Guarded(rule: rule, roles: roles)
    }

    /// A stream of events refuses it, once it is open to whoever asks: it would not end otherwise.
    private static let headers: HTTPFields = [HTTPField.Name("Last-Event-ID")!: "none"]

    private static func send(
        _ route: Guarded, _ client: any TestClientProtocol, token: String? = nil,
        cookie: String? = nil
    ) async throws -> TestResponse {
        var headers = Self.headers
        headers[.cookie] = cookie.map { "dr_session=\($0)" }
        return try await client.send(
            route.rule.method, route.rule.examplePath, token: token, headers: headers)
    }

    @Test(arguments: Role.allCases)
    func everyRouteServesItsRolesAndNobodyElse(_ role: Role) async throws {
        let fixture = try await AccessFixture()
        // A server records its scenarios before it serves: its log is never empty.
        try await fixture.access.revoke("lost", by: "ops", reason: "lost")
        let token = try await fixture.token(role).token
        try await fixture.testWhole { client in
            for route in Self.guarded {
                let status = try await Self.send(route, client, token: token).status
                if route.roles.contains(role) {
                    #expect(status != .unauthorized && status != .forbidden, "\(route.name)")
                    #expect(status.code < 500, "\(route.name)")
                } else {
                    #expect(status == .forbidden, "\(route.name)")
                }
            }
        }
        try fixture.expectCleanLog()
    }

    @Test(arguments: BadToken.allCases)
    func noBadTokenOpensARouteWhateverItsRole(_ kind: BadToken) async throws {
        let fixture = try await AccessFixture()
        var tokens: [String?] = []
        for role in Role.allCases { tokens.append(try await kind.token(fixture, of: role)) }
        try await fixture.testWhole { [tokens] client in
            for route in Self.guarded {
                for token in tokens {
                    let sent = try await Self.send(route, client, token: token)
                    #expect(sent.status == .unauthorized, "\(route.name)")
                    #expect(sent.text.contains(#""code":"unauthorized""#), "\(route.name)")
                    let kept = try await Self.send(route, client, cookie: token)
                    #expect(kept.status == .unauthorized, "\(route.name) by cookie")
                }
            }
        }
        try fixture.expectCleanLog()
    }

    @Test func nothingIsChangedByACookieAlone() async throws {
        let fixture = try await AccessFixture()
        let token = try await fixture.token(.admin).token
        try await fixture.testWhole { client in
            for route in Self.guarded where route.rule.method != .get {
                let response = try await Self.send(route, client, cookie: token)
                #expect(response.status == .forbidden, "\(route.name)")
                #expect(response.text.contains(#""code":"csrf""#), "\(route.name)")
            }
        }
        try fixture.expectCleanLog()
    }
}
