import DRTesting
import EventLog
import Testing

@testable import Engine

/// The rows of the scenarios that come with the program.
struct BuiltinCatalogTests {
    private let fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    private func recorded() throws -> [TestEvent] {
        try fixture.store.reader.events(ofStream: Scenarios.stream).compactMap {
            try TestEvent(number: $0.record.number, payload: $0.record.payload)
        }
    }

    private func scenario(_ id: UInt64, _ text: String) -> ScenarioDefinition {
        var row = ScenarioDefinition()
        (row.id, row.scenarioName, row.scenarioText) = (id, "scenario \(id)", text)
        return row
    }

    @Test func theSixAreRecordedOnceWithTheirIds() async throws {
        try await BuiltinCatalog.record(in: fixture.store)
        let events = try recorded()
        let rows = events.compactMap { event -> ScenarioDefinition? in
            if case .scenarioCreated(let row) = event { row } else { nil }
        }
        #expect(rows.map(\.id) == [1, 2, 3, 4, 5, 6])
        #expect(rows.map(\.scenarioName) == BuiltinScenarios.all.map(\.name))
        #expect(rows.map(\.scenarioText) == BuiltinScenarios.all.map(\.text))
        #expect(events.count == 6)
        try await BuiltinCatalog.record(in: fixture.store)
        #expect(try recorded() == events)
        try fixture.verify()
    }

    @Test func aRowSaysWhatTheScenarioDoes() throws {
        let entry = try #require(BuiltinScenarios.entry(named: "1"))
        let row = try ScenarioDefinition(entry)
        #expect(row.testType == "full_outage")
        #expect(row.testSteps.first == "Block all R2 operations")
        #expect(row.testSteps.count == 7)
        #expect(
            row.expectedOutcomes[1]
                == "Trigger circuit breaker: breaker.state equals open within 30 s; "
                + "proxy.requests_per_second equals 0 within 30 s; breaker.failed_calls at least 3")
        #expect(row.rtoTargetMs == 300_000)
        #expect(row.rpoTargetMs == 60_000)
        #expect(row.prerequisites.map(\.name) == ["backup available", "queue enabled"])
        #expect(row.cleanupSteps == ["clear queue", "reset breaker", "clear notifications"])
        #expect(row.scenarioDigest.count == 32)
        #expect(row.by == "dr-testing")
    }

    /// Two versions of the program use the log in turns.
    @Test func anOlderProgramDoesNotTakeBackWhatANewerOneBrought() async throws {
        let (older, newer) = (scenario(4, "older"), scenario(4, "newer"))
        for scenarios in [[older], [newer], [older], [newer], [older]] {
            try await BuiltinCatalog.record(scenarios, in: fixture.store)
        }
        #expect(try recorded() == [.scenarioCreated(older), .scenarioChanged(newer)])
        try fixture.verify()
    }

    @Test func whatPeopleRecordedMeanwhileIsKept() async throws {
        var mine = scenario(7, "mine")
        mine.by = "ops"
        let event = TestEvent.scenarioCreated(mine)
        _ = try await fixture.store.append(
            [NewEvent(id: JournalFixture.newID(), number: event.number, payload: event.payload)],
            to: Scenarios.stream, expecting: .noStream)
        try await BuiltinCatalog.record([scenario(1, "a")], in: fixture.store)
        #expect(try recorded() == [event, .scenarioCreated(scenario(1, "a"))])
    }

    @Test func manyProgramsAtOnceRecordEachScenarioOnce() async throws {
        let scenarios = (UInt64(1)...6).map { scenario($0, "text \($0)") }
        let store = fixture.store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { try await BuiltinCatalog.record(scenarios, in: store) }
            }
            try await group.waitForAll()
        }
        #expect(try recorded() == scenarios.map { TestEvent.scenarioCreated($0) })
        try fixture.verify()
    }
}
