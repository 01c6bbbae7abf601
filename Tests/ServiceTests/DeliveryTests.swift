import DRTesting
import EventLog
import Foundation
import Logging
import Testing

@testable import Service

/// What is sent, what is recorded of it, and what is sent again.
struct DeliveryTests {
    private func delivery(
        _ fixture: AlertingFixture, to receiver: any WebhookSending, _ channels: [Channel]
    ) async throws -> Delivery {
        let delivery = Delivery(
            store: fixture.store, channels: channels, sender: receiver,
            place: try await place(in: fixture), now: { fixture.now })
        try await delivery.begin()
        return delivery
    }

    /// The one before lets go of it when its last task is gone.
    private func place(in fixture: AlertingFixture) async throws -> DeliveryPlace {
        for _ in 0..<1000 {
            if let place = try DeliveryPlace.take(fixture.store.directory) { return place }
            try await Task.sleep(for: .milliseconds(5))
        }
        return try #require(try DeliveryPlace.take(fixture.store.directory))
    }

    @Test func anAlertIsSentOnceAndRecorded() async throws {
        let (fixture, receiver) = (try AlertingFixture(), ScriptedReceiver())
        let position = try await fixture.alert("it failed")
        try await fixture.append(.runStarted(RunStarted()))
        let channels = [try AlertingFixture.channel()]
        try await delivery(fixture, to: receiver, channels).catchUp()
        // Another program goes on where this one stopped.
        try await delivery(fixture, to: receiver, channels).catchUp()
        #expect(receiver.ids == ["evt_\(fixture.store.reader.logID)_\(position)"])
        #expect(try fixture.attempts() == ["\(position) 1 taken"])
        try fixture.verify()
    }

    @Test func whatFailsIsSentAgainAfterItsPausesUnderTheSameIDAndThenGivenUp() async throws {
        let fixture = try AlertingFixture()
        let receiver = ScriptedReceiver(
            [.silence("no answer")] + Array(repeating: .status(503), count: 9))
        let position = try await fixture.alert("it failed")
        let delivery = try await delivery(fixture, to: receiver, [try AlertingFixture.channel()])
        try await delivery.catchUp()
        for pause: UInt64 in [1, 5, 30, 300, 1800] {
            fixture.advance(bySeconds: pause - 1)
            let before = receiver.requests.count
            try await delivery.retry()
            // The whole pause must be over.
            #expect(receiver.requests.count == before)
            fixture.advance(bySeconds: 1)
            try await delivery.retry()
            #expect(receiver.requests.count == before + 1)
        }
        #expect(await delivery.nextTime == nil)
        #expect(
            try fixture.attempts()
                == ["\(position) 1 no answer"]
                + (2...6).map { "\(position) \($0) the receiver answered 503" })
        #expect(Set(receiver.ids).count == 1)
        try fixture.verify()
    }

    @Test func whatWaitedIsSentByTheNextProgram() async throws {
        let (fixture, channels) = (try AlertingFixture(), [try AlertingFixture.channel()])
        let position = try await fixture.alert("it failed")
        let deaf = ScriptedReceiver([.status(500)])
        try await delivery(fixture, to: deaf, channels).catchUp()
        fixture.advance(bySeconds: 86_400 * 3)
        let receiver = ScriptedReceiver()
        let next = try await delivery(fixture, to: receiver, channels)
        try await next.catchUp()
        #expect(receiver.requests.isEmpty)
        try await next.retry()
        #expect(receiver.ids == deaf.ids)
        #expect(try fixture.attempts().last == "\(position) 2 taken")
        try fixture.verify()
    }

    @Test func oneThatFailsKeepsNobodyWaiting() async throws {
        let (fixture, receiver) = (try AlertingFixture(), ScriptedReceiver([.status(500)]))
        let first = try await fixture.alert("a")
        let second = try await fixture.alert("b")
        try await delivery(fixture, to: receiver, [try AlertingFixture.channel()]).catchUp()
        #expect(
            try fixture.attempts()
                == ["\(first) 1 the receiver answered 500", "\(second) 1 taken"])
        try fixture.verify()
    }

    @Test func aReceiverThatIsSilentKeepsNoOtherChannelWaiting() async throws {
        let (fixture, receiver) = (try AlertingFixture(), SilentReceiver())
        let silent = try AlertingFixture.channel(
            "silent", url: "https://\(SilentReceiver.silentHost)/")
        try await fixture.alert("a")
        let deliverer = Deliverer(
            store: fixture.store, channels: [silent, try AlertingFixture.channel()],
            sender: receiver, clock: fixture.log, logger: Logger(label: "test"))
        let service = Task { try await deliverer.run() }
        await receiver.wait(for: 2)
        // Those of the next batch, too.
        try await fixture.alert("b")
        await receiver.wait(for: 3)
        #expect(receiver.hosts.filter { $0 == SilentReceiver.silentHost }.count == 1)
        receiver.answer()
        await receiver.wait(for: 4)
        service.cancel()
        try await service.value
        try fixture.verify()
    }

    @Test func whatWaitsForAChannelThatIsGoneIsGivenUpAfterADay() async throws {
        let (fixture, receiver) = (try AlertingFixture(), ScriptedReceiver([.status(500)]))
        let position = try await fixture.alert("a")
        try await delivery(fixture, to: receiver, [try AlertingFixture.channel()]).catchUp()
        let others = [try AlertingFixture.channel("others")]
        // It waits since a second after the first attempt.
        for (seconds, count): (UInt64, Int) in [(86_400, 1), (1, 2), (1, 2)] {
            fixture.advance(bySeconds: seconds)
            let delivery = try await delivery(fixture, to: receiver, others)
            try await delivery.retry()
            #expect(await delivery.nextTime == nil)
            #expect(try fixture.attempts().count == count)
        }
        #expect(receiver.requests.count == 1)
        #expect(try fixture.attempts().last == "\(position) 1 there is no such channel")
        try fixture.verify()
    }

    @Test func aLostPositionSendsNothingTwice() async throws {
        let (fixture, receiver) = (try AlertingFixture(), ScriptedReceiver())
        try await fixture.alert("a")
        let channels = [try AlertingFixture.channel()]
        try await delivery(fixture, to: receiver, channels).catchUp()
        try FileManager.default.removeItem(
            atPath: fixture.store.directory.runs + "/deliverer.position")
        try await delivery(fixture, to: receiver, channels).catchUp()
        #expect(receiver.requests.count == 1)
        try fixture.verify()
    }

    @Test func aHookForEverythingIsNotToldOfDeliveries() async throws {
        let (fixture, receiver) = (try AlertingFixture(), ScriptedReceiver())
        let position = try await fixture.append(.runStarted(RunStarted()))
        let everything = try AlertingFixture.channel(events: ["*"])
        let delivery = try await delivery(fixture, to: receiver, [everything])
        try await delivery.catchUp()
        try await delivery.catchUp()
        #expect(try fixture.attempts() == ["\(position) 1 taken"])
        try fixture.verify()
    }

    @Test func eachChannelGetsWhatItAsksFor() async throws {
        let (fixture, receiver) = (try AlertingFixture(), ScriptedReceiver())
        try await fixture.alert("a", severity: "medium")
        let worst = try await fixture.alert("b", severity: "critical")
        let all = try AlertingFixture.channel("all")
        let pager = try AlertingFixture.channel("pager", severity: "high")
        try await delivery(fixture, to: receiver, [all, pager]).catchUp()
        let sent = try fixture.events(of: "deliveries").compactMap { event -> String? in
            guard case .deliverySucceeded(let attempt) = event else { return nil }
            return "\(attempt.channel) \(attempt.position)"
        }
        #expect(sent.sorted() == ["all \(worst - 1)", "all \(worst)", "pager \(worst)"])
        try fixture.verify()
    }

    @Test func oneProcessDeliversAtATime() async throws {
        let (fixture, receiver) = (try AlertingFixture(), ScriptedReceiver())
        try await fixture.alert("a")
        let place = try DeliveryPlace.take(fixture.store.directory)
        let channels = [try AlertingFixture.channel()]
        try await DeliveryRound.run(fixture.store, channels: channels, sender: receiver)
        #expect(receiver.requests.isEmpty)
        withExtendedLifetime(place) {}
    }

    @Test func noSecretOfAURLIsRecorded() async throws {
        let fixture = try AlertingFixture()
        try await fixture.alert("a")
        let receiver = ScriptedReceiver([.status(500)])
        try await delivery(fixture, to: receiver, [try AlertingFixture.channel()]).catchUp()
        for event in try fixture.events(of: "deliveries") {
            let text = String(decoding: event.payload, as: UTF8.self)
            #expect(text.contains("hooks.example.org (sha256 ") && !text.contains("secret"))
        }
    }
}
