import DRTesting
import Testing

/// How tokens stop being good.
struct RevokedTokensTests {
    @Test func theSameCommandAgainAddsNothing() throws {
        var revoked = RevokedTokens()
        let command = TokenRevoked(tokenID: "9f3c", by: "admin", reason: "lost")
        #expect(try RevokedTokens.decide(command, in: revoked) == [.tokenRevoked(command)])
        revoked.apply(.tokenRevoked(command))
        #expect(revoked.ids == ["9f3c"])
        let again = TokenRevoked(tokenID: "9f3c", by: "ops", reason: "stolen")
        #expect(try RevokedTokens.decide(again, in: revoked) == [])
    }

    private static let refused: [(command: TokenRevoked, refusal: RevokedTokens.Refusal)] = [
        (TokenRevoked(tokenID: " ", by: "a", reason: "b"), .empty("token_id")),
        (TokenRevoked(tokenID: "1", by: "\n", reason: "b"), .anonymous),
        (TokenRevoked(tokenID: "1", by: "a", reason: ""), .empty("reason")),
        (
            TokenRevoked(tokenID: "1", by: "a", reason: String(repeating: "x", count: 70_000)),
            .tooLarge
        ),
    ]

    @Test(arguments: refused)
    func whatRevokesNothingIsRefused(
        _ command: TokenRevoked, _ refusal: RevokedTokens.Refusal
    ) {
        #expect(throws: refusal) { try RevokedTokens.decide(command, in: RevokedTokens()) }
    }
}
