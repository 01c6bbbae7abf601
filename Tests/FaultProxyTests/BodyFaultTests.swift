import Foundation
import S3
import S3Sandbox
import Testing

@testable import FaultProxy

/// Faults that befall the bodies of answers.
@Suite(.timeLimit(.minutes(3)))
struct BodyFaultTests {
    private static let get = "GET /bucket/key HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"

    private static func body(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    }

    /// What comes out of a body that is sent in pieces, and whether it was cut.
    private static func passed(
        _ fault: BodyFault, _ body: [UInt8], pieces: Int
    ) -> (body: [UInt8], isCut: Bool) {
        var fault = fault
        var passed: [UInt8] = []
        for start in stride(from: 0, to: body.count, by: pieces) {
            var piece = Array(body[start..<min(start + pieces, body.count)])
            switch fault.meet(piece.count) {
            case .pass: break
            case .invert(let place): piece[place] = ~piece[place]
            case .cut(let kept): return (passed + piece.prefix(kept), true)
            }
            passed += piece
        }
        return (passed, false)
    }

    // MARK: Bandwidth

    @Test func aSlowAnswerTakesItsTimeAndIsWhole() async throws {
        try await withProxy { proxied in
            let client = try proxied.client(timeout: .seconds(60))
            let fault = Fault(.bandwidth(bytesPerSecond: 200_000))
            let lease = try await proxied.proxy.inject(fault, lease: .seconds(60))
            let body = Self.body(200_000)
            try await client.put(body, to: "key", in: "bucket")
            let start = ContinuousClock.now
            let read = try await client.get("key", in: "bucket")
            #expect(ContinuousClock.now - start >= .milliseconds(950))
            #expect(read.body == body)
            #expect(try await client.head("key", in: "bucket").size == body.count)
            // Only what came with the body of an answer was struck.
            #expect(proxied.seen.all.map(\.fault) == [nil, fault.kind, nil])
            #expect(proxied.seen.all.map(\.status) == [200, 200, 200])
            try await proxied.proxy.lift(lease.token)
        }
    }

    /// At its rate the answer would take an hour.
    @Test func aSlowAnswerGoesOnAtFullSpeedAfterTheLift() async throws {
        let body = [UInt8](repeating: 65, count: 3_600_000)
        try await withPlainProxy(answering: body) { proxy, _ in
            let fault = Fault(.bandwidth(bytesPerSecond: 1000))
            let lease = try await proxy.inject(fault, lease: .seconds(60))
            let connection = try #require(RawConnection(port: proxy.port))
            connection.send(Self.get)
            let head = await connection.text(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 200 "))
            try await proxy.lift(lease.token)
            let rest = await connection.rest()
            #expect(rest.text.utf8.count == body.count)
            #expect(rest.end == .closed)
        }
    }

    @Test func aConnectionIsOfUseAfterASlowAnswer() async throws {
        try await withPlainProxy(answering: [UInt8](repeating: 65, count: 500_000)) {
            proxy, requests in
            let lease = try await proxy.inject(
                Fault(.bandwidth(bytesPerSecond: 1_000_000), limit: 1), lease: .seconds(60))
            let connection = try #require(RawConnection(port: proxy.port))
            // The second waits behind the first, as nobody forbids.
            connection.send("GET /bucket/a HTTP/1.1\r\nhost: x\r\n\r\n" + Self.get)
            let rest = await connection.rest()
            #expect(rest.end == .closed)
            #expect(rest.text.components(separatedBy: "HTTP/1.1 200 ").count == 3)
            #expect(requests.all.map(\.target) == ["/bucket/a", "/bucket/key"])
            #expect(proxy.counts().answered == 2)
            try await proxy.lift(lease.token)
        }
    }

    // MARK: Truncate

    @Test func aTruncatedAnswerPromisesMoreThanItHolds() async throws {
        let body = [UInt8](repeating: 65, count: 100_001)
        try await withPlainProxy(answering: body) { proxy, _ in
            let lease = try await proxy.inject(Fault(.truncate), lease: .seconds(60))
            let connection = try #require(RawConnection(port: proxy.port))
            connection.send(Self.get)
            let head = await connection.text(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 200 ") && head.contains("content-length: 100001\r\n"))
            let rest = await connection.rest()
            #expect(rest.text.utf8.count == 50_000)
            #expect(rest.end == .closed)
            try await proxy.lift(lease.token)
        }
    }

    @Test func aClientNoticesATruncatedAnswer() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            for count in [1, 2, 300_000] {
                try await client.put(Self.body(count), to: "key", in: "bucket")
                let lease = try await proxied.proxy.inject(Fault(.truncate), lease: .seconds(60))
                await #expect(throws: S3Error.with(.connectionLost)) {
                    try await client.get("key", in: "bucket")
                }
                try await proxied.proxy.lift(lease.token)
                #expect(try await client.get("key", in: "bucket").body == Self.body(count))
            }
        }
    }

    // MARK: Corrupt

    /// What was answered to a few requests, in which every byte was as it should be but one.
    private static func wrongBytes() async throws -> [[Int]] {
        let found = Recorder<[Int]>()
        try await withProxy { proxied in
            let client = try proxied.client()
            let body = Self.body(150_000)
            try await client.put(body, to: "key", in: "bucket")
            let fault = Fault(.corrupt, seed: 8)
            let lease = try await proxied.proxy.inject(fault, lease: .seconds(60))
            for _ in 0..<3 {
                let read = try await client.get("key", in: "bucket").body
                try #require(read.count == body.count)
                found.add(body.indices.filter { read[$0] != body[$0] })
            }
            try await proxied.proxy.lift(lease.token)
            #expect(try await client.get("key", in: "bucket").body == body)
        }
        return found.all
    }

    @Test func oneByteOfACorruptAnswerIsWrongAndTheSeedSaysWhich() async throws {
        let first = try await Self.wrongBytes()
        #expect(first.map(\.count) == [1, 1, 1])
        #expect(Set(first).count == 3)
        #expect(try await Self.wrongBytes() == first)
    }

    // MARK: In pieces

    @Test(arguments: [1, 2, 3, 7, 1000])
    func howABodyIsCutIntoPiecesDoesNotMatter(_ length: Int) {
        let body = Self.body(length)
        for number in UInt64(0)..<50 {
            let corrupt = Strike(token: "", kind: .corrupt, number: number &* 0x9e37_79b9)
            let truncate = Strike(token: "", kind: .truncate, number: number)
            for pieces in [1, 2, 5, 999, length] {
                let wrong = Self.passed(
                    BodyFault(corrupt, length: length), body, pieces: pieces)
                let differing = zip(wrong.body, body).count { $0 != $1 }
                #expect(wrong.body.count == length && differing == 1 && !wrong.isCut)
                let short = Self.passed(
                    BodyFault(truncate, length: length), body, pieces: pieces)
                #expect(short.body == Array(body.prefix(length / 2)) && short.isCut)
            }
        }
    }

    /// Chunked, a body says its length only with its end.
    @Test func aBodyOfUnknownLengthIsStruckInItsFirstPiece() {
        let body = Self.body(1000)
        let corrupt = Strike(token: "", kind: .corrupt, number: 12_345)
        let wrong = Self.passed(BodyFault(corrupt, length: nil), body, pieces: 100)
        #expect(body.indices.filter { wrong.body[$0] != body[$0] } == [45])
        let truncate = Strike(token: "", kind: .truncate, number: 12_345)
        let short = Self.passed(BodyFault(truncate, length: nil), body, pieces: 100)
        #expect(short.body == Array(body.prefix(50)) && short.isCut)
    }

    // MARK: Jitter

    @Test func aDelayVariesByItsJitterAndNeverRunsBackwards() {
        let kind = Fault.Kind.latency(.milliseconds(100), jitter: .milliseconds(150))
        var standing = StandingFault(Fault(kind, seed: 4), token: "", number: 0)
        let delays = (1...2000).compactMap { sequence in
            let operation = ProxiedOperation(
                sequence: sequence, method: "PUT", bucket: "bucket", key: "", agent: "",
                metadata: [:], received: .now)
            return standing.strike(operation)?.delay
        }
        #expect(delays.count == 2000)
        #expect(delays.allSatisfy { $0 >= .zero && $0 <= .milliseconds(250) })
        // Drawn evenly from -50 to 250: each quarter of that gets about a quarter of the requests.
        let quarters = [25, 100, 175].map { limit in
            delays.count { $0 < .milliseconds(limit) }
        }
        for (count, expected) in zip(quarters, [500, 1000, 1500]) {
            #expect(abs(count - expected) < 120)
        }
    }
}
