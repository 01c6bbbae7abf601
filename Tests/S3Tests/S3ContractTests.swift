import Foundation
import S3
import Testing

/// What every storage does for the client, tested against each of them.
///
/// One at a time: SeaweedFS has room for few buckets.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct S3ContractTests {
    // MARK: Buckets

    @Test(arguments: ContractServer.allCases)
    func aNewBucketIsThereAndEmpty(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            try await client.headBucket(bucket)
            #expect(try await client.listAll(bucket) == [])
            let page = try await client.list(bucket)
            #expect(page.nextToken == nil)
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aBucketIsNotCreatedTwice(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            try await client.put([1], to: "kept", in: bucket)
            if server.dialect.refusesExistingBucket {
                await #expect(throws: S3Error.with(.bucketAlreadyExists)) {
                    try await client.createBucket(bucket)
                }
            } else {
                try await client.createBucket(bucket)
            }
            #expect(try await client.get("kept", in: bucket).body == [1])
        }
    }

    @Test(arguments: ContractServer.allCases)
    func onlyAnEmptyBucketIsDeleted(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            try await client.put([1], to: "last", in: bucket)
            await #expect(throws: S3Error.with(.bucketNotEmpty)) {
                try await client.deleteBucket(bucket)
            }
            #expect(try await client.get("last", in: bucket).body == [1])
            try await client.delete("last", in: bucket)
            try await client.deleteBucket(bucket)
            await #expect(throws: S3Error.with(.noSuchBucket)) {
                try await client.headBucket(bucket)
            }
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aMissingBucketIsNamedAsSuch(_ server: ContractServer) async throws {
        try await server.withConfiguration { configuration in
            try await withClient(configuration) { client in
                let (bucket, error) = (
                    ContractServer.newBucketName(), S3Error.with(.noSuchBucket)
                )
                await #expect(throws: error) { try await client.headBucket(bucket) }
                await #expect(throws: error) { try await client.list(bucket) }
                await #expect(throws: error) { try await client.get("key", in: bucket) }
                await #expect(throws: error) { try await client.put([1], to: "key", in: bucket) }
                await #expect(throws: error) { try await client.delete("key", in: bucket) }
                await #expect(throws: error) { try await client.deleteBucket(bucket) }
                await #expect(throws: error) { try await client.createUpload(of: "k", in: bucket) }
            }
        }
    }

    // MARK: Objects

    @Test(arguments: ContractServer.allCases)
    func anObjectComesBackWithAllThatWasStored(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let body = Array("hello world".utf8)
            let metadata = ["colour": "blue", "note": "two  blanks", "dashed-name": "1"]
            let written = try await client.put(
                body, to: "greeting", in: bucket, metadata: metadata, contentType: "text/plain")
            let read = try await client.get("greeting", in: bucket)
            #expect(read.body == body)
            for object in [read, try await client.head("greeting", in: bucket)] {
                #expect(object.size == body.count)
                #expect(object.contentType == "text/plain")
                #expect(object.metadata == metadata)
                #expect(object.etag == written.etag)
            }
            // The MD5 of the body, without quotes.
            #expect(written.etag == "5eb63bbbe01eeed093cb22bb8f5acdc3")
            #expect(try await client.head("greeting", in: bucket).body == [])
        }
    }

    @Test(arguments: ContractServer.allCases)
    func anEmptyObjectIsAnObject(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            try await client.put([], to: "empty", in: bucket)
            let read = try await client.get("empty", in: bucket)
            #expect(read.body == [] && read.size == 0)
            #expect(try await client.head("empty", in: bucket).size == 0)
            #expect(try await client.listAll(bucket).map(\.size) == [0])
        }
    }

    @Test(arguments: ContractServer.allCases)
    func anObjectOfOneMebibyteComesBackUnchanged(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let body = TestBytes.make(1 << 20)
            try await client.put(body, to: "large", in: bucket)
            let read = try await client.get("large", in: bucket)
            #expect(read.body.count == body.count)
            #expect(Digests.sha256(read.body) == Digests.sha256(body))
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aSecondPutReplacesTheFirst(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let first = try await client.put(
                [1, 1, 1], to: "key", in: bucket, metadata: ["version": "1"])
            let second = try await client.put([2], to: "key", in: bucket)
            #expect(first.etag != second.etag)
            let read = try await client.get("key", in: bucket)
            #expect(read.body == [2] && read.etag == second.etag)
            #expect(read.metadata == [:])
            #expect(try await client.listAll(bucket).map(\.key) == ["key"])
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aDeletedObjectIsGoneAndDeletingAgainIsNoError(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            try await client.put([1], to: "key", in: bucket)
            try await client.delete("key", in: bucket)
            try await client.delete("key", in: bucket)
            #expect(try await client.listAll(bucket) == [])
            let error = S3Error.with(.noSuchKey)
            await #expect(throws: error) { try await client.get("key", in: bucket) }
            await #expect(throws: error) { try await client.head("key", in: bucket) }
        }
    }

    // MARK: Keys

    private static let keys = [
        "with blank", "with  two blanks", "plus+sign", "per%cent", "amp&er&sand", "a%2Fb",
        "é-日本-🎉", "e\u{301}", "\u{e9}", "q?x=1&y", "hash#x", "semi;colon=,:@", "quotes\"'<>",
        "star*(x)!$",
        "~-._", "sub/folder/key", String(repeating: "x", count: 200),
    ]

    @Test(arguments: ContractServer.allCases)
    func everyKeyIsItself(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            for key in Self.keys {
                try await client.put(Array(key.utf8), to: key, in: bucket)
            }
            for key in Self.keys {
                let read = try await client.get(key, in: bucket)
                #expect(read.body == Array(key.utf8), "\(key)")
                #expect(try await client.head(key, in: bucket).size == key.utf8.count, "\(key)")
            }
            // As bytes: two of the keys are equal as Swift compares strings.
            let listed = Set(try await client.listAll(bucket).map { Array($0.key.utf8) })
            #expect(listed == Set(Self.keys.map { Array($0.utf8) }))
            for key in Self.keys { try await client.delete(key, in: bucket) }
            #expect(try await client.listAll(bucket) == [])
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aKeyMayEndInASlash(_ server: ContractServer) async throws {
        // SeaweedFS does not read the body of a folder and closes the connection behind its answer.
        // A request that is just then sent on it is lost, which the client does not hide.
        try await server.test(newConnections: true) { client, bucket in
            try await client.put([7], to: "folder/", in: bucket)
            try await client.put([8], to: "folder/inside", in: bucket)
            let kept: [UInt8] = server.dialect.keepsBodiesOfFolders ? [7] : []
            #expect(try await client.get("folder/", in: bucket).body == kept)
            #expect(try await client.get("folder/inside", in: bucket).body == [8])
            await #expect(throws: S3Error.with(.noSuchKey)) {
                try await client.get("folder/other", in: bucket)
            }
        }
    }

    // MARK: Ranges

    @Test(arguments: ContractServer.allCases)
    func aRangeIncludesBothEnds(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            try await client.put(Array("hello world".utf8), to: "key", in: bucket)
            for (range, text) in [
                (0...4, "hello"), (6...10, "world"), (0...0, "h"), (6...99, "world"),
            ] {
                let part = try await client.get("key", in: bucket, range: range)
                #expect(String(decoding: part.body, as: UTF8.self) == text)
                #expect(part.size == 11, "of the whole object")
            }
            await #expect(throws: S3Error.with(.invalidRange)) {
                try await client.get("key", in: bucket, range: 11...12)
            }
        }
    }
}
