/// What somebody may do. The table of routes names the roles of each.
public enum Role: String, CaseIterable, Sendable {
    case viewer, auditor, `operator`, admin
}

/// Somebody whose token was found good.
public struct Caller: Equatable, Sendable {
    /// Whom events name: the token's `sub`.
    public let subject: String
    public let role: Role
    /// The token's `jti`, by which it can be revoked.
    public let tokenID: String
    /// Microseconds since 1970.
    public let expires: UInt64

    public init(subject: String, role: Role, tokenID: String, expires: UInt64) {
        self.subject = subject
        self.role = role
        self.tokenID = tokenID
        self.expires = expires
    }
}
