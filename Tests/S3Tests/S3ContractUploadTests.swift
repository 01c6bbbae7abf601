import Foundation
import S3
import Testing

extension S3ContractTests {
    private static let wholeSize = 17 << 20

    /// Chunks of a size that fits into parts nowhere.
    private static func chunks(of body: [UInt8]) -> AsyncThrowingStream<[UInt8], any Error> {
        AsyncThrowingStream { continuation in
            var rest = body[...]
            while !rest.isEmpty {
                continuation.yield(Array(rest.prefix(1_234_567)))
                rest = rest.dropFirst(1_234_567)
            }
            continuation.finish()
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aLargeObjectGoesUpAndDownInBoundedParts(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let body = TestBytes.make(Self.wholeSize)
            let written = try await client.upload(Self.chunks(of: body), to: "large", in: bucket)
            let head = try await client.head("large", in: bucket)
            #expect(head.size == body.count && head.etag == written.etag)
            #expect(written.etag.hasSuffix("-3"), "three parts")

            var read: [UInt8] = []
            var largest = 0
            for try await chunk in client.download("large", in: bucket) {
                largest = max(largest, chunk.count)
                read += chunk
            }
            #expect(largest == S3Client.partSize)
            #expect(S3Client.partSize == 8 << 20)
            #expect(read.count == body.count)
            #expect(Digests.sha256(read) == Digests.sha256(body))
        }
    }

    @Test(arguments: ContractServer.allCases)
    func anUploadInPartsCarriesMetadata(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let metadata = ["name": "value", "other-name": "2"]
            try await client.upload(
                Self.chunks(of: [1, 2, 3]), to: "key", in: bucket, metadata: metadata)
            #expect(try await client.head("key", in: bucket).metadata == metadata)
        }
    }

    @Test(arguments: ContractServer.allCases)
    func nothingUploadedIsAnEmptyObject(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            try await client.upload(Self.chunks(of: []), to: "empty", in: bucket)
            #expect(try await client.head("empty", in: bucket).size == 0)
            for try await chunk in client.download("empty", in: bucket) {
                Issue.record("a chunk of \(chunk.count) bytes")
            }
        }
    }

    @Test(arguments: ContractServer.allCases)
    func anUploadThatFailsLeavesTheOldObject(_ server: ContractServer) async throws {
        struct Broken: Error {}
        try await server.test { client, bucket in
            try await client.put([1], to: "key", in: bucket)
            let source = AsyncThrowingStream<[UInt8], any Error> { continuation in
                continuation.yield(TestBytes.make(S3Client.partSize + 1))
                continuation.finish(throwing: Broken())
            }
            await #expect(throws: Broken.self) {
                try await client.upload(source, to: "key", in: bucket)
            }
            #expect(try await client.get("key", in: bucket).body == [1])
        }
    }

    @Test(arguments: ContractServer.allCases)
    func anUploadOnConditionKeepsWhatIsThere(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            try await client.put([1], to: "key", in: bucket)
            await #expect(throws: S3Error.with(.preconditionFailed)) {
                try await client.upload(
                    Self.chunks(of: [2]), to: "key", in: bucket, if: .absent)
            }
            #expect(try await client.get("key", in: bucket).body == [1])
            try await client.upload(Self.chunks(of: [2]), to: "new", in: bucket, if: .absent)
            #expect(try await client.get("new", in: bucket).body == [2])
        }
    }

    @Test(arguments: ContractServer.allCases)
    func anAbortedUploadTakesNothingMore(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let upload = try await client.createUpload(of: "key", in: bucket)
            let part = try await client.uploadPart(
                [1], number: 1, of: "key", in: bucket, upload: upload)
            try await client.abortUpload(upload, of: "key", in: bucket)
            let error = S3Error.with(server.dialect.codeOfEndedUpload)
            await #expect(throws: error) {
                try await client.uploadPart([2], number: 2, of: "key", in: bucket, upload: upload)
            }
            await #expect(throws: error) {
                try await client.completeUpload(upload, of: "key", in: bucket, parts: [part])
            }
            await #expect(throws: S3Error.with(.noSuchKey)) {
                try await client.head("key", in: bucket)
            }
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aPartBeforeTheLastHasFiveMebibytes(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let upload = try await client.createUpload(of: "key", in: bucket)
            var parts: [String] = []
            for number in 1...2 {
                parts.append(
                    try await client.uploadPart(
                        [1], number: number, of: "key", in: bucket, upload: upload))
            }
            if server.dialect.refusesSmallParts {
                await #expect(throws: S3Error.with(.entityTooSmall)) {
                    try await client.completeUpload(upload, of: "key", in: bucket, parts: parts)
                }
                try await client.abortUpload(upload, of: "key", in: bucket)
            } else {
                _ = try await client.completeUpload(upload, of: "key", in: bucket, parts: parts)
            }
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aDownloadNeverMixesTwoVersions(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            try await client.put(
                [UInt8](repeating: 1, count: S3Client.partSize + 1), to: "key", in: bucket)
            var received = 0
            await #expect(throws: S3Error.with(.preconditionFailed)) {
                for try await chunk in client.download("key", in: bucket) {
                    received += chunk.count
                    try await client.put(
                        [UInt8](repeating: 2, count: S3Client.partSize + 1), to: "key", in: bucket)
                }
            }
            #expect(received == S3Client.partSize)
        }
    }
}
