internal import S3

/// How a bucket is reached, from the variables that other tools read too.
public enum BucketAccess {
    public static let help = """
        A bucket is reached at R2_ENDPOINT, or at R2_ACCOUNT_ID's, with R2_ACCESS_KEY_ID and \
        R2_SECRET_ACCESS_KEY. AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, \
        AWS_REGION and AWS_CA_BUNDLE do as well.
        """

    /// A segment has up to 64 MB, and the way to the archive may be a slow one.
    private static let requestTimeout: Duration = .seconds(300)

    /// - Throws: `BucketUnknown`, naming what is missing.
    static func configuration(
        _ environment: [String: String], agent: String
    ) throws -> S3Configuration {
        let value = { (names: [String]) in
            names.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let region = value(["AWS_REGION", "AWS_DEFAULT_REGION"])
        let address =
            value(["R2_ENDPOINT"])
            ?? value(["R2_ACCOUNT_ID"]).map { "https://\($0).r2.cloudflarestorage.com" }
            ?? value(["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])
            ?? region.map { "https://s3.\($0).amazonaws.com" }
        guard let address else { throw BucketUnknown("R2_ENDPOINT is not set") }
        guard let endpoint = S3Endpoint(address) else {
            throw BucketUnknown("'\(address)' is not http:// or https://, a host and maybe a port")
        }
        guard let id = value(["R2_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"]) else {
            throw BucketUnknown("R2_ACCESS_KEY_ID is not set")
        }
        guard let secret = value(["R2_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"]) else {
            throw BucketUnknown("R2_SECRET_ACCESS_KEY is not set")
        }
        var configuration = S3Configuration(
            endpoint: endpoint,
            credentials: S3Credentials(accessKeyID: id, secretAccessKey: secret))
        if let region { configuration.region = region }
        configuration.requestTimeout = requestTimeout
        configuration.agent = agent
        configuration.extraAuthority = value(["AWS_CA_BUNDLE"])
        return configuration
    }
}

/// The environment does not say how a bucket is reached.
public struct BucketUnknown: Error, Equatable, CustomStringConvertible {
    public let reason: String

    init(_ reason: String) { self.reason = reason }

    public var description: String { "the bucket cannot be reached: \(reason)" }
}
