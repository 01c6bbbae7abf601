import DRTesting
import EventLog
import Testing

@testable import Engine

struct RunJournalTests {
    @Test func theFirstEventIsTheRequestAndItsPositionTheId() async throws {
        let fixture = try await JournalFixture.started()
        // Position 1 is the log's own first event.
        #expect(await fixture.journal.firstPosition == 2)
        #expect(
            try await fixture.recorded()
                == [.runRequested(fixture.request), .runStarted(RunStarted())])
        #expect(try fixture.store.reader.position(ofOnce: fixture.key) == 2)
        try fixture.verify()
    }

    @Test func notesAndWritesKeepTheirOrder() async throws {
        let fixture = try await JournalFixture.started()
        let journal = fixture.journal
        await journal.note(.log("1"))
        await journal.note(.log("2"))
        try await journal.write([.mark("3"), .mark("4")])
        await journal.note(.log("5"))
        try await journal.write([.mark("6")])
        try await journal.write([])
        await journal.note(.log("7"))
        try await journal.synchronize()
        #expect(
            try await fixture.recorded().compactMap(\.word)
                == ["1", "2", "3", "4", "5", "6", "7"])
        #expect(fixture.foreign.all == [])
        try fixture.verify()
    }

    @Test func whatIsWrittenIsDurableWithTheNotesBefore() async throws {
        let fixture = try await JournalFixture.started()
        await fixture.journal.note(.log("a"))
        try await fixture.journal.write([.mark("b")])
        #expect(try await fixture.recorded().compactMap(\.word) == ["a", "b"])
        try fixture.verify()
    }

    @Test func notesAreWrittenByThemselvesSoonAfter() async throws {
        let fixture = try await JournalFixture.started()
        for number in 0..<3 {
            await fixture.journal.note(.log("\(number)"))
            try await eventually("note \(number) is durable") {
                try await fixture.recorded().compactMap(\.word).last == "\(number)"
            }
        }
        try fixture.verify()
    }

    @Test func manyNotesKeepTheirOrder() async throws {
        let fixture = try await JournalFixture.started()
        // More than one append takes.
        let words = (0..<2500).map { "\($0)" }
        for word in words { await fixture.journal.note(.log(word)) }
        try await fixture.journal.write([.mark("last")])
        #expect(try await fixture.recorded().compactMap(\.word) == words + ["last"])
        try fixture.verify()
    }

    @Test func writesOfManyTasksAreAllKept() async throws {
        let fixture = try await JournalFixture.started()
        let journal = fixture.journal
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    await journal.note(.log("note \(number)"))
                    try await journal.write([.mark("mark \(number)")])
                }
            }
            try await group.waitForAll()
        }
        let words = try await fixture.recorded().compactMap(\.word)
        #expect(words.count == 100)
        for number in 0..<50 {
            let note = try #require(words.firstIndex(of: "note \(number)"))
            let mark = try #require(words.firstIndex(of: "mark \(number)"))
            #expect(note < mark)
        }
        try fixture.verify()
    }

    // MARK: The run

    @Test func theSameCommandAgainWritesNothing() async throws {
        let fixture = try await JournalFixture.started()
        try await fixture.journal.record(.start(RunStarted()))
        var step = StepStarted()
        step.name = "step 0"
        try await fixture.journal.record(.beginStep(step))
        try await fixture.journal.record(.beginStep(step))
        #expect(try await fixture.recorded().count == 3)
        #expect(await fixture.journal.run.steps == [step])
        try fixture.verify()
    }

    @Test func aRefusedCommandWritesNothing() async throws {
        let fixture = try await JournalFixture.started()
        var step = StepStarted()
        step.index = 1
        let outOfOrder = TestRun.Command.beginStep(step)
        let error = await #expect(throws: TestRun.Refusal.self) {
            try await fixture.journal.record(outOfOrder)
        }
        #expect(error == .stepOutOfOrder(expected: 0))
        #expect(try await fixture.recorded().count == 2)
        #expect(await fixture.journal.run.steps == [])
        try fixture.verify()
    }

    // MARK: Others write too

    @Test func aCancellationInBetweenIsTakenOver() async throws {
        let fixture = try await JournalFixture.started()
        try await fixture.appendFromOutside(.cancel(by: "sre"))
        await fixture.journal.note(.log("noted"))
        try await fixture.journal.write([.mark("written")])
        #expect(
            try await fixture.recorded().compactMap(\.word)
                == ["cancelled by sre", "noted", "written"])
        #expect(fixture.foreign.all == [.cancel(by: "sre")])
        #expect(await fixture.journal.run.cancellation?.by == "sre")
        try fixture.verify()
    }

    @Test func synchronizingTellsWhatOthersWrote() async throws {
        let fixture = try await JournalFixture.started()
        let journal = fixture.journal
        #expect(try await !fixture.isBehind())
        try await fixture.appendFromOutside(.cancel(by: "a"))
        try await fixture.appendFromOutside(.cancel(by: "b"))
        #expect(try await fixture.isBehind())
        try await journal.synchronize()
        #expect(fixture.foreign.all == [.cancel(by: "a"), .cancel(by: "b")])
        #expect(try await !fixture.isBehind())
        try await journal.synchronize()
        #expect(fixture.foreign.all.count == 2)
        // The first one counts.
        #expect(await journal.run.cancellation?.by == "a")
        try fixture.verify()
    }

    @Test func eventsOfNewerProgramsArePassedOver() async throws {
        let fixture = try await JournalFixture.started()
        try await fixture.appendFromOutside(number: 99, payload: [0x0a, 1, 0x61])
        try await fixture.journal.write([.mark("after")])
        #expect(fixture.foreign.all == [])
        #expect(try await fixture.recorded().compactMap(\.word) == ["after"])
        try fixture.verify()
    }

    @Test func foreignEventsAmongManyWritesAreToldOnceAndInOrder() async throws {
        let fixture = try await JournalFixture.started()
        let journal = fixture.journal
        let outside = Task {
            for number in 0..<20 { try await fixture.appendFromOutside(.cancel(by: "\(number)")) }
        }
        for number in 0..<40 { try await journal.write([.mark("\(number)")]) }
        try await outside.value
        try await journal.synchronize()
        let cancellations = (0..<20).map { TestEvent.cancel(by: "\($0)") }
        #expect(fixture.foreign.all == cancellations)
        let marks = try await fixture.recorded().filter { $0.number == 27 }.compactMap(\.word)
        #expect(marks == (0..<40).map { "\($0)" })
        try fixture.verify()
    }
}
