internal import DRTesting
public import Hummingbird
internal import NIOCore

/// What is known of a request beside the request itself: who asks, and from where.
public struct APIContext: RequestContext, Sendable {
    public var coreContext: CoreRequestContextStorage
    /// Who asks; `nil` on a route that is open to everybody.
    public var caller: Caller?
    /// What a page sends back in `X-CSRF-Token` with each change; `nil` unless the caller signed in
    /// with the dashboard's cookie.
    public var csrfToken: String?
    /// The address at the other end of the connection, without a port.
    public let peerAddress: String?

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peerAddress = source.channel.remoteAddress?.ipAddress
    }

    public var maxUploadSize: Int { Limits.bodySize }

    /// Who asks, on a route that only known callers reach.
    ///
    /// - Throws: `unauthorized` if nobody signed in.
    public var signedIn: Caller {
        get throws(APIError) {
            guard let caller else { throw .unauthorized }
            return caller
        }
    }

    /// The `{id}` of the path, of a row.
    ///
    /// - Throws: `not_found` if it is no id at all.
    func id(of noun: String) throws(APIError) -> UInt64 {
        let text = parameters.get("id") ?? ""
        guard let id = UInt64(digits: text), id > 0 else {
            throw .notFound("\(noun) '\(text.prefix(40).printable())'")
        }
        return id
    }
}
