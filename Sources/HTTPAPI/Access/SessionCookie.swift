internal import HTTPTypes
internal import Hummingbird

/// The cookie that keeps a token for the pages of the dashboard. No script can read it, and no
/// page of somebody else makes a browser send it.
struct SessionCookie: Sendable {
    private let isSecure: Bool

    init(_ settings: APISettings) { isSecure = settings.isSecure }

    /// Browsers take a name with `__Host-` only over TLS, and from this very host.
    var name: String { isSecure ? "__Host-dr_session" : "dr_session" }

    func token(of request: Request) -> String? {
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                if pair.hasPrefix("\(name)=") { return String(pair.dropFirst(name.count + 1)) }
            }
        }
        return nil
    }

    /// - Parameter seconds: how long the browser keeps it; 0 to have it forget it.
    func header(_ token: String, seconds: UInt64) -> String {
        "\(name)=\(token); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }
}
