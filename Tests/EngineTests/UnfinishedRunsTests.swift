import DRTesting
import EventLog
import Foundation
import Testing

@testable import Engine

struct UnfinishedRunsTests {
    private func lockFile(of fixture: JournalFixture) -> String {
        "\(fixture.store.directory.runs)/\(fixture.key).lock"
    }

    private func begin(_ index: UInt64, in fixture: JournalFixture) async throws {
        var step = StepStarted()
        (step.index, step.name) = (index, "step \(index)")
        try await fixture.journal.record(.beginStep(step))
    }

    @Test func aRunWhoseLockIsHeldIsAlive() async throws {
        let fixture = try await JournalFixture.started()
        let lock = try RunLock.take(lockFile(of: fixture), holder: "a test")
        let runs = UnfinishedRuns(store: fixture.store)
        let entries = try await runs.all()
        #expect(entries.map(\.isAlive) == [true])
        #expect(entries.map(\.id) == [2])
        #expect(entries.map(\.runKey) == ["\(fixture.key)"])
        #expect(entries.first?.run.status == .running)
        #expect(try await runs.closeLost() == [])
        #expect(try await fixture.recorded().count == 2)
        withExtendedLifetime(lock) {}
        try fixture.verify()
    }

    @Test func aRunWhoseRunnerIsGoneIsClosedOnce() async throws {
        let fixture = try await JournalFixture.started()
        try await begin(0, in: fixture)
        let runs = UnfinishedRuns(store: fixture.store)
        #expect(try await runs.all().map(\.isAlive) == [false])
        #expect(try await runs.closeLost() == [2])
        let last = try await fixture.recorded().last
        guard case .runFinished(let finish) = last else {
            Issue.record("the last event is \(String(describing: last))")
            return
        }
        #expect(finish.status == .failed)
        #expect(finish.verdict == .inconclusive)
        #expect(finish.ending == .lost)
        #expect(finish.errorMessage == "runner lost at step 1, step 0")
        #expect(finish.stepsNotExecuted == ["step 1", "step 2"])
        #expect(finish.rtoActualMs == nil)
        #expect(finish.time > 1_700_000_000_000_000)
        #expect(try await runs.all().map(\.id) == [])
        #expect(try await runs.closeLost() == [])
        try fixture.verify()
    }

    @Test func aRunThatWasLostBeforeItsFirstStepSaysSo() async throws {
        let fixture = try JournalFixture()
        try await fixture.journal.request(fixture.request, runKey: fixture.key)
        #expect(try await UnfinishedRuns(store: fixture.store).closeLost() == [2])
        guard case .runFinished(let finish) = try await fixture.recorded().last else {
            Issue.record("the run was not closed")
            return
        }
        #expect(finish.errorMessage == "runner lost at the start")
        #expect(finish.stepsNotExecuted == ["step 0", "step 1", "step 2"])
        try fixture.verify()
    }

    @Test func whatALostRunLeftOnDiskIsRemoved() async throws {
        let fixture = try await JournalFixture.started()
        let runs = fixture.store.directory.runs
        let folder = "\(runs)/\(fixture.key)"
        try FileManager.default.createDirectory(
            atPath: folder + "/queue", withIntermediateDirectories: true)
        // The lock of a runner that was killed: there, and free.
        _ = FileManager.default.createFile(atPath: lockFile(of: fixture), contents: Data("a".utf8))
        let other = "\(runs)/slot-1"
        _ = FileManager.default.createFile(atPath: other, contents: nil)
        _ = try await UnfinishedRuns(store: fixture.store).closeLost()
        #expect(!FileManager.default.fileExists(atPath: folder))
        #expect(!FileManager.default.fileExists(atPath: lockFile(of: fixture)))
        #expect(FileManager.default.fileExists(atPath: other))
        try fixture.verify()
    }

    @Test func aRunThatHasEndedIsNotListed() async throws {
        let fixture = try await JournalFixture.started()
        var finish = RunFinished()
        (finish.status, finish.verdict) = (.completed, .passed)
        try await fixture.journal.record(.finish(finish))
        let runs = UnfinishedRuns(store: fixture.store)
        #expect(try await runs.all().map(\.id) == [])
        // Also if others have written after its end.
        for number in 0..<6 { try await fixture.appendFromOutside(.log("\(number)")) }
        #expect(try await runs.all().map(\.id) == [])
        #expect(try await runs.closeLost() == [])
        try fixture.verify()
    }

    @Test func aRunOfManyEventsIsReadWhole() async throws {
        let fixture = try await JournalFixture.started()
        try await begin(0, in: fixture)
        for number in 0..<2100 { await fixture.journal.note(.log("\(number)")) }
        try await begin(1, in: fixture)
        let entries = try await UnfinishedRuns(store: fixture.store).all()
        #expect(entries.first?.run.steps.count == 2)
        #expect(entries.first?.run.stepsNotBegun == ["step 2"])
        try fixture.verify()
    }

    @Test func cancellingWritesOneEventThatTheRunnerHears() async throws {
        let fixture = try await JournalFixture.started()
        let runs = UnfinishedRuns(store: fixture.store)
        for _ in 0..<2 {
            for entry in try await runs.all() {
                try await runs.cancel(entry, by: "sre", reason: "too late in the day")
            }
        }
        try await fixture.journal.synchronize()
        var expected = CancelRequested()
        (expected.by, expected.reason) = ("sre", "too late in the day")
        #expect(fixture.foreign.all == [.cancelRequested(expected)])
        try fixture.verify()
    }

    @Test func otherStreamsAreNotRuns() async throws {
        let fixture = try JournalFixture()
        let new = NewEvent(id: JournalFixture.newID(), number: 25, payload: [])
        _ = try await fixture.store.append([new], to: "other/run", expecting: .noStream)
        #expect(try await UnfinishedRuns(store: fixture.store).all().map(\.id) == [])
        try fixture.verify()
    }
}
