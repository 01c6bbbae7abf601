import FaultProxy
import Foundation
import S3
import Testing

/// How long faults hold.
@Suite(.timeLimit(.minutes(2)))
struct LeaseTests {
    @Test(arguments: [Fault.Kind.status(503), .refuse, .hang])
    func aFaultThatNobodyRenewsEndsByItself(_ kind: Fault.Kind) async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            let client = try proxied.client()
            let lease = try await proxy.inject(Fault(kind), lease: .milliseconds(300))
            #expect(await eventually { await proxy.ending(of: lease.token) != nil })
            let ending = try #require(await proxy.ending(of: lease.token))
            #expect(ending.reason == .expired)
            #expect(ending.ended - lease.effective >= .milliseconds(250))
            #expect(await proxy.faultsInForce == 0)
            try await client.headBucket("bucket")
            // Lifting it now changes nothing, and says how it ended.
            #expect(try await proxy.lift(lease.token) == ending)
        }
    }

    @Test func aRenewedFaultHolds() async throws {
        try await withProxy { proxied in
            let (proxy, client) = (proxied.proxy, try proxied.client())
            let lease = try await proxy.inject(Fault(.status(503)), lease: .seconds(2))
            try await proxy.renew(lease.token, lease: .seconds(60))
            try await Task.sleep(for: .milliseconds(2500))
            #expect(await proxy.ending(of: lease.token) == nil)
            await #expect(throws: S3Error.with(.serviceUnavailable)) {
                try await client.headBucket("bucket")
            }
            #expect(try await proxy.lift(lease.token)?.reason == .lifted)
            try await client.headBucket("bucket")
        }
    }

    @Test func aShorterRenewalCounts() async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            let lease = try await proxy.inject(Fault(.status(503)), lease: .seconds(60))
            try await proxy.renew(lease.token, lease: .milliseconds(100))
            #expect(await eventually { await proxy.ending(of: lease.token) != nil })
        }
    }

    @Test func whatHasEndedCannotBeRenewed() async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            let expired = try await proxy.inject(Fault(.hang), lease: .milliseconds(50))
            #expect(await eventually { await proxy.ending(of: expired.token) != nil })
            let lifted = try await proxy.inject(Fault(.hang))
            try await proxy.lift(lifted.token)
            for token in [expired.token, lifted.token, "", "no such token"] {
                await #expect(throws: FaultProxyError.with(.leaseGone)) {
                    try await proxy.renew(token)
                }
            }
        }
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .milliseconds(60_001), .seconds(3600)])
    func aLeaseLastsAtMostAMinute(_ lease: Duration) async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            await #expect(throws: FaultProxyError.with(.leaseTooLong)) {
                try await proxy.inject(Fault(.hang), lease: lease)
            }
            #expect(await proxy.faultsInForce == 0)
            try await proxied.client().headBucket("bucket")
        }
    }

    /// Otherwise a fault could be made to hold for ever in two steps.
    @Test(arguments: [Duration.milliseconds(60_001), .seconds(3600)])
    func aRenewalLastsAtMostAMinuteToo(_ lease: Duration) async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            let held = try await proxy.inject(Fault(.status(503)))
            await #expect(throws: FaultProxyError.with(.leaseTooLong)) {
                try await proxy.renew(held.token, lease: lease)
            }
            try await proxy.lift(held.token)
        }
    }

    @Test func liftingTwiceGivesTheSameAnswer() async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            let lease = try await proxy.inject(Fault(.refuse))
            #expect(await proxy.ending(of: lease.token) == nil)
            let first = try #require(try await proxy.lift(lease.token))
            #expect(try await proxy.lift(lease.token) == first)
            #expect(await proxy.ending(of: lease.token) == first)
            #expect(first.ended >= lease.effective)
            #expect(try await proxy.lift("no such token") == nil)
        }
    }

    @Test func eachFaultHasATokenOfItsOwn() async throws {
        try await withProxy { proxied in
            var tokens: Set<String> = []
            for _ in 0..<20 {
                let lease = try await proxied.proxy.inject(Fault(.hang))
                tokens.insert(lease.token)
                try await proxied.proxy.lift(lease.token)
            }
            #expect(tokens.count == 20 && tokens.allSatisfy { $0.count >= 16 })
        }
    }

    @Test func liftingOneLeavesTheOther() async throws {
        try await withProxy { proxied in
            let (proxy, client) = (proxied.proxy, try proxied.client())
            let first = try await proxy.inject(Fault(.status(503)))
            let second = try await proxy.inject(Fault(.status(503)))
            try await proxy.lift(first.token)
            #expect(await proxy.ending(of: second.token) == nil)
            await #expect(throws: S3Error.with(.serviceUnavailable)) {
                try await client.headBucket("bucket")
            }
            try await proxy.lift(second.token)
            try await client.headBucket("bucket")
        }
    }
}
