import HTTPTypes
import HummingbirdTesting
import Testing

@testable import HTTPAPI

/// Every route, every role, every way in which a token can be bad.
struct AccessTableTests {
    @Test func everyRouteIsOpenToItsRolesAndToNobodyElse() async throws {
        let fixture = try await AccessFixture()
        try await fixture.test { client in
            for role in Role.allCases {
                let token = try await fixture.token(role).token
                for rule in AccessFixture.stubbed {
                    let status = try await client.status(
                        rule.method, rule.examplePath, token: token)
                    let expected: HTTPResponse.Status =
                        switch rule.audience {
                        case .everybody: .ok
                        case .roles(let roles): roles.contains(role) ? .ok : .forbidden
                        }
                    #expect(status == expected, "\(rule.method) \(rule.path) as \(role)")
                }
            }
        }
    }

    @Test(arguments: BadToken.allCases)
    func noBadTokenOpensARoute(_ kind: BadToken) async throws {
        let fixture = try await AccessFixture()
        let token = try await kind.token(fixture)
        try await fixture.test { client in
            for rule in AccessFixture.stubbed where rule.audience != .everybody {
                let response = try await client.send(rule.method, rule.examplePath, token: token)
                let expected: HTTPResponse.Status = rule.isPage ? .seeOther : .unauthorized
                #expect(response.status == expected, "\(rule.method) \(rule.path)")
                if rule.isPage { #expect(response.headers[.location] == "/signin") }
            }
        }
    }

    @Test func aRouteThatIsNotInTheTableIsOpenToNobody() async throws {
        let fixture = try await AccessFixture()
        let token = try await fixture.token(.admin).token
        try await fixture.test { client in
            let response = try await client.send(.get, "/unlisted", token: token)
            #expect(response.status == .forbidden)
            #expect(!response.text.contains("should not be seen"))
        }
    }

    @Test func whoeverOnlyReadsChangesNothing() {
        for rule in AccessTable.rules where rule.method != .get && rule.path != "/signout" {
            guard case .roles(let roles) = rule.audience else { continue }
            #expect(!roles.contains(.viewer) && !roles.contains(.auditor), "\(rule.path)")
        }
    }

    @Test func theNamesOfParametersDoNotCount() throws {
        let rule = try #require(AccessTable.rule(for: .get, "/api/testing/tests/{testId}/logs"))
        #expect(rule.path == "/api/testing/tests/{id}/logs")
        #expect(AccessTable.rule(for: .get, "/api/testing/tests/7/logs") == nil)
    }
}

/// What a token can have wrong.
enum BadToken: CaseIterable {
    case missing, garbage, expired, wrongKey, unsigned, wrongAudience, wrongIssuer, revoked

    func token(
        _ fixture: AccessFixture, of role: Role = .admin
    ) async throws -> String? {
        switch self {
        case .missing: return nil
        case .garbage: return "a.b.c"
        case .expired:
            let token = try await fixture.token(role, seconds: 60).token
            fixture.clock.advance(bySeconds: 61)
            return token
        case .wrongKey:
            return try await fixture.token(
                role, secret: Array("another secret of thirty-two bytes".utf8)
            ).token
        case .unsigned:
            let parts = try await fixture.token(role).token.split(separator: ".")
            let header = Base64URL.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8))
            return "\(header).\(parts[1])."
        case .wrongAudience: return try await fixture.token(role, audience: "another").token
        case .wrongIssuer: return try await fixture.token(role, issuer: "another").token
        case .revoked:
            let issued = try await fixture.token(role)
            try await fixture.access.revoke(issued.tokenID, by: "ops", reason: "lost")
            return issued.token
        }
    }
}
