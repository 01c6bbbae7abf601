/// The tokens that are good no longer.
public struct RevokedTokens: Equatable, Sendable {
    public enum Refusal: Error, Equatable, Sendable {
        case anonymous
        /// More than a record of the log holds.
        case tooLarge
        /// A field that must be given.
        case empty(String)
    }

    public static let stream = "access"

    public private(set) var ids: Set<String> = []

    public init() {}

    public mutating func apply(_ event: TestEvent) {
        if case .tokenRevoked(let revoked) = event { ids.insert(revoked.tokenID) }
    }

    public static func decide(
        _ command: TokenRevoked, in revoked: RevokedTokens
    ) throws(Refusal) -> [TestEvent] {
        if command.by.isBlank { throw .anonymous }
        if command.tokenID.isBlank { throw .empty("token_id") }
        if command.reason.isBlank { throw .empty("reason") }
        if !command.fitsRecord { throw .tooLarge }
        return revoked.ids.contains(command.tokenID) ? [] : [.tokenRevoked(command)]
    }
}

extension RevokedTokens.Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .anonymous: "nobody is named who wants it"
        case .tooLarge: tooLargeForRecord
        case .empty(let field): "\(field) is empty"
        }
    }
}
