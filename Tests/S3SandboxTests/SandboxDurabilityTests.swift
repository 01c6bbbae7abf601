import Foundation
import S3
import Testing

@testable import S3Sandbox

/// What a server leaves behind for the next one on the same directory.
@Suite(.timeLimit(.minutes(2)))
struct SandboxDurabilityTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func whatWasAcknowledgedIsThereForTheNextServer() async throws {
        let large = [UInt8](repeating: 7, count: 3 << 20)
        try await withServer(on: folder) { client, _ in
            try await client.createBucket("bucket")
            try await client.createBucket("empty-bucket")
            try await client.createBucket("deleted-bucket")
            try await client.deleteBucket("deleted-bucket")
            try await client.put(
                [1], to: "plain", in: "bucket", metadata: ["colour": "blue"],
                contentType: "text/plain")
            try await client.put([1], to: "replaced", in: "bucket")
            try await client.put([2, 2], to: "replaced", in: "bucket")
            try await client.put([1], to: "deleted", in: "bucket")
            try await client.delete("deleted", in: "bucket")
            try await client.put(large, to: "folder/large é", in: "bucket")
        }
        try await withServer(on: folder) { client, _ in
            let plain = try await client.get("plain", in: "bucket")
            #expect(plain.body == [1] && plain.contentType == "text/plain")
            #expect(plain.metadata == ["colour": "blue"])
            #expect(plain.etag == "55a54008ad1ba589aa210d2629c1df41", "the MD5 of one byte, 1")
            #expect(try await client.get("replaced", in: "bucket").body == [2, 2])
            #expect(try await client.get("folder/large é", in: "bucket").body == large)
            let keys = try await client.listAll("bucket").map(\.key)
            #expect(keys == ["folder/large é", "plain", "replaced"])
            #expect(try await client.listAll("empty-bucket").isEmpty)
            await #expect(throws: S3Error.with(.noSuchBucket)) {
                try await client.headBucket("deleted-bucket")
            }
        }
    }

    @Test func whatWasNeverAcknowledgedIsIgnored() async throws {
        try await withServer(on: folder) { client, _ in
            try await client.createBucket("bucket")
            try await client.put([1], to: "key", in: "bucket")
        }
        let bucket = folder.storage + "/bucket"
        let stored = try #require(
            try FileManager.default.contentsOfDirectory(atPath: bucket).first)
        // A write cut off, and one that was whole and not yet in its place.
        try Data([0, 0, 1]).write(to: URL(filePath: bucket + "/1.tmp"))
        try FileManager.default.copyItem(
            atPath: bucket + "/" + stored, toPath: bucket + "/2.tmp")
        try await withServer(on: folder) { client, _ in
            #expect(try await client.listAll("bucket").map(\.key) == ["key"])
            // Their names are used again.
            for value in UInt8(2)...5 { try await client.put([value], to: "key", in: "bucket") }
            #expect(try await client.get("key", in: "bucket").body == [5])
            try await client.delete("key", in: "bucket")
            try await client.deleteBucket("bucket")
        }
        #expect(folder.contents == ["storage"])
    }

    @Test func aWriteLeavesNoTemporaryFile() async throws {
        try await withServer(on: folder) { client, _ in
            try await client.createBucket("bucket")
            try await client.put([1], to: "key", in: "bucket")
            await #expect(throws: S3Error.with(.preconditionFailed)) {
                try await client.put([2], to: "key", in: "bucket", if: .absent)
            }
        }
        #expect(folder.contents.count { $0.hasSuffix(".tmp") } == 0)
        #expect(folder.contents.count == 3, "storage, its bucket, and the object")
    }

    @Test func anUploadThatWasNotCompletedLeavesNothing() async throws {
        try await withServer(on: folder) { client, _ in
            try await client.createBucket("bucket")
            let upload = try await client.createUpload(of: "key", in: "bucket")
            _ = try await client.uploadPart(
                [1], number: 1, of: "key", in: "bucket", upload: upload)
        }
        try await withServer(on: folder) { client, _ in
            let left = try await client.listAll("bucket")
            #expect(left.isEmpty)
        }
    }

    @Test func writesOfManyClientsAtOnceAreAllKept() async throws {
        try await withServer(on: folder) { client, _ in
            try await client.createBucket("bucket")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        try await client.put(
                            Array("\(number)".utf8), to: "key-\(number)", in: "bucket")
                    }
                }
                try await group.waitForAll()
            }
        }
        try await withServer(on: folder) { client, _ in
            #expect(try await client.listAll("bucket").count == 64)
            for number in 0..<64 {
                let read = try await client.get("key-\(number)", in: "bucket")
                #expect(read.body == Array("\(number)".utf8))
            }
        }
    }

    /// A drill that finds fewer bytes than were acknowledged must not take them for the object.
    @Test func anObjectWhoseFileWasCutShortIsNotServed() async throws {
        try await withServer(on: folder) { client, _ in
            try await client.createBucket("bucket")
            try await client.put([UInt8](repeating: 1, count: 1000), to: "key", in: "bucket")
        }
        let bucket = folder.storage + "/bucket"
        let stored = try #require(
            try FileManager.default.contentsOfDirectory(atPath: bucket).first)
        let file = URL(filePath: bucket + "/" + stored)
        try Data(try Data(contentsOf: file).dropLast(500)).write(to: file)
        await #expect(throws: (any Error).self) {
            try await withServer(on: folder) { client, _ in
                let read = try await client.get("key", in: "bucket")
                #expect(read.body.count == 1000)
            }
        }
    }

    @Test func aPortInUseIsAnError() async throws {
        try await withServer(on: folder) { _, server in
            await #expect(throws: (any Error).self) {
                try await SandboxServer(
                    directory: folder.storage, credentials: sandboxCredentials, port: server.port)
            }
        }
    }

    @Test func aStoppedServerAnswersNobody() async throws {
        let server = try await SandboxServer(
            directory: folder.storage, credentials: sandboxCredentials)
        let client = try S3Client(
            S3Configuration(endpoint: server.endpoint, credentials: sandboxCredentials))
        try await client.createBucket("bucket")
        await server.stop()
        await #expect(throws: S3Error.self) { try await client.headBucket("bucket") }
        try await client.shutdown()
    }
}
