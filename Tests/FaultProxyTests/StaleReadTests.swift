import Foundation
import S3
import S3Sandbox
import Testing

@testable import FaultProxy

/// Reads that are answered with what was true once.
@Suite(.timeLimit(.minutes(2)))
struct StaleReadTests {
    @Test func aReadIsAnsweredAsItWasFirst() async throws {
        try await withProxy { proxied in
            let (proxy, client) = (proxied.proxy, try proxied.client())
            try await client.put([0], to: "key", in: "bucket")
            // What was read before the fault does not count.
            _ = try await client.get("key", in: "bucket")
            let first = try await client.put(
                Array("one".utf8), to: "key", in: "bucket", metadata: ["colour": "blue"])
            let lease = try await proxy.inject(Fault(.staleRead), lease: .seconds(60))
            #expect(try await client.get("key", in: "bucket").body == Array("one".utf8))
            #expect(proxy.struck(by: lease.token) == 0)

            let second = try await client.put(Array("three".utf8), to: "key", in: "bucket")
            for _ in 0..<3 {
                let stale = try await client.get("key", in: "bucket")
                #expect(stale.body == Array("one".utf8) && stale.size == 3)
                #expect(stale.etag == first.etag && stale.metadata == ["colour": "blue"])
            }
            #expect(proxy.struck(by: lease.token) == 3)
            #expect(proxy.counts().forwarded == proxy.counts().requests - 3)
            let stale = proxied.seen.all.filter { $0.fault != nil }
            #expect(stale.map(\.fault) == [.staleRead, .staleRead, .staleRead])
            #expect(stale.map(\.status) == [nil, nil, nil])
            #expect(try await client.head("key", in: "bucket").etag == second.etag)
            let part = try await client.get("key", in: "bucket", range: 0...2)
            #expect(part.body == Array("thr".utf8))

            try await proxy.lift(lease.token)
            #expect(try await client.get("key", in: "bucket").body == Array("three".utf8))
        }
    }

    @Test func whatIsNotThereIsNotRemembered() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let lease = try await proxied.proxy.inject(Fault(.staleRead), lease: .seconds(60))
            await #expect(throws: S3Error.with(.noSuchKey)) {
                try await client.get("key", in: "bucket")
            }
            try await client.put([1], to: "key", in: "bucket")
            #expect(try await client.get("key", in: "bucket").body == [1])
            try await client.delete("key", in: "bucket")
            #expect(try await client.get("key", in: "bucket").body == [1])
            try await proxied.proxy.lift(lease.token)
            await #expect(throws: S3Error.with(.noSuchKey)) {
                try await client.get("key", in: "bucket")
            }
        }
    }

    @Test func aListIsStaleToo() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let lease = try await proxied.proxy.inject(
                Fault(.staleRead, operations: [.listObjectsV2]), lease: .seconds(60))
            #expect(try await client.keys == [])
            try await client.put([1], to: "key", in: "bucket")
            #expect(try await client.keys == [])
            #expect(try await client.get("key", in: "bucket").body == [1])
            try await client.put([2], to: "key", in: "bucket")
            #expect(try await client.get("key", in: "bucket").body == [2])
            try await proxied.proxy.lift(lease.token)
            #expect(try await client.keys == ["key"])
        }
    }

    @Test func aBodyOfMoreThanOneMebibyteIsNotRemembered() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let lease = try await proxied.proxy.inject(Fault(.staleRead), lease: .seconds(60))
            for (count, isStale) in [(1 << 20, true), (1 << 20 + 1, false)] {
                let key = "of \(count)"
                let body = [UInt8](repeating: 1, count: count)
                try await client.put(body, to: key, in: "bucket")
                #expect(try await client.get(key, in: "bucket").body == body)
                try await client.put([2], to: key, in: "bucket")
                let read = try await client.get(key, in: "bucket").body
                #expect(read == (isStale ? body : [2]))
            }
            try await proxied.proxy.lift(lease.token)
        }
    }

    /// Another fault may spoil what the client gets: what the storage said is remembered.
    @Test func aCorruptAnswerIsRememberedAsItWas() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let body = [UInt8](repeating: 1, count: 1000)
            try await client.put(body, to: "key", in: "bucket")
            let stale = try await proxied.proxy.inject(Fault(.staleRead), lease: .seconds(60))
            let corrupt = try await proxied.proxy.inject(Fault(.corrupt), lease: .seconds(60))
            #expect(try await client.get("key", in: "bucket").body != body)
            try await client.put([2], to: "key", in: "bucket")
            #expect(try await client.get("key", in: "bucket").body == body)
            try await proxied.proxy.lift(corrupt.token)
            try await proxied.proxy.lift(stale.token)
        }
    }

    @Test func staleAnswersStandInOrderOnAPipelinedConnection() async throws {
        try await withPlainProxy(answering: Array("hello".utf8)) { proxy, requests in
            let lease = try await proxy.inject(Fault(.staleRead), lease: .seconds(60))
            let connection = try #require(RawConnection(port: proxy.port))
            let read = "GET /bucket/key HTTP/1.1\r\nhost: x\r\n"
            let other = "GET /bucket/other HTTP/1.1\r\nhost: x\r\n"
            connection.send("\(read)\r\n\(read)\r\n\(other)\r\n\(read)connection: close\r\n\r\n")
            let rest = await connection.rest()
            #expect(rest.end == .closed)
            #expect(rest.text.components(separatedBy: "HTTP/1.1 200 ").count == 5)
            #expect(rest.text.components(separatedBy: "\r\n\r\nhello").count == 5)
            #expect(requests.all.map(\.target) == ["/bucket/key", "/bucket/other"])
            #expect(proxy.struck(by: lease.token) == 2)
            try await proxy.lift(lease.token)
        }
    }

    @Test func theOldestIsForgottenWhenThereIsTooMuch() {
        var reads = StaleReads()
        let text = String(repeating: "a", count: 1_000_000)
        for number in 0..<100 {
            reads.add(OwnAnswer(status: 200, plain: "\(number)\(text)"), for: "/\(number)")
        }
        let kept = (0..<100).filter { reads["/\($0)"] != nil }
        #expect(kept == Array((100 - kept.count)..<100))
        #expect((20...67).contains(kept.count))
        let known = reads["/99"]
        reads.add(OwnAnswer(status: 200, plain: "later"), for: "/99")
        #expect(reads["/99"] == known)
    }
}
