import FaultProxy
import Foundation
import S3
import Testing

/// Faults that come and go while clients work.
@Suite(.timeLimit(.minutes(3)))
struct FaultUnderLoadTests {
    /// Lets twenty clients write and read until `body` is done.
    ///
    /// Each request has a connection of its own: what a fault did to an earlier one does not
    /// matter to the next.
    /// - Returns: how each request ended; `nil` if well.
    private static func load(
        on proxied: ProxiedSandbox, while body: () async throws -> Void
    ) async throws -> [S3Error.Code?] {
        let ended = Recorder<S3Error.Code?>()
        let stops = Recorder<Void>()
        let workers = try (0..<20).map { number -> Task<Void, any Error> in
            let client = try proxied.client(usesNewConnections: true)
            return Task {
                while stops.all.isEmpty {
                    ended.add(
                        try await client.code {
                            try await $0.put([1], to: "key-\(number)", in: "bucket")
                        })
                    ended.add(
                        try await client.code {
                            _ = try await $0.get("key-\(number)", in: "bucket")
                        })
                }
                // After the last fault, everything works.
                try await client.put([2], to: "key-\(number)", in: "bucket")
            }
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        stops.add(())
        for worker in workers { try await worker.value }
        try result.get()
        return ended.all
    }

    private static let kinds: [Fault.Kind] = [
        .hang, .refuse, .status(503), .resetBeforeForwarding, .resetAfterAnswer,
        .latency(.milliseconds(50), jitter: .milliseconds(50)), .refuse, .hang,
        .lateDelivery(.milliseconds(20)), .staleRead,
        .bandwidth(bytesPerSecond: 20), .truncate, .corrupt,
    ]

    @Test func faultsChangeUnderLoadWithoutARestart() async throws {
        try await withProxy { proxied in
            let (proxy, port) = (proxied.proxy, proxied.proxy.port)
            let ended = try await Self.load(on: proxied) {
                for kind in Self.kinds {
                    let lease = try await proxy.inject(Fault(kind), lease: .seconds(60))
                    try await Task.sleep(for: .milliseconds(250))
                    try await proxy.lift(lease.token)
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            #expect(proxy.port == port)
            #expect(await proxy.faultsInForce == 0)
            let codes = Set(ended.compactMap(\.self))
            #expect(codes.contains(.serviceUnavailable) && codes.contains(.connectFailed))
            #expect(codes.contains(.connectionLost))
            #expect(ended.contains(nil), "some succeeded in between")
            let direct = try proxied.directClient()
            #expect(try await direct.keys.count == 20)
            for number in 0..<20 {
                #expect(try await direct.get("key-\(number)", in: "bucket").body == [2])
            }
        }
    }

    @Test func manyFaultsAtOnceAreKeptApart() async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            _ = try await Self.load(on: proxied) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for kind in Self.kinds + Self.kinds {
                        group.addTask {
                            let lease = try await proxy.inject(Fault(kind), lease: .seconds(60))
                            try await Task.sleep(for: .milliseconds(100))
                            try await proxy.lift(lease.token)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(await proxy.faultsInForce == 0)
            // No listener was left behind.
            let lease = try await proxy.inject(Fault(.refuse))
            #expect(RawConnection(port: proxy.port) == nil)
            try await proxy.lift(lease.token)
        }
    }

    /// The marks of a drill are these instants: no request between them is spared, and none
    /// outside them is struck.
    @Test func aFaultBeginsAndEndsWhenItSays() async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            let before = Recorder<ContinuousClock.Instant>()
            let during = Recorder<ClosedRange<ContinuousClock.Instant>>()
            let after = Recorder<ContinuousClock.Instant>()
            _ = try await Self.load(on: proxied) {
                for _ in 0..<3 {
                    try await Task.sleep(for: .milliseconds(200))
                    before.add(.now)
                    let fault = Fault(.latency(.milliseconds(5)))
                    let lease = try await proxy.inject(fault, lease: .seconds(60))
                    try await Task.sleep(for: .milliseconds(300))
                    during.add(lease.effective...ContinuousClock.now)
                    after.add(try #require(try await proxy.lift(lease.token)).ended)
                }
            }
            var counts = (struck: 0, spared: 0)
            for operation in proxied.seen.all {
                if during.all.contains(where: { $0.contains(operation.received) }) {
                    #expect(operation.fault != nil)
                    counts.struck += 1
                }
                let isBetween = zip(before.all, after.all).contains {
                    operation.received > $0 && operation.received < $1
                }
                if !isBetween {
                    #expect(operation.fault == nil)
                    counts.spared += 1
                }
            }
            #expect(counts.struck > 20 && counts.spared > 20)
        }
    }

    /// What a drill of partial degradation does, and the instants that it goes by.
    @Test func theShareOfAFaultChangesUnderLoad() async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            let phases = Recorder<(share: Double, span: Range<ContinuousClock.Instant>)>()
            _ = try await Self.load(on: proxied) {
                let fault = Fault(.status(503), fraction: 0.5, seed: 5)
                let lease = try await proxy.inject(fault, lease: .seconds(60))
                var (share, start) = (fault.fraction, lease.effective)
                for next in [0.25, 0.1, 0, 1] {
                    let enough = proxy.counts().requests + 400
                    #expect(await eventually { proxy.counts().requests >= enough })
                    phases.add((share, start..<ContinuousClock.now))
                    start = try await proxy.change(lease.token, fraction: next)
                    share = next
                }
                try await proxy.lift(lease.token)
            }
            for (share, span) in phases.all {
                let met = proxied.seen.all.filter { span.contains($0.received) }
                let struck = Double(met.count { $0.fault != nil }) / Double(met.count)
                // Five standard deviations: none at all where the share is none.
                let tolerance = 5 * (share * (1 - share) / Double(met.count)).squareRoot()
                #expect(met.count > 300)
                #expect(abs(struck - share) <= tolerance, "a share of \(share)")
            }
        }
    }

    @Test(arguments: [Fault.Kind.hang, .refuse, .status(503), .resetBeforeForwarding])
    func nothingThatArrivesDuringAFaultIsForwarded(_ kind: Fault.Kind) async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            let during = Recorder<ClosedRange<ContinuousClock.Instant>>()
            _ = try await Self.load(on: proxied) {
                try await Task.sleep(for: .milliseconds(200))
                let lease = try await proxy.inject(Fault(kind), lease: .seconds(60))
                try await Task.sleep(for: .milliseconds(700))
                let end = ContinuousClock.now
                let ending = try #require(try await proxy.lift(lease.token))
                #expect(ending.ended >= end)
                during.add(lease.effective...end)
                try await Task.sleep(for: .milliseconds(200))
            }
            let answered = proxied.seen.all.filter { $0.status != nil }
            #expect(!answered.isEmpty)
            for operation in answered {
                #expect(!during.all.contains { $0.contains(operation.received) })
            }
        }
    }
}
