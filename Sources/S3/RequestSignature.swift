internal import Crypto

/// The parts of a request that AWS Signature Version 4 covers.
///
/// The client signs with it, and a server checks with it: it is a pure function of its input.
public struct RequestSignature: Sendable {
    public static let unsignedPayload = "UNSIGNED-PAYLOAD"

    public let method: String
    /// Percent-encoded, starting with a slash.
    public let path: String
    /// Decoded names and values.
    public let query: [(name: String, value: String)]
    /// Lower-case names, among them `host`, `x-amz-date` and `x-amz-content-sha256`.
    public let headers: [(name: String, value: String)]
    public let payloadHash: String
    public let region: String
    /// `YYYYMMDD'T'HHMMSS'Z'`
    public let timestamp: String

    public init(
        method: String, path: String, query: [(name: String, value: String)],
        headers: [(name: String, value: String)], payloadHash: String, region: String,
        timestamp: String
    ) {
        (self.method, self.path, self.query) = (method, path, query)
        (self.headers, self.payloadHash) = (headers, payloadHash)
        (self.region, self.timestamp) = (region, timestamp)
    }

    /// The value of the `Authorization` header.
    public func authorization(with credentials: S3Credentials) -> String {
        "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(signedHeaders), Signature=\(signature(with: credentials))"
    }

    private var date: String { String(timestamp.prefix(8)) }
    private var scope: String { "\(date)/\(region)/s3/aws4_request" }

    private var sortedHeaders: [(name: String, value: String)] {
        headers.sorted { $0.name < $1.name }
    }

    private var signedHeaders: String { sortedHeaders.map(\.name).joined(separator: ";") }

    var canonicalRequest: String {
        let query = query.map {
            (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value))
        }
        .sorted { $0 < $1 }
        .map { "\($0)=\($1)" }.joined(separator: "&")
        let headers = sortedHeaders.map { "\($0.name):\(Self.trimmed($0.value))\n" }.joined()
        return "\(method)\n\(path)\n\(query)\n\(headers)\n\(signedHeaders)\n\(payloadHash)"
    }

    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }

    private func signature(with credentials: S3Credentials) -> String {
        let request = Digests.hexadecimal(SHA256.hash(data: Array(canonicalRequest.utf8)))
        let text = "AWS4-HMAC-SHA256\n\(timestamp)\n\(scope)\n\(request)"
        var key = SymmetricKey(data: Array("AWS4\(credentials.secretAccessKey)".utf8))
        for part in [date, region, "s3", "aws4_request"] {
            key = SymmetricKey(data: Self.code(part, key: key))
        }
        return Digests.hexadecimal(Self.code(text, key: key))
    }

    private static func code(_ text: String, key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
    }
}

/// The percent encoding that S3 signs: everything but letters, digits and `-._~`.
public enum PercentEncoding {
    /// - Parameter keepsSlash: as in the path of a key.
    public static func encode(_ text: String, keepsSlash: Bool = false) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            case UInt8(ascii: "/") where keepsSlash:
                bytes.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Returns: `nil` if the text is not percent-encoded UTF-8.
    public static func decode(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit),
                let low = rest.popFirst().flatMap(digit)
            else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> Int? {
        Character(UnicodeScalar(byte)).hexDigitValue
    }
}

/// Hashes as S3 spells them.
public enum Digests {
    public static func sha256(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
