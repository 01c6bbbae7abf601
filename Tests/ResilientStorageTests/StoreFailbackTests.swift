import FaultProxy
import ResilientStorage
import S3
import Testing

extension ResilientStoreTests {
    /// From the secondary back to the primary.
    struct FailbackTests {
        @Test func thePrimaryServesAgainWhenItHasWhatTheSecondaryHas() async throws {
            var options = TwoSites.Options()
            options.configure = { $0.keyPrefix = "app/" }
            try await withTwoSites(options) { (sites) async throws in
                _ = await sites.write(0..<2, to: ["app/a", "app/b", "app/c", "app/d"])
                let fault = try await sites.primary.inject(.refuse)
                try await sites.waitFor(.secondary)
                let changed = await sites.write(2..<3, to: ["app/a", "app/new"])
                let deleted = await sites.store.delete("app/b")
                #expect(changed.allSatisfy { $0.ending == .served } && deleted.ending == .served)
                try await sites.changeBehindTheStore()
                let before = sites.primary.writes(of: TwoSites.storeAgent)
                try await sites.restorePrimary(fault)
                #expect(await sites.store.failBack())
                try await sites.waitFor(.primary)
                try await sites.expectBothHold([
                    "app/a": Written.body(of: "app/a", 2), "app/b": nil, "app/c": [7],
                    "app/d": Written.body(of: "app/d", 1),
                    "app/new": Written.body(of: "app/new", 2), "app/unknown": [8],
                ])
                // What lies outside of the prefix is nobody's business.
                #expect(try await sites.secondary.stored("other/unknown") == nil)
                #expect(sites.primary.writes(of: TwoSites.storeAgent) == before)
                let result = try #require(sites.events.reconciliations.last)
                #expect(result.isCompared)
                #expect(result.applied == 3)
                #expect(result.copied == 1 && result.kept == 1 && result.deleted == 0)
                #expect(result.unchanged == 3)
                #expect(sites.events.failovers.map(\.epoch) == [1, 2, 2, 3])
            }
        }

        @Test func whatWasDeferredBeforeTheSwitchReachesThePrimaryInOrder() async throws {
            try await withTwoSites { (sites) async throws in
                let fault = try await sites.primary.inject(.refuse)
                let during = await sites.write(0..<3, to: ["a"])
                try await sites.waitFor(.secondary)
                let after = await sites.write(3..<6, to: ["a"])
                #expect(after.allSatisfy { $0.ending == .served })
                try await sites.restorePrimary(fault)
                #expect(await sites.store.failBack())
                try await sites.waitFor(.primary)
                var acknowledged: [Int] = []
                for write in during where write.ending == .deferred {
                    acknowledged.append(write.sequence)
                }
                for write in after { acknowledged.append(write.sequence) }
                let delivered = withoutRepeats(sites.primary.wire.sequences(of: "a"))
                #expect(delivered == acknowledged, "\(during.map(\.ending))")
                try await sites.expectBothHold(["a": Written.body(of: "a", 5)])
            }
        }

        @Test func withoutTheSecondaryThePrimaryServesAgainAllTheSame() async throws {
            try await withTwoSites { (sites) async throws in
                let fault = try await sites.primary.inject(.refuse)
                try await sites.waitFor(.secondary)
                let served = await sites.write(0..<2, to: ["a"])
                #expect(served.allSatisfy { $0.ending == .served })
                let outage = try await sites.secondary.inject(.refuse)
                let deferred = await sites.write(2..<4, to: ["a"])
                #expect(deferred.allSatisfy { $0.ending == .deferred })
                try await eventually("the secondary is found unhealthy") {
                    await sites.store.status(of: .secondary)?.health == .unhealthy
                }
                try await sites.restorePrimary(fault)
                #expect(await sites.store.failBack())
                try await sites.waitFor(.primary)
                #expect(try await sites.primary.stored("a") == Written.body(of: "a", 3))
                #expect(sites.events.reconciliations.last?.isCompared == false)
                try await sites.secondary.proxy.lift(outage.token)
                try await sites.waitForReplication()
                #expect(try await sites.secondary.stored("a") == Written.body(of: "a", 3))
            }
        }

        /// A request that was cut off could land at the secondary after a later write of a user.
        @Test func aFailbackThatIsGivenUpHasNothingOnItsWayToTheSecondary() async throws {
            var options = TwoSites.Options()
            options.failover.readOnlyLimit = .milliseconds(1500)
            try await withTwoSites(options) { (sites) async throws in
                let fault = try await sites.primary.inject(.refuse)
                try await sites.waitFor(.secondary)
                try await sites.restorePrimary(fault)
                try await sites.primary.direct.put([7], to: "a", in: Rig.bucket)
                _ = try await sites.secondary.inject(
                    .latency(.milliseconds(1800)), methods: ["PUT"])
                #expect(await sites.store.failBack())
                try await sites.waitFor(.failingBack)
                try await sites.waitFor(.secondary)
                #expect(try await sites.secondary.stored("a") == [7])
                let written = await sites.write(1, to: "a")
                #expect(written.ending == .served)
                #expect(try await sites.secondary.stored("a") == written.body)
            }
        }

        @Test func aReconciliationThatDoesNothingLosesWhatTheSecondaryTook() async throws {
            var options = TwoSites.Options()
            options.configure = { $0.reconciler = Careless() }
            try await withTwoSites(options) { (sites) async throws in
                _ = await sites.write(0..<1, to: ["a"])
                let fault = try await sites.primary.inject(.refuse)
                try await sites.waitFor(.secondary)
                let served = await sites.write(1, to: "a")
                #expect(served.ending == .served)
                try await sites.restorePrimary(fault)
                #expect(await sites.store.failBack())
                try await sites.waitFor(.primary)
                #expect(try await sites.primary.stored("a") == Written.body(of: "a", 0))
            }
        }

        /// Two writers never pause while the primary goes away, twice, and everything happens by
        /// itself.
        @Test func nothingThatWasAcknowledgedIsLostOnTheWayThereAndBack() async throws {
            var options = TwoSites.Options()
            options.failover.isFailbackAutomatic = true
            try await withTwoSites(options) { (sites) async throws in
                let keys = ["a", "b"]
                let writers = keys.map { key in Task { await sites.writeUntilCancelled(key) } }
                defer { for writer in writers { writer.cancel() } }
                for round in UInt64(1)...2 {
                    let fault = try await sites.primary.inject(round == 1 ? .refuse : .status(503))
                    try await eventually("the secondary has taken over") {
                        sites.events.failovers.count { $0.epoch == 2 * round } > 0
                    }
                    try await sites.primary.proxy.lift(fault.token)
                    try await eventually("the primary serves again") {
                        await sites.store.epoch == 2 * round + 1
                    }
                }
                for writer in writers { writer.cancel() }
                var written: [Written] = []
                for writer in writers { written += await writer.value }
                try await eventually("nothing waits for the primary") {
                    await sites.store.queueDepth == 0
                }
                try await sites.waitForReplication()
                for key in keys { try await sites.check(written.filter { $0.key == key }, of: key) }
            }
        }
    }
}

extension TwoSites {
    /// What nobody tells the store of: objects of both storages change under it.
    fileprivate func changeBehindTheStore() async throws {
        try await secondary.direct.put([7], to: "app/c", in: Rig.bucket)
        for key in ["app/unknown", "other/unknown"] {
            try await primary.direct.put([8], to: key, in: Rig.bucket)
        }
    }

    fileprivate func expectBothHold(
        _ objects: [String: [UInt8]?], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for (key, body) in objects {
            let (first, second) = (
                try await primary.stored(key), try await secondary.stored(key)
            )
            #expect(first == body, "primary: \(key)", sourceLocation: sourceLocation)
            #expect(second == body, "secondary: \(key)", sourceLocation: sourceLocation)
        }
    }

    fileprivate func writeUntilCancelled(_ key: String) async -> [Written] {
        var written: [Written] = []
        while !Task.isCancelled {
            // In a task of its own: what is under way when the test ends is not to be given up.
            let sequence = written.count
            written.append(await Task { await write(sequence, to: key) }.value)
            try? await Task.sleep(for: .milliseconds(2))
        }
        return written
    }

    /// Both storages hold the last acknowledged write of a key, or one of those after it of which
    /// nobody knows; and neither ever went back to an earlier one.
    fileprivate func check(_ written: [Written], of key: String) async throws {
        let last = try #require(written.lastIndex { [.served, .deferred].contains($0.ending) })
        let possible = [written[last]] + written[last...].filter { $0.ending == .indeterminate }
        let (first, second) = (try await primary.stored(key), try await secondary.stored(key))
        #expect(possible.contains { $0.body == first }, "primary: \(key)")
        #expect(possible.contains { $0.body == second }, "secondary: \(key)")
        for site in [primary, secondary] {
            let delivered = site.wire.sequences(of: key)
            #expect(delivered == delivered.sorted(), "\(key)")
        }
        #expect(written.contains { $0.ending == .served })
    }
}

/// Forgets the backlog instead of applying it, and compares nothing.
private struct Careless: Reconciling {
    func reconcile(_ work: ReconciliationWork) async throws -> Reconciliation {
        for entry in try await work.backlog.first(.max) { try await work.backlog.remove(entry) }
        return Reconciliation()
    }
}
