internal import NIOSSL

/// Why two sides could not agree on TLS, for people.
public enum TLSFailure {
    /// - Returns: the library's own word for it, as `CERTIFICATE_VERIFY_FAILED`, without the places
    ///   in its source that it names; `nil` if `error` is about something else.
    public static func words(for error: any Error) -> String? {
        guard error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError else {
            return nil
        }
        let text = "\(error)"
        let reason = text.firstMatch(of: #/OPENSSL_internal:([A-Z0-9_]+)/#)
        return "TLS: \(reason.map { String($0.1) } ?? text)"
    }
}
