import Foundation
import S3
import S3Sandbox
import Synchronization
import StorageServers
import Testing

/// The servers that the client is tested against. The contract is the same for all of them; where
/// one differs, its dialect says so.
enum ContractServer: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sandbox
    case seaweedFS = "SeaweedFS"
    case seaweedFSOverTLS = "SeaweedFS over TLS"
    case moto

    var testDescription: String { rawValue }

    /// moto believes everyone.
    static let checkingSignatures: [ContractServer] = [.sandbox, .seaweedFS, .seaweedFSOverTLS]

    /// How a server answers where servers differ.
    struct Dialect: Sendable {
        /// Creating a bucket again is an error, unlike in the oldest region of AWS.
        var refusesExistingBucket = true
        /// `.matches` on a key that is not there.
        var codeOfMissingMatch = S3Error.Code.preconditionFailed
        /// A part sent to an upload that was aborted.
        var codeOfEndedUpload = S3Error.Code.noSuchUpload
        /// A part of less than 5 MiB that is not the last.
        var refusesSmallParts = true
        /// A key that ends in a slash can have a body.
        var keepsBodiesOfFolders = true
    }

    var dialect: Dialect {
        switch self {
        case .sandbox:
            Dialect(refusesSmallParts: false)
        case .seaweedFS, .seaweedFSOverTLS:
            Dialect(keepsBodiesOfFolders: false)
        case .moto:
            Dialect(
                refusesExistingBucket: false, codeOfMissingMatch: .noSuchKey,
                codeOfEndedUpload: .internalError)
        }
    }

    func withConfiguration(
        _ body: (S3Configuration) async throws -> Void
    ) async throws {
        switch self {
        case .sandbox:
            try await withSandbox(body)
        case .seaweedFS:
            let server = try await Servers.shared.seaweedFS()
            try await body(try Self.configuration(of: server, at: server.endpoint))
        case .seaweedFSOverTLS:
            let server = try await Servers.shared.seaweedFS()
            let endpoint = try #require(server.secureEndpoint)
            try await body(try Self.configuration(of: server, at: endpoint))
        case .moto:
            let server = try await Servers.shared.moto()
            try await body(try Self.configuration(of: server, at: server.endpoint))
        }
    }

    private static func configuration(
        of server: StorageServer, at endpoint: String
    ) throws -> S3Configuration {
        var configuration = S3Configuration(
            endpoint: try #require(S3Endpoint(endpoint)),
            credentials: S3Credentials(
                accessKeyID: server.accessKeyID, secretAccessKey: server.secretAccessKey))
        configuration.region = server.region
        configuration.extraAuthority = server.authority
        configuration.requestTimeout = .seconds(30)
        return configuration
    }

    /// Gives `body` a client and a new bucket, and takes the bucket away afterwards.
    func test(
        newConnections: Bool = false, _ body: (S3Client, _ bucket: String) async throws -> Void
    ) async throws {
        try await withConfiguration { configuration in
            var configuration = configuration
            configuration.usesNewConnections = newConnections
            try await withClient(configuration) { client in
                let bucket = Self.newBucketName()
                try await client.createBucket(bucket)
                do {
                    try await body(client, bucket)
                } catch {
                    try? await Self.remove(bucket, with: client)
                    throw error
                }
                try? await Self.remove(bucket, with: client)
            }
        }
    }

    static func newBucketName() -> String { "contract-" + UUID().uuidString.lowercased() }

    /// SeaweedFS has room for some 14 buckets.
    private static func remove(_ bucket: String, with client: S3Client) async throws {
        for entry in try await client.listAll(bucket) {
            try await client.delete(entry.key, in: bucket)
        }
        try await client.deleteBucket(bucket)
    }
}

/// Runs a sandbox on a directory of its own for as long as `body` runs.
func withSandbox(_ body: (S3Configuration) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/dr-sandbox-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let credentials = S3Credentials(
        accessKeyID: "AKSANDBOX", secretAccessKey: "sandbox-secret-for-tests")
    let server = try await SandboxServer(directory: folder, credentials: credentials)
    do {
        var configuration = S3Configuration(endpoint: server.endpoint, credentials: credentials)
        configuration.requestTimeout = .seconds(30)
        try await body(configuration)
    } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

/// A client must be shut down, whatever happens to it.
@discardableResult
func withClient<R>(
    _ configuration: S3Configuration, now: @escaping @Sendable () -> Date = { Date() },
    _ body: (S3Client) async throws -> R
) async throws -> R {
    let client = try S3Client(configuration, now: now)
    let result: R
    do {
        result = try await body(client)
    } catch {
        try? await client.shutdown()
        throw error
    }
    try await client.shutdown()
    return result
}

extension S3Error {
    /// An error to compare with: only its code counts.
    static func with(_ code: Code) -> S3Error { S3Error(code, message: "", finished: .now) }
}

/// Asks until the answer is yes or the time is over.
func eventually(
    within limit: Duration = .seconds(15), _ isTrue: () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await isTrue() { return true }
        try? await Task.sleep(for: .milliseconds(20))
    }
    return try await isTrue()
}

/// Notes what happens in other tasks.
final class Recorder<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ element: Element) { elements.withLock { $0.append(element) } }
}

/// Bytes that look random and are the same each time.
enum TestBytes {
    /// Blocks of 64 KiB that differ in their first bytes: quick to make, also without optimizing.
    static func make(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed
        let block = (0..<8192).flatMap { _ in bytes(next(&state)) }
        var result: [UInt8] = []
        result.reserveCapacity(count + block.count)
        while result.count < count {
            result += bytes(next(&state))
            result += block
        }
        return Array(result.prefix(count))
    }

    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        let bits = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        return bits ^ bits >> 31
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
