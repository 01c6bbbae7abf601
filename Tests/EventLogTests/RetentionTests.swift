import Testing

@testable import EventLog

/// The event that has views drop old rows.
struct RetentionTests {
    private static let day: UInt64 = 86_400_000_000

    private let fixture = Fixture()

    @Test func theStandardCutOffsAreThirtyAndNinetyWholeDaysAgo() async throws {
        let clock = TestClock()
        let store = try fixture.openStore(clock: clock.log)
        let applied = try await store.applyRetention(by: "the night")
        let today = TestClock.start / Self.day * Self.day
        #expect(applied.logCutOff == today - 30 * Self.day)
        #expect(applied.resultCutOff == today - 90 * Self.day)
        let event = try #require(try store.reader.events(from: 2).first)
        #expect(event.record.number == RetentionApplied.number)
        #expect(try RetentionApplied(payload: event.record.payload) == applied)
        try verify(store)
    }

    @Test func theSameRetentionTwiceIsOneEvent() async throws {
        let clock = TestClock()
        let store = try fixture.openStore(clock: clock.log)
        let first = try await store.applyRetention(by: "a")
        #expect(try await store.applyRetention(by: "a") == first)
        #expect(try store.reader.head().position == 2)
        clock.advance(by: Self.day)
        #expect(try await store.applyRetention(by: "a").logCutOff == first.logCutOff + Self.day)
        #expect(try store.reader.head().position == 3)
        try verify(store)
    }

    @Test func manyAtOnceAreOneEvent() async throws {
        let store = try fixture.openStore()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    _ = try await store.applyRetention(logCutOff: 5, resultCutOff: 3, by: "a")
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.reader.head().position == 2)
        try verify(store)
    }

    @Test func daysBeforeTheBeginningOfTimeAreTheBeginning() {
        let cutOffs = Retention(logDays: 10, resultDays: .max).cutOffs(at: 3 * Self.day)
        #expect(cutOffs.log == 0)
        #expect(cutOffs.result == 0)
    }
}
