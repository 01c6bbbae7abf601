internal import HTTPTypes
internal import Hummingbird

/// Says to browsers what an answer may do: nothing but what the pages of the dashboard need, whose
/// scripts and styles are files of the server. Gives each answer the id of its request, too.
///
/// What a route sets itself is left as it is.
struct SecurityHeaders: RouterMiddleware {
    private static let always: [(name: HTTPField.Name, value: String)] = [
        (
            .contentSecurityPolicy,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        (.xContentTypeOptions, "nosniff"),
        (.crossOriginResourcePolicy, "same-origin"),
        (.cacheControl, "no-store"),
        (.referrerPolicy, "same-origin"),
        (.frameOptions, "DENY"),
        (.crossOriginOpenerPolicy, "same-origin"),
        (.permissionsPolicy, "camera=(), geolocation=(), microphone=()"),
    ]

    let isSecure: Bool

    func handle(
        _ request: Request, context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in Self.always where response.headers[name] == nil {
            response.headers[name] = value
        }
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        response.headers[.requestID] = context.id
        return response
    }
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let frameOptions = HTTPField.Name("X-Frame-Options")!
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
    static let permissionsPolicy = HTTPField.Name("Permissions-Policy")!
    static let requestID = HTTPField.Name("X-Request-ID")!
    static let csrfToken = HTTPField.Name("X-CSRF-Token")!
    static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
    static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
