import Archive
import ArgumentParser
import EventLog
import Foundation
import S3

/// Where an archive is, as it is named on the command line.
enum ArchiveLocation: ExpressibleByArgument, Equatable {
    static let help = "a folder, or s3://bucket/prefix"

    case folder(String)
    case bucket(String, prefix: String)

    init?(argument: String) {
        let scheme = "s3://"
        guard argument.hasPrefix(scheme) else {
            // A slip in the scheme must not make a folder of that name.
            if argument.isEmpty || argument.contains("://") { return nil }
            self = .folder(argument)
            return
        }
        let parts = argument.dropFirst(scheme.count)
            .split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first, !bucket.isEmpty else { return nil }
        self = .bucket(String(bucket), prefix: parts.count == 2 ? String(parts[1]) : "")
    }

    /// Opens the archive while `body` runs.
    ///
    /// - Throws: exit code 64 if the environment does not say how to reach a bucket; or what `body`
    ///   throws.
    func withStore<Value: Sendable>(
        _ body: (any ArchiveStore) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .folder(let path): return try await body(DirectoryArchive(path))
        case .bucket(let name, let prefix):
            let access = try BucketAccess(ProcessInfo.processInfo.environment)
            let client = try S3Client(access.configuration)
            let result: Result<Value, any Error>
            do {
                let archive = S3Archive(client: client, bucket: name, prefix: prefix)
                result = .success(try await body(archive))
            } catch {
                result = .failure(error)
            }
            try await client.shutdown()
            return try result.get()
        }
    }
}

/// How a bucket is reached, from the variables that other tools read too.
struct BucketAccess {
    static let help = """
        A bucket is reached at R2_ENDPOINT, or at R2_ACCOUNT_ID's, with R2_ACCESS_KEY_ID and \
        R2_SECRET_ACCESS_KEY. AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, \
        AWS_REGION and AWS_CA_BUNDLE do as well.
        """

    /// A segment has up to 64 MB, and the way to the archive may be a slow one.
    private static let requestTimeout: Duration = .seconds(300)

    let configuration: S3Configuration

    /// - Throws: exit code 64, naming what is missing.
    init(_ environment: [String: String]) throws {
        let value = { (names: [String]) in
            names.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let region = value(["AWS_REGION", "AWS_DEFAULT_REGION"])
        let address =
            value(["R2_ENDPOINT"])
            ?? value(["R2_ACCOUNT_ID"]).map { "https://\($0).r2.cloudflarestorage.com" }
            ?? value(["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])
            ?? region.map { "https://s3.\($0).amazonaws.com" }
        guard let address else { throw Self.refusal("R2_ENDPOINT is not set") }
        guard let endpoint = S3Endpoint(address) else {
            throw Self.refusal("'\(address)' is not http:// or https://, a host and maybe a port")
        }
        guard let id = value(["R2_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"]) else {
            throw Self.refusal("R2_ACCESS_KEY_ID is not set")
        }
        guard let secret = value(["R2_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"]) else {
            throw Self.refusal("R2_SECRET_ACCESS_KEY is not set")
        }
        var configuration = S3Configuration(
            endpoint: endpoint,
            credentials: S3Credentials(accessKeyID: id, secretAccessKey: secret))
        if let region { configuration.region = region }
        configuration.requestTimeout = Self.requestTimeout
        configuration.agent = "dr-audit"
        configuration.extraAuthority = value(["AWS_CA_BUNDLE"])
        self.configuration = configuration
    }

    private static func refusal(_ reason: String) -> ExitCode {
        complain("the bucket cannot be reached: \(reason)")
        return .usage
    }
}
