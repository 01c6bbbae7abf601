internal import DRTesting
internal import Hummingbird
internal import Wire

/// Making a token useless before it expires.
struct TokenRoutes {
    private let access: AccessControl

    init(_ access: AccessControl) { self.access = access }

    func add(to router: RouterGroup<APIContext>) {
        router.post("/api/testing/tokens/{id}/revoke") { request, context in
            try await revoke(request, context)
        }
    }

    private func revoke(_ request: Request, _ context: APIContext) async throws -> Answer {
        // Issuers name tokens as they like: an id may have characters that paths have not.
        guard let id = PercentEncoding.decode(try context.parameters.require("id")) else {
            throw APIError.badParameter("id", "its percent-encoding is broken")
        }
        let caller = try context.signedIn
        var fields = try JSONFields(await Limits.body(of: request))
        let reason = fields.text("reason") ?? ""
        fields.require(["reason"])
        try fields.finish()
        do {
            try await access.revoke(id, by: caller.subject, reason: reason)
        } catch let refusal as RevokedTokens.Refusal {
            let field = if case .empty(let name) = refusal { name } else { "reason" }
            throw APIError.invalidFields([.init(field: field, message: "\(refusal)")])
        }
        return Answer.data(message: "revoked") { writer in
            writer.object { object in
                object.member("token_id", id)
            }
        }
    }
}
