import DRTesting
import ResilientStorage
import S3
import S3Sandbox
import Synchronization
import Testing

@testable import Engine

/// How the calls of a service end, and what is seen of its states. Against small servers.
@Suite(.timeLimit(.minutes(2))) struct HTTPServiceTests {
    private static let keys = DrillKeys(runKey: "7")
    private static let key = keys.data + "a b/ä?"

    /// Serves for as long as `body` runs.
    private static func with(
        timeout: Duration = .seconds(2),
        observer: @escaping @Sendable (StorageEvent) -> Void = { _ in },
        handler: @escaping LoopbackServer.Handler, _ body: (HTTPService) async throws -> Void
    ) async throws {
        let server = try await LoopbackServer(handler: handler)
        let service = try HTTPService(
            settings(server.port, timeout: timeout), keys: keys, rate: 40, observer: observer)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(service))
        } catch {
            result = .failure(error)
        }
        await service.stop()
        await service.shutdown()
        await server.stop()
        try result.get()
    }

    private static func settings(_ port: Int, timeout: Duration = .seconds(2)) -> ServiceSettings {
        var settings = ServiceSettings(
            url: "http://127.0.0.1:\(port)",
            put: .init(
                method: "PUT", path: "/o/{key}", served: [200], deferred: [202], refused: [503]),
            get: .init(
                method: "GET", path: "/o/{key}", served: [200], refused: [503], missing: [404]),
            delete: .init(
                method: "DELETE", path: "/o/{key}", served: [204], deferred: [202], refused: [503]),
            proxies: .init(url: "http://127.0.0.1:1"))
        settings.headers = [(name: "authorization", value: SecretText(value: "Bearer t"))]
        settings.timeout = timeout
        settings.readings.breaker = ServiceSettings.Reading(
            path: "/status", json: "$.breaker",
            states: ["closed": .closed, "open": .open, "trying": .halfOpen])
        settings.readings.queue = ServiceSettings.Reading(path: "/status", json: "$.queued")
        settings.readings.health = ServiceSettings.Reading(
            path: "/status", json: "$.health", states: ["ok": .healthy, "down": .unhealthy])
        return settings
    }

    private static func answering(_ status: Int, _ body: String = "") -> LoopbackServer.Handler {
        { _ in LoopbackServer.Response(status: status, body: Array(body.utf8)) }
    }

    /// Of `OperationSample`, with what is known of its status.
    private static func ending<Value>(
        _ outcome: StorageOutcome<Value>
    ) -> OperationSample.Outcome { OperationSample.Outcome(outcome) }

    @Test(arguments: [
        (200, OperationSample.Outcome.served), (202, .deferred), (503, .refused),
        (400, .failed), (404, .failed), (302, .failed), (500, .indeterminate),
        (504, .indeterminate),
    ])
    func aWriteEndsAsTheTargetSays(status: Int, expected: OperationSample.Outcome) async throws {
        try await Self.with(handler: Self.answering(status)) { service in
            let put = await service.put([1], to: Self.key, metadata: [:])
            #expect(Self.ending(put) == expected)
        }
    }

    @Test(arguments: [
        (200, OperationSample.Outcome.served), (404, .served), (503, .refused), (500, .failed),
        (202, .failed),
    ])
    func aReadEndsAsTheTargetSays(status: Int, expected: OperationSample.Outcome) async throws {
        try await Self.with(handler: Self.answering(status, "bytes")) { service in
            let get = await service.get(Self.key)
            #expect(Self.ending(get) == expected)
            if status == 200 { #expect(get.value == .some(Array("bytes".utf8))) }
            if status == 404 { #expect(get.value == .some(nil)) }
        }
    }

    @Test func aDeleteHasAnswersOfItsOwn() async throws {
        for (status, expected) in [(204, OperationSample.Outcome.served), (200, .failed)] {
            try await Self.with(handler: Self.answering(status)) { service in
                let delete = await service.delete(Self.key)
                #expect(Self.ending(delete) == expected)
            }
        }
    }

    @Test func nobodyKnowsWhatBecameOfACallWithoutAnAnswer() async throws {
        let handler: LoopbackServer.Handler = { _ in
            try? await Task.sleep(for: .milliseconds(700))
            return LoopbackServer.Response(status: 200)
        }
        try await Self.with(timeout: .milliseconds(100), handler: handler) { service in
            let start = ContinuousClock.now
            let put = await service.put([1], to: Self.key, metadata: [:])
            #expect(Self.ending(put) == .indeterminate)
            #expect(put.instant - start >= .milliseconds(100))
            #expect(put.instant - start < .milliseconds(700))
        }
    }

    @Test func whereNobodyListensNothingWasDone() async throws {
        let server = try await LoopbackServer { _ in LoopbackServer.Response(status: 200) }
        let port = server.port
        await server.stop()
        let service = try HTTPService(
            Self.settings(port), keys: Self.keys, rate: 1, observer: { _ in })
        let put = await service.put([1], to: Self.key, metadata: [:])
        #expect(Self.ending(put) == .failed)
        await service.shutdown()
    }

    @Test func aCallIsSentOnceWithItsKeyItsHeadersAndItsNumber() async throws {
        let seen = Inbox<LoopbackServer.Request>()
        let handler: LoopbackServer.Handler = { request in
            seen.add(request)
            return LoopbackServer.Response(status: 500)
        }
        try await Self.with(handler: handler) { service in
            _ = await service.put(
                [1, 2], to: Self.key, metadata: [Workload.sequenceHeader: "9"])
            let request = try #require(seen.all.first)
            #expect(seen.all.count == 1)
            #expect(request.method == "PUT")
            #expect(request.target == "/o/dr-test/7/data/a%20b/%C3%A4%3F")
            #expect(request.body == [1, 2])
            #expect(request.header("authorization") == "Bearer t")
            #expect(request.header("x-amz-meta-dr-seq") == "9")
            #expect(request.header("user-agent") == "dr-runner")
        }
    }

    /// Where its answer is cut, half of a secret may be left.
    @Test(arguments: [0, 196])
    func whatItRepeatsOfItsHeadersIsNotKept(before: Int) async throws {
        let start = String(repeating: "x", count: before)
        let handler: LoopbackServer.Handler = { request in
            let words = start + (request.header("authorization") ?? "")
            return LoopbackServer.Response(status: 500, body: Array(words.utf8))
        }
        try await Self.with(handler: handler) { service in
            let get = await service.get(Self.key)
            guard case .failed(let error) = get else {
                Issue.record("it did not fail: \(get)")
                return
            }
            #expect(error.message.hasPrefix(start + "(hid"))
            #expect(!error.message.contains("Bear"))
        }
    }

    @Test func onlyKeysOfTheDrillAreEverNamed() async {
        await #expect(processExitsWith: .failure) {
            let service = try HTTPService(
                HTTPServiceTests.settings(1), keys: DrillKeys(runKey: "7"), rate: 1,
                observer: { _ in })
            _ = await service.delete("dr-test/8/data/a")
        }
    }

    // MARK: States

    /// A document that the test changes.
    private final class Document: Sendable {
        let text = Mutex("")

        func set(_ breaker: String, queued: Int = 0, health: String = "ok") {
            text.withLock {
                $0 = #"{"breaker": "\#(breaker)", "queued": \#(queued), "health": "\#(health)"}"#
            }
        }

        var handler: LoopbackServer.Handler {
            { [self] _ in
                LoopbackServer.Response(status: 200, body: Array(text.withLock { $0 }.utf8))
            }
        }
    }

    @Test func statesAreReadByTheWordsOfTheService() async throws {
        let document = Document()
        document.set("trying", queued: 12, health: "down")
        try await Self.with(handler: document.handler) { service in
            let report = await service.selfReport
            #expect(report.breaker == .halfOpen)
            #expect(report.queueDepth == 12)
            #expect(report.health == .unhealthy)
            #expect(report.failover == nil)
            #expect(report.epoch == nil)
            document.set("unheard of")
            #expect(await service.selfReport.breaker == nil)
            #expect(await service.selfReport.queueDepth == 0)
            document.text.withLock { $0 = "no JSON" }
            let unseen = await service.selfReport
            #expect(unseen.breaker == nil && unseen.queueDepth == nil && unseen.health == nil)
        }
    }

    @Test func changesAreNoticedByLookingAgainAndAgain() async throws {
        let (document, events) = (Document(), Inbox<StorageEvent>())
        document.set("closed")
        try await Self.with(observer: { events.add($0) }, handler: document.handler) { service in
            await service.start()
            try await eventually("the breaker was looked at") {
                await service.selfReport.breaker == .closed
            }
            let changed = ContinuousClock.now
            document.set("open", queued: 4)
            try await eventually("its opening is noticed") { !events.all.isEmpty }
            guard case .breaker(let change, .primary, let noticed)? = events.all.first else {
                Issue.record("something else was told: \(events.all)")
                return
            }
            #expect(change.from == .closed && change.to == .open)
            #expect(noticed >= changed)
            #expect(service.earliest(of: noticed) <= noticed)
            document.set("closed")
            try await eventually("its closing is noticed") { events.all.count == 2 }
            #expect(await service.selfReport.queueEmptied != nil)
        }
    }

    @Test func aServiceThatIsNotAsBeforeSaysWhy() async throws {
        let document = Document()
        try await Self.with(handler: document.handler) { service in
            document.set("open")
            #expect(await service.trouble == "breaker: open")
            document.set("closed", queued: 1)
            #expect(await service.trouble == "1 write still waiting in the queue")
            document.set("closed")
            #expect(await service.trouble == nil)
            document.text.withLock { $0 = "no JSON" }
            #expect(await service.trouble == "breaker: not told")
        }
    }

    @Test func aServiceOffersNoReadOnlyMode() async throws {
        try await Self.with(handler: Self.answering(200)) { service in
            let error = await #expect(throws: RunnerError.self) {
                try await service.setReadOnly(true)
            }
            #expect(error?.message.hasPrefix("the target does not offer this") == true)
            let lag = try await service.replicationLag()
            #expect(lag == nil)
        }
    }
}
