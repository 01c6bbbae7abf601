import Foundation
import S3
import S3Sandbox
import StorageServers

/// The kinds of archives there are.
enum ArchivePlace: CaseIterable, Sendable {
    case folder
    case sandbox
    case seaweedFS

    /// Hands over the name of an archive that is empty, and the variables with which it is reached.
    func open(
        in workspace: Workspace, _ body: (String, [String: String]) async throws -> Void
    ) async throws {
        switch self {
        case .folder: try await body(workspace.folder + "/archive", [:])
        case .sandbox:
            let credentials = S3Credentials(
                accessKeyID: "AKARCHIVE", secretAccessKey: "sandbox-secret-for-tests")
            let server = try await SandboxServer(
                directory: workspace.folder + "/bucket", credentials: credentials)
            let result = await outcome {
                try await Self.inBucket(at: server.endpoint, credentials, body)
            }
            await server.stop()
            try result.get()
        case .seaweedFS:
            let server = try await Servers.shared.seaweedFS()
            let credentials = S3Credentials(
                accessKeyID: server.accessKeyID, secretAccessKey: server.secretAccessKey)
            try await Self.inBucket(at: S3Endpoint(server.endpoint)!, credentials, body)
        }
    }

    private static func inBucket(
        at endpoint: S3Endpoint, _ credentials: S3Credentials,
        _ body: (String, [String: String]) async throws -> Void
    ) async throws {
        var configuration = S3Configuration(endpoint: endpoint, credentials: credentials)
        configuration.requestTimeout = .seconds(30)
        let client = try S3Client(configuration)
        let name = "evidence-" + UUID().uuidString.prefix(8).lowercased()
        let result = await outcome {
            try await client.createBucket(name)
            try await body(
                "s3://\(name)/logs/one",
                [
                    "R2_ENDPOINT": "\(endpoint)", "R2_ACCESS_KEY_ID": credentials.accessKeyID,
                    "R2_SECRET_ACCESS_KEY": credentials.secretAccessKey,
                ])
        }
        try await client.shutdown()
        try result.get()
    }
}

/// So that what has to be done in any case can be done before an error is thrown.
private func outcome(of body: () async throws -> Void) async -> Result<Void, any Error> {
    do {
        return .success(try await body())
    } catch {
        return .failure(error)
    }
}
