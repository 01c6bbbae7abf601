internal import FoundationEssentials
internal import S3

/// Checks who signed a request, and that it is whole.
struct SignatureCheck {
    /// How far the clocks may be apart: S3's own limit.
    private static let maximumSkew: Double = 15 * 60

    let credentials: S3Credentials
    let now: Date

    func check(_ request: LoopbackServer.Request, _ target: Target) throws(SandboxStore.Refusal) {
        guard let authorization = request.header("authorization"),
            let timestamp = request.header("x-amz-date"),
            let hash = request.header("x-amz-content-sha256"),
            let claim = Claim(authorization)
        else { throw SandboxStore.Refusal(status: 403, code: "AccessDenied") }
        guard claim.accessKeyID == credentials.accessKeyID else {
            throw SandboxStore.Refusal(status: 403, code: "InvalidAccessKeyId")
        }
        guard let time = Self.date(timestamp), abs(time.timeIntervalSince(now)) <= Self.maximumSkew
        else { throw SandboxStore.Refusal(status: 403, code: "RequestTimeTooSkewed") }
        let headers = claim.signedHeaders.compactMap { name in
            request.header(name).map { (name: name, value: $0) }
        }
        let signature = RequestSignature(
            method: request.method, path: target.path, query: target.pairs, headers: headers,
            payloadHash: hash, region: claim.region, timestamp: timestamp)
        guard claim.signedHeaders.contains("host"),
            signature.authorization(with: credentials) == claim.normalized
        else { throw SandboxStore.Refusal(status: 403, code: "SignatureDoesNotMatch") }
        if hash != RequestSignature.unsignedPayload && hash != Digests.sha256(request.body) {
            throw SandboxStore.Refusal(status: 400, code: "BadDigest")
        }
    }

    private static func date(_ timestamp: String) -> Date? {
        let digits = Array(timestamp)
        guard digits.count == 16 else { return nil }
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        let text =
            "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T"
            + "\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z"
        return try? Date(text, strategy: .iso8601)
    }

    /// The parts of an `Authorization` header.
    private struct Claim {
        let accessKeyID: String
        let region: String
        let signedHeaders: [String]
        let normalized: String

        init?(_ header: String) {
            guard header.hasPrefix("AWS4-HMAC-SHA256 ") else { return nil }
            var fields: [String: String] = [:]
            for field in header.dropFirst("AWS4-HMAC-SHA256 ".count).split(separator: ",") {
                let sides = field.split(separator: "=", maxSplits: 1)
                guard sides.count == 2 else { return nil }
                fields[sides[0].filter { $0 != " " }] = String(sides[1])
            }
            guard let credential = fields["Credential"], let signed = fields["SignedHeaders"],
                let signature = fields["Signature"]
            else { return nil }
            let scope = credential.split(separator: "/", omittingEmptySubsequences: false)
            guard scope.count >= 5 else { return nil }
            accessKeyID = scope[..<(scope.count - 4)].joined(separator: "/")
            region = String(scope[scope.count - 3])
            signedHeaders = signed.split(separator: ";").map(String.init)
            normalized =
                "AWS4-HMAC-SHA256 Credential=\(credential), "
                + "SignedHeaders=\(signed), Signature=\(signature)"
        }
    }
}
