import Foundation

/// A storage server that the tests started, and how to reach it.
package struct StorageServer: Sendable {
    package let process: ServerProcess
    /// For example `http://127.0.0.1:24680`.
    package let endpoint: String
    /// The same storage over TLS, with a certificate of `authority`.
    package var secureEndpoint: String?
    /// The PEM file of the authority, made for this server.
    package var authority: String?
    package let accessKeyID: String
    package let secretAccessKey: String
    package let region: String
    /// Answered with 200 as soon as it serves.
    let readiness: (port: Int, path: String)

    /// Starts it again on the same ports and data, after it was killed.
    package func startAgain() async throws -> StorageServer {
        // Those of the killed one would be in the way.
        for name in ["filer.sock", "s3.sock"] {
            try? FileManager.default.removeItem(atPath: process.folder + "/" + name)
        }
        let next = try await process.startAgain()
        try await next.waitUntilReady(port: readiness.port, path: readiness.path)
        return StorageServer(
            process: next, endpoint: endpoint, secureEndpoint: secureEndpoint,
            authority: authority, accessKeyID: accessKeyID, secretAccessKey: secretAccessKey,
            region: region, readiness: readiness)
    }
}

/// The servers that all tests of one run share. Each starts when it is first asked for.
package actor Servers {
    package static let shared = Servers()

    private var seaweedFSStart: Task<StorageServer, any Error>?
    private var motoStart: Task<StorageServer, any Error>?

    package func seaweedFS() async throws -> StorageServer {
        let start = seaweedFSStart ?? Task { try await StorageServer.seaweedFS() }
        seaweedFSStart = start
        return try await start.value
    }

    package func moto() async throws -> StorageServer {
        let start = motoStart ?? Task { try await StorageServer.moto() }
        motoStart = start
        return try await start.value
    }
}

extension StorageServer {
    private static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A program that `make test` installs.
    package static func program(_ name: String) -> String { repository.path + "/.venv/bin/" + name }

    private static func newFolder(_ name: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.path + "/dr-\(name)-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        return folder
    }

    /// Between looking for free ports and using them, another program can take one.
    private static func retrying(
        _ start: () async throws -> StorageServer
    ) async throws -> StorageServer {
        for _ in 0..<2 {
            do { return try await start() } catch is ServerProcess.Failure {}
        }
        return try await start()
    }

    // MARK: SeaweedFS

    /// A SeaweedFS of its own, empty, in plain HTTP and over TLS.
    ///
    /// Its first write can take some 5 s: allow it 15.
    package static func seaweedFS() async throws -> StorageServer {
        try await retrying { try await startSeaweedFS() }
    }

    private static func startSeaweedFS() async throws -> StorageServer {
        let folder = try newFolder("seaweedfs")
        let files = try ServerCertificate(folder: folder)
        let (key, secret) = ("AKDRTESTING", "seaweedfs-secret-for-tests")
        try writeIdentity(key: key, secret: secret, to: folder + "/s3.json")
        try FileManager.default.createDirectory(
            atPath: folder + "/data", withIntermediateDirectories: false)
        // Master, volume, filer and S3; each has gRPC 10000 ports higher. Then S3 over TLS.
        let base = try LocalPort.free(with: [0, 1, 2, 3, 4, 10_000, 10_001, 10_002, 10_003])
        let process = try ServerProcess(
            program("weed"), arguments(base: base, folder: folder, files: files), folder: folder,
            // It puts these there whatever it is told.
            leavings: ["master", "volume", "filer", "s3"].enumerated().map {
                "/tmp/seaweedfs-\($1)-grpc-\(base + 10_000 + $0).sock"
            })
        let readiness = (port: base + 3, path: "/healthz")
        try await process.waitUntilReady(port: readiness.port, path: readiness.path)
        return StorageServer(
            process: process, endpoint: "http://127.0.0.1:\(base + 3)",
            secureEndpoint: "https://127.0.0.1:\(base + 4)", authority: files.authority,
            accessKeyID: key, secretAccessKey: secret, region: "auto", readiness: readiness)
    }

    private static func writeIdentity(key: String, secret: String, to file: String) throws {
        let text = """
            {"identities": [{"name": "tests",
              "credentials": [{"accessKey": "\(key)", "secretKey": "\(secret)"}],
              "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}
            """
        try text.write(toFile: file, atomically: false, encoding: .utf8)
    }

    /// Without these it talks to its makers, answers on all addresses, has room for two buckets,
    /// makes buckets by itself, and takes ports and socket files that a second one needs.
    private static func arguments(
        base: Int, folder: String, files: ServerCertificate
    ) -> [String] {
        [
            "-logtostderr=true", "server", "-dir=\(folder)/data",
            "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
            "-master.telemetry=false", "-master.electionTimeout=1s",
            "-master.volumeSizeLimitMB=64", "-volume.max=100", "-volume.preStopSeconds=0",
            "-master.port=\(base)", "-volume.port=\(base + 1)",
            "-filer", "-filer.port=\(base + 2)", "-filer.localSocket=\(folder)/filer.sock",
            "-s3", "-s3.port=\(base + 3)", "-s3.port.https=\(base + 4)",
            "-s3.cert.file=\(files.certificate)", "-s3.key.file=\(files.key)",
            "-s3.config=\(folder)/s3.json", "-s3.localSocket=\(folder)/s3.sock",
            "-s3.port.iceberg=0", "-s3.port.lance=0",
            "-s3.autoCreateBucket=false", "-s3.allowDeleteBucketNotEmpty=false",
        ]
    }

    // MARK: moto

    /// A moto server of its own, empty. It keeps all in memory and checks no signatures.
    package static func moto() async throws -> StorageServer {
        try await retrying { try await startMoto() }
    }

    private static func startMoto() async throws -> StorageServer {
        let port = try LocalPort.free()
        let process = try ServerProcess(
            program("moto_server"), ["-H", "127.0.0.1", "-p", String(port)],
            folder: try newFolder("moto"))
        let readiness = (port: port, path: "/moto-api/")
        try await process.waitUntilReady(port: readiness.port, path: readiness.path)
        // It refuses to make a bucket in a region that AWS does not have.
        return StorageServer(
            process: process, endpoint: "http://127.0.0.1:\(port)", accessKeyID: "AKDRTESTING",
            secretAccessKey: "moto-secret-for-tests", region: "us-east-1", readiness: readiness)
    }
}
