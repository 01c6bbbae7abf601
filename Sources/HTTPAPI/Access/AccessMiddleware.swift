internal import Crypto
internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// Lets a request through to a route if the table of routes opens it to whoever sent it.
struct AccessMiddleware: RouterMiddleware {
    let access: AccessControl
    let settings: APISettings

    func handle(
        _ request: Request, context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        // Where no route is, nothing has to be kept from anybody.
        guard let path = context.endpointPath else { return try await next(request, context) }
        guard let rule = AccessTable.rule(for: request.method, path) else {
            context.logger.error("route without a rule", metadata: ["path": "\(path)"])
            throw APIError.forbidden("this is open to nobody")
        }
        guard case .roles(let roles) = rule.audience else {
            return try await next(request, context)
        }
        var context = context
        do throws(APIError) {
            try await admit(request, to: rule, for: roles, &context)
        } catch {
            guard rule.isPage, error.status == .unauthorized else { throw error }
            return .redirect(to: "/signin")
        }
        return try await next(request, context)
    }

    private func admit(
        _ request: Request, to rule: AccessRule, for roles: [Role], _ context: inout APIContext
    ) async throws(APIError) {
        let address = context.clientAddress(of: request, settings)
        guard let credentials = Credentials(of: request, settings) else {
            // Who opens a page without having signed in has done nothing wrong.
            if rule.isPage { throw .unauthorized }
            throw access.refusal(ofStranger: .noToken, from: address)
        }
        let caller = try await access.caller(of: credentials.token, from: address, for: rule)
        guard roles.contains(caller.role) else {
            await access.record(.role, of: caller, for: rule)
            let names = roles.map(\.rawValue).joined(separator: ", ")
            throw .forbidden("your role, \(caller.role.rawValue), may not do this; may: \(names)")
        }
        guard credentials.isMeant(by: request) else {
            await access.record(.csrf, of: caller, for: rule)
            throw APIError(
                .forbidden, code: "csrf",
                "send the X-CSRF-Token of the page with what changes something")
        }
        context.caller = caller
        context.csrfToken = credentials.csrfToken
    }
}

/// What a request shows to say who sends it.
struct Credentials: Sendable {
    let token: String
    /// A browser sends the cookie by itself, whatever page asks it to.
    let isCookie: Bool

    init?(of request: Request, _ settings: APISettings) {
        if let header = request.headers[.authorization] {
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            (token, isCookie) = (String(parts[1]), false)
        } else if let token = SessionCookie(settings).token(of: request) {
            (self.token, isCookie) = (token, true)
        } else {
            return nil
        }
    }

    /// What only a page can know that this server gave to this session: no state, and the token
    /// cannot be found from it.
    var csrfToken: String? { isCookie ? Self.csrfToken(of: token) : nil }

    /// Whether whoever has the token wants this request, and not a page of somebody else.
    func isMeant(by request: Request) -> Bool {
        let method = request.method
        return csrfToken == nil || method == .get || method == .head
            || request.headers[.csrfToken] == csrfToken
    }

    static func csrfToken(of token: String) -> String {
        Base64URL.encode(SHA256.hash(data: Array("dr-testing csrf\n\(token)".utf8)))
    }
}

extension APIContext {
    /// Where a request comes from. Of a proxy's list only the last one counts, which it added
    /// itself.
    func clientAddress(of request: Request, _ settings: APISettings) -> String {
        let direct = peerAddress ?? "unknown"
        guard settings.isBehindProxy, let list = request.headers[.forwardedFor],
            let last = list.split(separator: ",").last
        else { return direct }
        let address = last.drop { $0 == " " }
        return address.utf8.count <= 64 ? String(address) : direct
    }
}
