import FaultProxy
import ResilientStorage
import Testing

extension ResilientStoreTests {
    /// What users are told.
    struct NoticeTests {
        @Test func usersAreToldOnceOfAnOutageAndOnceOfItsEnd() async throws {
            try await withRig { (rig) async throws in
                _ = await rig.write(0, to: "key")
                #expect(rig.notifier.attempts == 0)
                let fault = try await rig.inject(.refuse)
                _ = await rig.write(1..<4, to: ["key"])
                try await eventually("the breaker was half-open three times") {
                    rig.events.instants(of: .halfOpen).count >= 3
                }
                try await eventually("users have been told") { !rig.notifier.delivered.isEmpty }
                let incident = try #require(await rig.store.incident)
                #expect(rig.notifier.delivered.map(\.kind) == [.degraded])
                try await rig.proxy.lift(fault.token)
                try await rig.waitForRecovery()
                try await eventually("users have been told of the end") {
                    rig.events.noticesSent.contains(.recovered)
                }
                let delivered = rig.notifier.delivered
                #expect(delivered.map(\.kind) == [.degraded, .recovered])
                #expect(delivered.map(\.incident) == [incident, incident])
                #expect(delivered.allSatisfy { !$0.message.isEmpty })
                #expect(rig.notifier.attempts == 2)
                #expect(rig.events.noticesSent == [.degraded, .recovered])
            }
        }

        @Test func theEndIsNotToldBeforeEverythingIsStored() async throws {
            try await withRig { (rig) async throws in
                let keys = (0..<40).map { "key-\($0)" }
                let fault = try await rig.inject(.refuse)
                _ = await rig.write(0..<3, to: keys)
                try await rig.proxy.lift(fault.token)
                try await eventually("users have been told of the end") {
                    rig.notifier.delivered.contains { $0.kind == .recovered }
                }
                for key in keys {
                    #expect(try await rig.stored(key) == Written.body(of: key, 2), "\(key)")
                }
            }
        }

        @Test func theNextOutageIsAnIncidentOfItsOwn() async throws {
            try await withRig { (rig) async throws in
                for round in 1...2 {
                    let fault = try await rig.inject(.refuse)
                    try await eventually("an incident has begun") {
                        await rig.store.incident != nil
                    }
                    try await rig.proxy.lift(fault.token)
                    try await rig.waitForRecovery()
                    try await eventually("its notices are delivered") {
                        rig.notifier.delivered.count == 2 * round
                    }
                }
                let incidents = rig.notifier.delivered.map(\.incident)
                #expect(Set(incidents).count == 2)
            }
        }

        @Test func aNoticeThatIsNotTakenIsSentAgain() async throws {
            var options = Rig.Options()
            options.refusedNotices = 2
            try await withRig(options) { (rig) async throws in
                _ = try await rig.inject(.refuse)
                try await eventually("users have been told") {
                    rig.events.noticesSent == [.degraded]
                }
                #expect(rig.events.noticesFailed == 2)
                #expect(rig.notifier.attempts == 3)
                #expect(rig.notifier.delivered.map(\.kind) == [.degraded])
            }
        }

        @Test func aNoticeIsNotGivenUpHoweverOftenItIsRefused() async throws {
            var options = Rig.Options()
            options.refusedNotices = 6
            try await withRig(options) { (rig) async throws in
                _ = try await rig.inject(.refuse)
                try await eventually("users have been told") {
                    rig.events.noticesSent == [.degraded]
                }
                #expect(rig.events.noticesFailed == 6)
                #expect(rig.notifier.delivered.map(\.kind) == [.degraded])
            }
        }

        @Test func theEndIsNeverToldBeforeTheBeginning() async throws {
            var options = Rig.Options()
            options.refusedNotices = 3
            try await withRig(options) { (rig) async throws in
                let fault = try await rig.inject(.refuse)
                try await eventually("an incident has begun") {
                    await rig.store.incident != nil
                }
                try await rig.proxy.lift(fault.token)
                try await eventually("both notices are delivered") {
                    rig.notifier.delivered.count == 2
                }
                #expect(rig.notifier.delivered.map(\.kind) == [.degraded, .recovered])
            }
        }

        @Test func aBreakerClosedByHandEndsTheIncident() async throws {
            var options = Rig.Options()
            options.breaker.openDuration = .seconds(3600)
            try await withRig(options) { (rig) async throws in
                let fault = try await rig.inject(.refuse)
                let put = await rig.write(1, to: "key")
                #expect(put.ending == .deferred)
                try await eventually("an incident has begun") {
                    await rig.store.incident != nil
                }
                try await rig.proxy.lift(fault.token)
                #expect(await rig.store.breakerState == .open)
                await rig.store.resetBreaker()
                try await rig.waitForRecovery()
                #expect(try await rig.stored("key") == put.body)
            }
        }
    }
}
