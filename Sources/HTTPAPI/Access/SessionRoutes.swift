internal import EventLog
internal import HTTPTypes
internal import Hummingbird
internal import Projections
internal import Wire

/// Signing in with a token that is then kept in a cookie, and signing out.
struct SessionRoutes {
    private let access: AccessControl
    private let settings: APISettings

    init(_ access: AccessControl, _ settings: APISettings) {
        (self.access, self.settings) = (access, settings)
    }

    func add(to router: RouterGroup<APIContext>) {
        router.post("/signin") { request, context in
            try await signIn(request, context)
        }
        router.post("/signout") { _, _ in
            let cookie = SessionCookie(settings).header("", seconds: 0)
            return Answer.data(message: "signed out", headers: [.setCookie: cookie]) { $0.null() }
        }
    }

    /// A form is answered with the page to go to, JSON with who it is.
    private func signIn(_ request: Request, _ context: APIContext) async throws -> Response {
        let form = try await SignInForm(request)
        let caller: Caller
        do throws(APIError) {
            caller = try await self.caller(of: form.token, request, context)
        } catch {
            if form.isJSON { throw error }
            return .redirect(to: "/signin?error=\(error.code)")
        }
        let left = caller.expires - min(access.clock.now(), caller.expires)
        let cookie = SessionCookie(settings).header(form.token, seconds: left / 1_000_000)
        if form.isJSON {
            return answer(caller, form.token, cookie).response(from: request, context: context)
        }
        var response = Response.redirect(to: "/")
        response.headers[.setCookie] = cookie
        return response
    }

    private func caller(
        of token: String, _ request: Request, _ context: APIContext
    ) async throws(APIError) -> Caller {
        // A page of somebody else must not sign a browser in as somebody else.
        if let site = request.headers[.fetchSite], site != "same-origin", site != "none" {
            throw .forbidden("sign in from the page of this server")
        }
        let address = context.clientAddress(of: request, settings)
        return try await access.caller(of: token, from: address, for: Self.rule)
    }

    private static let rule = AccessRule(
        method: .post, path: "/signin", audience: .everybody, isPage: false)

    private func answer(_ caller: Caller, _ token: String, _ cookie: String) -> Answer {
        Answer.data(message: "signed in", headers: [.setCookie: cookie]) { writer in
            writer.object { object in
                object.member("subject", caller.subject)
                object.member("role", caller.role.rawValue)
                object.member("expires_at", RFC3339.text(caller.expires))
                object.member("csrf_token", Credentials.csrfToken(of: token))
            }
        }
    }
}

/// What is sent to sign in: `token=...` of a form, or `{"token": ...}`.
private struct SignInForm {
    private static let maximumSize = 16_384

    let token: String
    let isJSON: Bool

    init(_ request: Request) async throws {
        let bytes = try await Limits.body(of: request, upTo: Self.maximumSize)
        isJSON = request.headers[.contentType]?.hasPrefix("application/json") == true
        token = try isJSON ? Self.token(inJSON: bytes) : Self.token(inForm: bytes)
    }

    private static func token(inJSON bytes: [UInt8]) throws(APIError) -> String {
        var fields = try JSONFields(bytes)
        let token = fields.text("token") ?? ""
        fields.require(["token"])
        try fields.finish()
        return token
    }

    /// A token has no character that a form would write otherwise.
    private static func token(inForm bytes: [UInt8]) throws(APIError) -> String {
        let pairs = String(decoding: bytes, as: UTF8.self).split(separator: "&")
        guard let pair = pairs.first(where: { $0.hasPrefix("token=") }) else {
            throw .invalidFields([.init(field: "token", message: "is missing")])
        }
        return String(pair.dropFirst("token=".count))
    }
}
