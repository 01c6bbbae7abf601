import Archive
import EventLog
import Foundation
import S3
import S3Sandbox
import Testing

/// An archive in a bucket of a server on this machine.
struct S3ArchiveTests {
    private static let bucket = "old-events"

    @Test func whatIsPutIsGivenBackAndListed() async throws {
        try await withClient { client in
            let archive = S3Archive(client: client, bucket: Self.bucket, prefix: "/logs/one/")
            #expect("\(archive)" == "s3://old-events/logs/one/")
            #expect(try await archive.list() == [])
            #expect(try await archive.get("a.segment") == nil)
            try await archive.put([1, 2, 3], as: "b.segment")
            try await archive.put([], as: "a.segment")
            try await archive.put([4], as: "b.segment")
            #expect(try await archive.get("a.segment") == [])
            #expect(try await archive.get("b.segment") == [4])
            #expect(try await archive.list() == ["a.segment", "b.segment"])
            let keys = try await client.listAll(Self.bucket).map(\.key)
            #expect(keys.sorted() == ["logs/one/a.segment.gz", "logs/one/b.segment.gz"])
        }
    }

    /// Random bytes do not become fewer, so they go up in parts.
    @Test func moreThanOnePartIsGivenBackWhole() async throws {
        try await withClient { client in
            let archive = S3Archive(client: client, bucket: Self.bucket, prefix: "")
            let bytes = [UInt8](randomBytes: 2 * S3Client.partSize + 5)
            try await archive.put(bytes, as: "large")
            #expect(try await archive.get("large") == bytes)
        }
    }

    @Test func anObjectThatIsNotWhatWasPutIsNotGivenBackAsIfItWere() async throws {
        try await withClient { client in
            let archive = S3Archive(client: client, bucket: Self.bucket, prefix: "")
            try await archive.put([1, 2, 3], as: "a")
            try await client.put([9, 9, 9, 9], to: "a.gz", in: Self.bucket)
            let found = try await archive.get("a")
            #expect(found != nil)
            #expect(found != [1, 2, 3])
        }
    }

    @Test func aBucketThatIsNotThereIsAnError() async throws {
        try await withClient { client in
            let archive = S3Archive(client: client, bucket: "no-such-bucket", prefix: "")
            await #expect(throws: S3Error.self) { try await archive.put([1], as: "a") }
        }
    }

    @Test func aLogIsArchivedInABucketAndReadFromThere() async throws {
        let folder = try TemporaryFolder()
        try await withClient { client in
            let store = try EventStore(DataDirectory("\(folder.path)/data"))
            var random = SystemRandomNumberGenerator()
            let events = (0..<500).map { number in
                NewEvent(
                    id: EventID(time: 1_750_000_000_000_000, using: &random), number: 20,
                    payload: [UInt8](randomBytes: number))
            }
            _ = try await store.append(events, to: "run/a", expecting: .noStream)
            let before = try await store.read { try $0.events(from: 1) }
            let archive = S3Archive(client: client, bucket: Self.bucket, prefix: "logs")
            let segments = try await store.archive(
                before: .max, to: archive,
                base: { _, position in ArchiveBase(position: position) { nil } },
                isFinished: { _ in true }, by: "a test")
            #expect(segments.map(\.last) == [501])
            let reader = store.reader
            let archived = ArchivedEvents(archive, segments: segments, reader: reader)
            #expect(try await archived.events(from: 1) == before)
            // The dump is empty: of it there is only the list of its parts.
            #expect(try await archive.list() == [segments[0].baseName, segments[0].name].sorted())
        }
    }

    /// Runs `body` with a client of a server that has the bucket.
    private func withClient(_ body: (S3Client) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let credentials = S3Credentials(accessKeyID: "AK", secretAccessKey: "secret-for-tests")
        let server = try await SandboxServer(directory: folder.path, credentials: credentials)
        var configuration = S3Configuration(endpoint: server.endpoint, credentials: credentials)
        configuration.requestTimeout = .seconds(30)
        let client = try S3Client(configuration)
        let result: Result<Void, any Error>
        do {
            try await client.createBucket(Self.bucket)
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        await server.stop()
        try result.get()
    }
}

/// Removed together with whoever holds it.
private final class TemporaryFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/archive-tests-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension [UInt8] {
    fileprivate init(randomBytes count: Int) {
        var random = SystemRandomNumberGenerator()
        self = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }
}
