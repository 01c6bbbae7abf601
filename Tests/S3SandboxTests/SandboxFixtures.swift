import Foundation
import S3
import Synchronization

@testable import S3Sandbox

let sandboxCredentials = S3Credentials(
    accessKeyID: "AKSANDBOX", secretAccessKey: "sandbox-secret-for-tests")

/// A folder that is removed with the last reference to it. The sandbox's is one below, so that a
/// test can see what is written beside it.
final class TemporaryFolder: Sendable {
    let path: String
    var storage: String { path + "/storage" }

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/dr-sandbox-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Every file and folder in it, relative to it.
    var contents: [String] {
        (FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []).sorted()
    }
}

/// Runs a server on a folder, with a client, for as long as `body` runs.
func withServer(
    on folder: TemporaryFolder,
    _ body: (S3Client, SandboxServer) async throws -> Void
) async throws {
    let server = try await SandboxServer(
        directory: folder.storage, credentials: sandboxCredentials)
    var configuration = S3Configuration(
        endpoint: server.endpoint, credentials: sandboxCredentials)
    configuration.requestTimeout = .seconds(60)
    let client = try S3Client(configuration)
    do {
        try await body(client, server)
    } catch {
        try? await client.shutdown()
        await server.stop()
        throw error
    }
    try await client.shutdown()
    await server.stop()
}

extension S3Error {
    /// An error to compare with: only its code counts.
    static func with(_ code: Code) -> S3Error { S3Error(code, message: "", finished: .now) }
}

/// Notes what happens in other tasks.
final class Recorder<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ element: Element) { elements.withLock { $0.append(element) } }
}

/// A request as it arrives at the sandbox, signed like a client's, to be spoilt afterwards.
struct SignedRequest {
    /// When the sandbox that it is sent to lives.
    static let now = Date(timeIntervalSince1970: 1_800_000_000)

    var method = "GET"
    /// Percent-encoded.
    var path = "/bucket/key"
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var credentials = sandboxCredentials
    var time = SignedRequest.now
    /// Instead of the hash of the body.
    var payloadHash: String?
    var hasHost = true

    var arriving: LoopbackServer.Request {
        let timestamp = time.formatted(.iso8601).filter { (character: Character) in
            character != "-" && character != ":"
        }
        let hash = payloadHash ?? Digests.sha256(body)
        var headers = headers
        if hasHost { headers.append(("host", "127.0.0.1")) }
        headers.append(("x-amz-date", timestamp))
        headers.append(("x-amz-content-sha256", hash))
        let signature = RequestSignature(
            method: method, path: path, query: query, headers: headers, payloadHash: hash,
            region: "auto", timestamp: timestamp)
        headers.append(("authorization", signature.authorization(with: credentials)))
        let pairs = query.map {
            "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))"
        }
        let target = pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
        return LoopbackServer.Request(
            method: method, target: target, headers: headers, body: body)
    }
}

extension LoopbackServer.Request {
    /// The same with another value for a header, or without it.
    func changing(_ name: String, to value: String?) -> LoopbackServer.Request {
        var others = headers.filter { $0.name != name }
        if let value { others.append((name, value)) }
        return LoopbackServer.Request(
            method: method, target: target, headers: others, body: body)
    }
}

extension LoopbackServer.Response {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// What stands in an element of the answer.
    func element(_ name: String) -> String? {
        guard let start = text.range(of: "<\(name)>"),
            let end = text.range(of: "</\(name)>", range: start.upperBound..<text.endIndex)
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }

    var errorCode: String? { element("Code") }
}

extension SandboxAPI {
    /// The interface of a sandbox without its server, with a bucket named `bucket`.
    static func withBucket(in folder: TemporaryFolder) throws -> SandboxAPI {
        let store = try SandboxStore(root: folder.storage)
        try store.createBucket("bucket")
        return SandboxAPI(
            store: store, credentials: sandboxCredentials, now: { SignedRequest.now })
    }

    func respond(to request: SignedRequest) -> LoopbackServer.Response {
        respond(to: request.arriving)
    }
}
