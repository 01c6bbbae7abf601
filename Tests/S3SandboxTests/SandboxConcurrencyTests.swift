import Foundation
import S3
import Testing

@testable import S3Sandbox

/// Many clients at once.
@Suite(.timeLimit(.minutes(2)))
struct SandboxConcurrencyTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Sixteen writers at once.
    /// - Returns: those whose write was acknowledged; the others' precondition failed.
    private func winners(
        _ client: S3Client, if condition: S3Client.Condition
    ) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: UInt8?.self) { group in
            for writer in UInt8(100)..<116 {
                group.addTask {
                    do {
                        try await client.put([writer], to: "key", in: "bucket", if: condition)
                        return writer
                    } catch let error as S3Error where error.code == .preconditionFailed {
                        return nil
                    }
                }
            }
            return try await group.reduce(into: [UInt8]()) { winners, writer in
                if let writer { winners.append(writer) }
            }
        }
    }

    @Test func ofManyWritesIfAbsentExactlyOneWins() async throws {
        try await withServer(on: folder) { client, _ in
            try await client.createBucket("bucket")
            for _ in 0..<10 {
                let acknowledged = try await winners(client, if: .absent)
                #expect(acknowledged.count == 1)
                #expect(try await client.get("key", in: "bucket").body == acknowledged)
                try await client.delete("key", in: "bucket")
            }
        }
    }

    @Test func ofManyWritesIfUnchangedExactlyOneWins() async throws {
        try await withServer(on: folder) { client, _ in
            try await client.createBucket("bucket")
            for round in UInt8(0)..<10 {
                let before = try await client.put([round], to: "key", in: "bucket")
                let acknowledged = try await winners(client, if: .matches(before.etag))
                #expect(acknowledged.count == 1)
                #expect(try await client.get("key", in: "bucket").body == acknowledged)
            }
        }
    }

    /// A read finds one version, whole, or none.
    @Test func readsThatRaceWithWritesAreNeverTheServersFault() async throws {
        try await withServer(on: folder) { client, _ in
            try await client.createBucket("bucket")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for size in 1...150 {
                        let body = [UInt8](repeating: UInt8(size), count: size * 100)
                        try await client.put(body, to: "key", in: "bucket")
                        if size.isMultiple(of: 2) { try await client.delete("key", in: "bucket") }
                    }
                }
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<300 { try await Self.read(with: client) }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func read(with client: S3Client) async throws {
        do {
            let read = try await client.get("key", in: "bucket")
            let value = Int(read.body.first ?? 0)
            #expect(read.body.count == value * 100 && read.size == read.body.count)
            #expect(read.body.allSatisfy { Int($0) == value })
        } catch let error as S3Error where error.code == .noSuchKey {}
    }

    @Test func bucketsMadeAndRemovedAtOnceStayWhole() async throws {
        try await withServer(on: folder) { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        for _ in 0..<5 {
                            try await client.createBucket("bucket-\(number)")
                            try await client.put([1], to: "key", in: "bucket-\(number)")
                            try await client.delete("key", in: "bucket-\(number)")
                            try await client.deleteBucket("bucket-\(number)")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(folder.contents == ["storage"])
    }
}
