internal import Crypto
internal import FoundationEssentials

/// The signature of Standard Webhooks: HMAC-SHA256 over id, time and body.
enum WebhookSignature {
    private static let prefix = "whsec_"

    /// - Returns: `nil` if the text is no secret.
    static func secret(_ text: String) -> [UInt8]? {
        guard text.hasPrefix(prefix),
            let bytes = Data(base64Encoded: String(text.dropFirst(prefix.count))),
            (24...64).contains(bytes.count)
        else { return nil }
        return Array(bytes)
    }

    /// - Parameter time: in seconds since 1970.
    /// - Returns: the value of `webhook-signature`.
    static func value(id: String, time: UInt64, body: [UInt8], secret: [UInt8]) -> String {
        let content = Array("\(id).\(time).".utf8) + body
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(content), using: SymmetricKey(data: secret))
        return "v1,\(Data(code).base64EncodedString())"
    }
}
