import Foundation
import S3
import Testing

@testable import FaultProxy

/// Which requests a fault strikes.
@Suite(.timeLimit(.minutes(3)))
struct FaultSelectionTests {
    private static func operation(
        _ sequence: Int, method: String = "GET", key: String = "key"
    ) -> ProxiedOperation {
        ProxiedOperation(
            sequence: sequence, method: method, bucket: "bucket", key: key, agent: "",
            metadata: [:], received: .now)
    }

    /// The numbers of the requests that are struck, of so many.
    private static func struck(
        by fault: Fault, injected number: Int = 0, of count: Int = 10_000
    ) -> [Int] {
        var standing = StandingFault(fault, token: "", number: number)
        return (1...count).filter { standing.strike(operation($0)) != nil }
    }

    private static func strikes(_ fault: Fault, _ operation: ProxiedOperation) -> Bool {
        var standing = StandingFault(fault, token: "", number: 0)
        return standing.strike(operation) != nil
    }

    // MARK: By share

    @Test func noShareStrikesNothingAndTheWholeStrikesAll() {
        #expect(Self.struck(by: Fault(.hang, fraction: 0, seed: 7)).isEmpty)
        #expect(Self.struck(by: Fault(.hang, fraction: 1, seed: 7)).count == 10_000)
    }

    @Test(arguments: [0.01, 0.1, 0.5, 0.9])
    func aShareIsStruck(_ fraction: Double) {
        for seed in UInt64(0)..<5 {
            let fault = Fault(.hang, fraction: fraction, seed: seed)
            let share = Double(Self.struck(by: fault).count) / 10_000
            // Five standard deviations.
            let tolerance = 5 * (fraction * (1 - fraction) / 10_000).squareRoot()
            #expect(abs(share - fraction) < tolerance)
        }
    }

    @Test func aShareIsSpreadEvenly() {
        let struck = Self.struck(by: Fault(.hang, fraction: 0.5, seed: 42))
        for start in stride(from: 0, to: 10_000, by: 500) {
            let count = struck.count { $0 > start && $0 <= start + 500 }
            #expect((180...320).contains(count))
        }
    }

    @Test func theSameSeedStrikesTheSame() {
        let first = Self.struck(by: Fault(.hang, fraction: 0.5, seed: 1))
        #expect(Self.struck(by: Fault(.status(503), fraction: 0.5, seed: 1)) == first)
        #expect(Self.struck(by: Fault(.hang, fraction: 0.5, seed: 2)) != first)
        // What a smaller share strikes, a larger one strikes too.
        let fewer = Self.struck(by: Fault(.hang, fraction: 0.25, seed: 1))
        #expect(Set(fewer).isSubset(of: first))
    }

    @Test func clientsMeetTheFaultInTheDrawnRequests() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let fault = Fault(.status(503), fraction: 0.5, seed: 99)
            try await client.headBucket("bucket")
            let lease = try await proxied.proxy.inject(fault, lease: .seconds(60))
            let first = proxied.proxy.counts().requests + 1
            var standing = StandingFault(fault, token: "", number: 0)
            for number in first..<first + 200 {
                let code = try await client.code { try await $0.headBucket("bucket") }
                let strike = standing.strike(Self.operation(number, method: "HEAD", key: ""))
                let expected: S3Error.Code? = strike == nil ? nil : .serviceUnavailable
                #expect(code == expected, "request \(number)")
            }
            try await proxied.proxy.lift(lease.token)
            #expect((60...140).contains(proxied.proxy.counts().faulted))
        }
    }

    @Test func aLimitLeavesTheFirstOfThoseThatWouldBeStruck() {
        let all = Self.struck(by: Fault(.hang, fraction: 0.5, seed: 3))
        for limit in [0, 1, 7, 100] {
            let fault = Fault(.hang, fraction: 0.5, limit: limit, seed: 3)
            #expect(Self.struck(by: fault) == Array(all.prefix(limit)))
        }
    }

    // MARK: By method and key

    @Test func methodsAndKeysAreAskedFirst() {
        let fault = Fault(.hang, methods: ["PUT", "DELETE"], keyPrefix: "drill/")
        #expect(Self.strikes(fault, Self.operation(1, method: "PUT", key: "drill/1")))
        #expect(Self.strikes(fault, Self.operation(2, method: "DELETE", key: "drill/")))
        #expect(!Self.strikes(fault, Self.operation(3, method: "GET", key: "drill/1")))
        #expect(!Self.strikes(fault, Self.operation(4, method: "PUT", key: "drill")))
        #expect(!Self.strikes(fault, Self.operation(5, method: "PUT", key: "other/drill/1")))
        #expect(!Self.strikes(fault, Self.operation(6, method: "PUT", key: "")))
        #expect(!Self.strikes(Fault(.hang, methods: []), Self.operation(7)))
    }

    @Test(arguments: [Fault.Kind.bandwidth(bytesPerSecond: 1), .truncate, .corrupt])
    func onlyAnswersThatHaveABodyAreStruckInTheirBody(_ kind: Fault.Kind) {
        let struck = ["GET", "POST", "HEAD", "PUT", "DELETE"].filter {
            Self.strikes(Fault(kind), Self.operation(1, method: $0))
        }
        #expect(struck == ["GET", "POST"])
    }

    @Test func onlyTheNamedMethodsAreStruck() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            try await client.put([1], to: "key", in: "bucket")
            let lease = try await proxied.proxy.inject(Fault(.status(503), methods: ["PUT"]))
            await #expect(throws: S3Error.with(.serviceUnavailable)) {
                try await client.put([2], to: "key", in: "bucket")
            }
            #expect(try await client.get("key", in: "bucket").body == [1])
            try await client.delete("key", in: "bucket")
            try await proxied.proxy.lift(lease.token)
            #expect(proxied.proxy.counts().faulted == 1)
        }
    }

    @Test func onlyTheKeysWithThePrefixAreStruck() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let lease = try await proxied.proxy.inject(
                Fault(.resetBeforeForwarding, keyPrefix: "drill/"))
            await #expect(throws: S3Error.with(.connectionLost)) {
                try await client.put([1], to: "drill/key", in: "bucket")
            }
            try await client.put([1], to: "drill", in: "bucket")
            try await client.headBucket("bucket")
            try await proxied.proxy.lift(lease.token)
            #expect(try await proxied.directClient().keys == ["drill"])
        }
    }

    /// Whoever names a prefix means the key, not how it is written in a URL.
    @Test func aPrefixWithBlanksIsFoundToo() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let lease = try await proxied.proxy.inject(
                Fault(.status(503), keyPrefix: "a drill é/"))
            await #expect(throws: S3Error.with(.serviceUnavailable)) {
                try await client.put([1], to: "a drill é/key", in: "bucket")
            }
            try await proxied.proxy.lift(lease.token)
        }
    }

    // MARK: Several at once

    @Test func ofTwoFaultsTheFirstStrikes() async throws {
        try await withProxy { proxied in
            let (proxy, client) = (proxied.proxy, try proxied.client())
            let put: @Sendable (S3Client) async throws -> Void = {
                try await $0.put([1], to: "key", in: "bucket")
            }
            let head: @Sendable (S3Client) async throws -> Void = {
                try await $0.headBucket("bucket")
            }
            let first = try await proxy.inject(Fault(.status(503), methods: ["PUT"]))
            let second = try await proxy.inject(Fault(.status(500)))
            #expect(await proxy.faultsInForce == 2)
            #expect(try await client.code(of: put) == .serviceUnavailable)
            #expect(try await client.code(of: head) == .internalError)
            try await proxy.lift(first.token)
            #expect(await proxy.faultsInForce == 1)
            #expect(try await client.code(of: put) == .internalError)
            try await proxy.lift(second.token)
            #expect(await proxy.faultsInForce == 0)
            #expect(try await client.code(of: put) == nil)
        }
    }

    /// However alike the faults are: had they drawn together, the second would strike nothing that
    /// the first had spared.
    @Test func faultsWithOneSeedDrawEachForItself() {
        let fault = Fault(.hang, fraction: 0.5, seed: 11)
        let first = Set(Self.struck(by: fault))
        for number in 1...20 {
            let both = Self.struck(by: fault, injected: number).count { first.contains($0) }
            // Five standard deviations.
            #expect(abs(both - 2500) < 220, "fault number \(number)")
        }
    }

    @Test func aMixOfFaultsIsDrawnFaultByFault() async throws {
        try await withProxy { proxied in
            let (proxy, client) = (proxied.proxy, try proxied.client())
            let faults = [Fault(.status(503), fraction: 0.4), Fault(.status(500), fraction: 0.4)]
            var standing = faults.enumerated().map {
                StandingFault($1, token: "", number: $0)
            }
            var tokens: [String] = []
            for fault in faults {
                tokens.append(try await proxy.inject(fault, lease: .seconds(60)).token)
            }
            var expected = [0, 0]
            for number in 1...300 {
                let code = try await client.code { try await $0.headBucket("bucket") }
                let operation = Self.operation(number, method: "HEAD", key: "")
                let striker = standing.indices.first { standing[$0].strike(operation) != nil }
                if let striker { expected[striker] += 1 }
                let codes: [S3Error.Code] = [.serviceUnavailable, .internalError]
                #expect(code == striker.map { codes[$0] }, "request \(number)")
            }
            #expect(tokens.map { proxy.struck(by: $0) } == expected)
            #expect(expected.allSatisfy { $0 > 30 })
            for token in tokens { try await proxy.lift(token) }
            // What a fault has struck is known when it has ended.
            #expect(tokens.map { proxy.struck(by: $0) } == expected)
            #expect(proxy.struck(by: "no such token") == nil)
        }
    }

    @Test func aPortRefusedTwiceOpensWithTheSecondLift() async throws {
        try await withProxy { proxied in
            let (proxy, port) = (proxied.proxy, proxied.proxy.port)
            let first = try await proxy.inject(Fault(.refuse), lease: .seconds(60))
            let second = try await proxy.inject(Fault(.refuse), lease: .seconds(60))
            try await proxy.lift(first.token)
            #expect(RawConnection(port: port) == nil)
            try await proxy.lift(second.token)
            #expect(RawConnection(port: port) != nil)
        }
    }
}
