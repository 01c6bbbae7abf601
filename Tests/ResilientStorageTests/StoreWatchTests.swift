import FaultProxy
import ResilientStorage
import Testing

extension ResilientStoreTests {
    /// What the store notices about its storage, and what it does about it.
    struct WatchTests {
        @Test(
            arguments: [
                (.status(503), .throttled), (.status(500), .serverFault),
                (.resetBeforeForwarding, .connection), (.hang, .timeOut),
            ] as [(Fault.Kind, FailureClass)])
        func aCallIsMadeAgainForAReasonThatIsTold(
            kind: Fault.Kind, expected: FailureClass
        ) async throws {
            try await withRig { (rig) async throws in
                _ = try await rig.inject(kind, methods: ["PUT"])
                let put = await rig.write(1, to: "key")
                #expect(put.ending == .deferred)
                #expect(rig.events.retries.first == expected)
                let status = try #require(await rig.store.status(of: .primary))
                #expect(status.retries >= 1)
                #expect(await rig.store.status(of: .secondary) == nil)
            }
        }

        @Test func whatTheStorageForbidsIsNotAskedAgain() async throws {
            try await withRig { (rig) async throws in
                _ = try await rig.inject(.status(403), methods: ["PUT"])
                let put = await rig.write(1, to: "key")
                #expect(put.ending == .failed)
                #expect(rig.events.retries.isEmpty)
                #expect(rig.proxy.counts().requestsByMethod["PUT"] == 1)
            }
        }

        @Test func callsThatAreTooSlowOpenTheBreaker() async throws {
            var options = Rig.Options()
            options.breaker.slowCallLimit = .milliseconds(100)
            try await withRig(options) { (rig) async throws in
                _ = try await rig.inject(.latency(.milliseconds(200)))
                let put = await rig.write(1, to: "key")
                #expect(put.ending == .served)
                #expect(rig.events.slowCalls.allSatisfy { $0 > .milliseconds(100) })
                #expect(!rig.events.slowCalls.isEmpty)
                try await eventually("the breaker has opened") {
                    rig.events.breakerStates.contains(.open)
                }
            }
        }

        @Test func healthIsSeenPastAnOpenBreakerByAClientOfItsOwn() async throws {
            var options = Rig.Options()
            options.hasHealthClient = true
            options.breaker.openDuration = .seconds(3600)
            options.configuration.health.operationMemory = .milliseconds(200)
            try await withRig(options) { (rig) async throws in
                let fault = try await rig.inject(.status(503))
                _ = await rig.write(0..<2, to: ["a", "b"])
                try await eventually("the breaker is open and the storage unhealthy") {
                    let isOpen = await rig.store.breakerState == .open
                    let health = await rig.store.healthState
                    return isOpen && health == .unhealthy
                }
                let before = rig.proxy.counts(of: Rig.storeAgent).requests
                try await rig.proxy.lift(fault.token)
                try await eventually("the storage is found healthy") {
                    await rig.store.healthState == .healthy
                }
                #expect(await rig.store.breakerState == .open)
                #expect(rig.proxy.counts(of: Rig.storeAgent).requests == before)
                let found = rig.events.healthTransitions.filter { $0.to == .unhealthy }
                #expect(found.allSatisfy { $0.detectionTime != nil })
            }
        }

        @Test func checksThatSucceedDoNotHideWritesThatFail() async throws {
            var options = Rig.Options()
            options.hasHealthClient = true
            options.configuration.health.operationMemory = .seconds(3600)
            options.breaker.openDuration = .seconds(3600)
            try await withRig(options) { (rig) async throws in
                _ = try await rig.inject(.status(500), methods: ["PUT"])
                _ = await rig.write(0..<2, to: ["a", "b"])
                try await eventually("the storage is found unhealthy") {
                    await rig.store.healthState == .unhealthy
                }
                let before = rig.proxy.counts(of: Rig.healthAgent).requests
                try await eventually("it was asked several times") {
                    rig.proxy.counts(of: Rig.healthAgent).requests >= before + 6
                }
                #expect(await rig.store.healthState == .unhealthy)
            }
        }

        @Test func usersAreToldOnceWhenManyCallsFailAndOnceWhenTheySucceedAgain() async throws {
            var alerts = PerformanceAlerts.Configuration()
            (alerts.window, alerts.minimumCalls) = (.seconds(2), 10)
            alerts.latencyLimit = .seconds(3600)
            var options = Rig.Options()
            options.alerts = PerformanceAlerts(alerts)
            // The breaker stays closed, so that calls go on.
            options.breaker.failureThreshold = 1_000_000
            options.configuration.retry.maximumAttempts = 1
            try await withRig(options) { (rig) async throws in
                let fault = try await rig.inject(.status(500), methods: ["PUT"])
                for index in 0..<10 { _ = await rig.write(0, to: "key-\(index)") }
                try await eventually("users have been told") { !rig.notifier.delivered.isEmpty }
                try await rig.proxy.lift(fault.token)
                try await eventually("users have been told of the end") {
                    _ = await rig.store.get("none")
                    return rig.notifier.delivered.count == 2
                }
                let delivered = rig.notifier.delivered
                #expect(delivered.map(\.kind) == [.performanceAlert, .performanceRecovered])
                #expect(Set(delivered.map(\.incident)).count == 1)
                #expect(rig.events.alerts.map(\.isRaised) == [true, false])
                #expect(rig.events.alerts.allSatisfy { $0.kind == .errorRate })
            }
        }
    }
}

extension EventRecorder {
    fileprivate var slowCalls: [Duration] {
        all.compactMap { event in
            guard case .attemptSlow(let duration, _, _) = event else { return nil }
            return duration
        }
    }

    fileprivate var alerts: [PerformanceAlerts.Change] {
        all.compactMap { event in
            guard case .alert(let change) = event else { return nil }
            return change
        }
    }
}
