internal import Foundation
internal import NIOHTTP1
internal import S3

/// The credentials that requests are signed with anew, for clients that sign for the address of the
/// proxy. The `Host` is then that of the storage. Without it, requests keep host and signature.
public struct Signing: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    public let accessKeyID: String
    public let secretAccessKey: String
    public let region: String

    public init(accessKeyID: String, secretAccessKey: String, region: String) {
        (self.accessKeyID, self.secretAccessKey) = (accessKeyID, secretAccessKey)
        self.region = region
    }

    public var description: String { "Signing(\(accessKeyID), \(region))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Signs what goes to one storage (AWS Signature Version 4).
struct RequestSigner: Sendable {
    /// What one signature leaves behind for the next.
    private static let replaced = [
        "authorization", "host", "x-amz-date", "x-amz-security-token",
    ]

    private let credentials: S3Credentials
    private let region: String
    let authority: String
    private let now: @Sendable () -> Date

    init(
        _ signing: Signing, upstream: Upstream, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        credentials = S3Credentials(
            accessKeyID: signing.accessKeyID, secretAccessKey: signing.secretAccessKey)
        (region, self.now) = (signing.region, now)
        let host = upstream.host.contains(":") ? "[\(upstream.host)]" : upstream.host
        let isUsual = upstream.port == (upstream.isSecure ? 443 : 80)
        authority = isUsual ? host : "\(host):\(upstream.port)"
    }

    /// - Throws: if the signature goes on in the body, or stands in the query.
    func sign(_ head: inout HTTPRequestHead) throws(ForwardingRefusal) {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count > 1 ? Self.pairs(parts[1]) : []
        let hash = try Self.payloadHash(head.headers, query)
        let timestamp = now().formatted(.iso8601).filter { (character: Character) in
            character != "-" && character != ":"
        }
        for name in Self.replaced { head.headers.remove(name: name) }
        head.headers.add(name: "host", value: authority)
        head.headers.add(name: "x-amz-date", value: timestamp)
        head.headers.replaceOrAdd(name: "x-amz-content-sha256", value: hash)
        let signature = RequestSignature(
            method: head.method.rawValue, path: Self.canonical(parts[0]), query: query,
            headers: Self.signed(head.headers), payloadHash: hash, region: region,
            timestamp: timestamp)
        head.headers.add(name: "authorization", value: signature.authorization(with: credentials))
    }

    private static func payloadHash(
        _ headers: HTTPHeaders, _ query: [(name: String, value: String)]
    ) throws(ForwardingRefusal) -> String {
        if query.contains(where: { ["X-Amz-Signature", "Signature"].contains($0.name) }) {
            throw ForwardingRefusal(
                "the proxy signs requests anew, and cannot do so if the signature is in the URL")
        }
        guard let hash = headers.first(name: "x-amz-content-sha256") else {
            return RequestSignature.unsignedPayload
        }
        // Without signatures of chunks, the body stands by itself.
        if hash.hasPrefix("STREAMING-"), !hash.hasPrefix("STREAMING-UNSIGNED-") {
            throw ForwardingRefusal(
                "the proxy signs requests anew, and cannot do so if the chunks of the body are "
                    + "signed (\(hash))")
        }
        return hash
    }

    /// The headers that S3 wants signed. Several of one name count as one, with their values in a
    /// row.
    private static func signed(_ headers: HTTPHeaders) -> [(name: String, value: String)] {
        var signed: [(name: String, value: String)] = []
        for (name, value) in headers {
            let name = name.lowercased()
            guard name == "host" || name.hasPrefix("x-amz-") else { continue }
            if let index = signed.firstIndex(where: { $0.name == name }) {
                signed[index].value += ",\(value)"
            } else {
                signed.append((name, value))
            }
        }
        return signed
    }

    /// A storage signs the path as it would write it itself.
    private static func canonical(_ path: Substring) -> String {
        PercentEncoding.decode(path).map { PercentEncoding.encode($0, keepsSlash: true) }
            ?? String(path)
    }

    private static func pairs(_ query: Substring) -> [(name: String, value: String)] {
        query.split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { PercentEncoding.decode($0) ?? String($0) }
            return (name: sides[0], value: sides.count > 1 ? sides[1] : "")
        }
    }
}
