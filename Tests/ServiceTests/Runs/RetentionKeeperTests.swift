import EventLog
import Logging
import ServiceLifecycle
import Testing

@testable import Service

@Suite(.timeLimit(.minutes(1))) struct RetentionKeeperTests {
    @Test func aSecondTimeOnOneDayAddsNoEvent() async throws {
        let fixture = try RunFixture()
        let keeper = RetentionKeeper(store: fixture.store, logger: Logger(label: "test"))
        let first = try await fixture.head() + 1
        await keeper.apply()
        let event = try await fixture.store.read { try $0.events(from: first) }.first
        let applied = try RetentionApplied(payload: try #require(event).record.payload)
        #expect(event?.record.number == RetentionApplied.number)
        #expect(applied.by == "dr-server")
        let day: UInt64 = 86_400_000_000
        #expect(applied.logCutOff - applied.resultCutOff == 60 * day)
        await keeper.apply()
        // Unless a day has just begun.
        let later = try await fixture.store.read { try $0.events(from: first + 1) }
        for event in later {
            let next = try RetentionApplied(payload: event.record.payload)
            #expect(next.logCutOff == applied.logCutOff + day)
        }
    }

    @Test func itStopsWhenTheServerStops() async throws {
        let fixture = try RunFixture()
        let keeper = RetentionKeeper(store: fixture.store, logger: Logger(label: "test"))
        let before = try await fixture.head()
        let group = ServiceGroup(services: [keeper], logger: Logger(label: "test"))
        let serving = Task { try await group.run() }
        while try await fixture.head() == before { try await Task.sleep(for: .milliseconds(5)) }
        await group.triggerGracefulShutdown()
        try await serving.value
    }
}
