import DRTesting
import EventLog
import Foundation
import Testing

@testable import Engine

/// Changes outside, from their plan to their end.
@Suite(.timeLimit(.minutes(1))) struct OutsideChangesTests {
    private let folder = TemporaryDirectory()

    /// What is changed: it is there, or it is not.
    private var thing: String { folder.path + "/thing" }
    /// What the watchdog was told.
    private var told: String { folder.path + "/told" }

    private let allowance = Allowance(processes: [OutsideRig.shell])

    private var make: OutsideCall { OutsideRig.script("touch \"$1\"", [thing]) }
    private var remove: OutsideCall { OutsideRig.script("rm -f \"$1\"", [thing]) }

    /// A watchdog that only writes down what it is told.
    private var watchdog: [String] {
        let text = "while read -r line; do echo \"$line\" >> \"$1\"; echo '{}'; done"
        return [OutsideRig.shell, "-c", text, "watchdog", told]
    }

    private func changes(
        in fixture: JournalFixture, watchdog: [String]? = nil
    ) -> OutsideChanges {
        OutsideChanges(
            runKey: "\(fixture.key)", directory: fixture.store.directory.runs,
            journal: fixture.journal, caller: OutsideRig.caller(allowance),
            watchdog: watchdog ?? self.watchdog, launcher: [])
    }

    private func mark(of fixture: JournalFixture) -> String {
        "\(fixture.store.directory.runs)/\(fixture.key)\(ChangeMark.suffix)"
    }

    /// The orders, without what they say.
    private var orders: [String] {
        OutsideRig.text(told).split(separator: "\n").map { line in
            String(line.dropFirst(2).prefix { $0 != "\"" })
        }
    }

    @Test func aChangeIsKnownBeforeItIsMadeAndPutBackInTheEnd() async throws {
        let fixture = try await JournalFixture.started()
        let changes = changes(in: fixture)
        let id = try await changes.plan(make, undo: remove)
        #expect(!OutsideRig.isThere(thing))
        #expect(orders == ["arm"])
        #expect(OutsideRig.isThere(mark(of: fixture)))
        let left = await fixture.journal.run.changesLeft
        #expect(left.map(\.changeID) == [id])
        #expect(left.map(\.kind) == ["process"])
        #expect(left.map(\.description) == ["/bin/sh"])
        let order = UndoOrder(id: id, call: remove, allowance: allowance)
        #expect(try left.map { try UndoOrder($0) } == [order])

        #expect(try await changes.carryOut(make, of: id).status == 0)
        #expect(OutsideRig.isThere(thing))
        #expect(orders == ["arm", "began", "ended"])

        let actions = await changes.undoAll()
        #expect(!OutsideRig.isThere(thing))
        #expect(actions.map(\.name) == ["undo change-1"])
        #expect(actions.map(\.isDone) == [true])
        #expect(orders == ["arm", "began", "ended", "began", "ended", "disarm"])
        #expect(!OutsideRig.isThere(mark(of: fixture)))
        try await fixture.journal.synchronize()
        guard case .externalChangeUndone(let undone) = try await fixture.recorded().last else {
            Issue.record("the end of the change was not recorded")
            return
        }
        #expect(undone.changeID == id)
        #expect(undone.by == "cleanup")
        #expect(undone.isDone)
        #expect(undone.detail == "/bin/sh: 0")
        #expect(await fixture.journal.run.changesLeft.isEmpty)
        try fixture.verify()
    }

    @Test func theLastChangeIsPutBackFirst() async throws {
        let fixture = try await JournalFixture.started()
        let changes = changes(in: fixture)
        for name in ["one", "two"] {
            let script = "echo \(name) >> \"$1\""
            _ = try await changes.make(make, undo: OutsideRig.script(script, [thing]))
        }
        #expect(await changes.undoAll().map(\.name) == ["undo change-2", "undo change-1"])
        #expect(OutsideRig.text(thing) == "two\none\n")
        try fixture.verify()
    }

    @Test func withoutAWatchdogNothingIsChanged() async throws {
        for watchdog in [[], ["/bin/false"], ["/no/such/program"]] {
            let fixture = try await JournalFixture.started()
            let changes = changes(in: fixture, watchdog: watchdog)
            await #expect(throws: RunnerError.self) {
                try await changes.make(make, undo: remove)
            }
            #expect(!OutsideRig.isThere(thing))
            // Nobody can know that it was not made.
            #expect(await changes.undoAll().map(\.isDone) == [true])
            #expect(!OutsideRig.isThere(mark(of: fixture)))
            try fixture.verify()
        }
    }

    @Test func whatIsNotAllowedIsNotEvenPlanned() async throws {
        let fixture = try await JournalFixture.started()
        let changes = changes(in: fixture)
        let other = OutsideCall.process(ProcessCall(path: "/bin/true"))
        for (call, undo) in [(make, other), (other, remove)] {
            await #expect(throws: OutsideError(.notAllowed, "")) {
                try await changes.make(call, undo: undo)
            }
        }
        #expect(!OutsideRig.isThere(thing))
        #expect(await changes.undoAll().isEmpty)
        #expect(await fixture.journal.run.changesLeft.isEmpty)
        #expect(!OutsideRig.isThere(told))
    }

    @Test func whatCannotBePutBackIsTold() async throws {
        let fixture = try await JournalFixture.started()
        let changes = changes(in: fixture)
        _ = try await changes.make(make, undo: OutsideRig.script("echo why >&2; exit 4"))
        let actions = await changes.undoAll()
        #expect(actions.map(\.isDone) == [false])
        #expect(actions.map(\.detail) == ["/bin/sh: exit status 4, not 0: why"])
        // It is not taken from the watchdog, which tries on.
        #expect(orders == ["arm", "began", "ended", "began", "ended"])
        #expect(OutsideRig.isThere(mark(of: fixture)))
        #expect(await fixture.journal.run.changesLeft.map(\.changeID) == ["change-1"])
        try await fixture.journal.synchronize()
        try fixture.verify()
    }

    /// Experiments may hold names that mean nothing here, and are sent as they stand.
    @Test func whatPutsBackIsReadAsTheChangeWas() async throws {
        let fixture = try await JournalFixture.started()
        let caller = OutsideCaller(
            allowance: allowance, environment: [:], leavesUnknownNames: true)
        let changes = OutsideChanges(
            runKey: "\(fixture.key)", directory: fixture.store.directory.runs,
            journal: fixture.journal, caller: caller, watchdog: watchdog, launcher: [])
        let undo = OutsideRig.script("echo \"$2\" > \"$1\"", [thing, "${NAME}"])
        let id = try await changes.plan(make, undo: undo)
        let planned = try #require(await fixture.journal.run.changesLeft.first)
        let order = UndoOrder(
            id: id, call: undo, allowance: allowance, leavesUnknownNames: true)
        #expect(try UndoOrder(planned) == order)
        #expect(await changes.undoAll().map(\.isDone) == [true])
        #expect(OutsideRig.text(thing) == "${NAME}\n")
    }

    // MARK: The next start

    /// A run whose runner is lost, and which has changed the thing.
    private func lost(undo: OutsideCall) async throws -> JournalFixture {
        let fixture = try await JournalFixture.started()
        _ = try await changes(in: fixture).make(make, undo: undo)
        try await fixture.journal.synchronize()
        return fixture
    }

    @Test func theNextStartPutsBackWhatALostRunHasChanged() async throws {
        let fixture = try await lost(undo: remove)
        let runs = UnfinishedRuns(store: fixture.store)
        #expect(try await runs.closeLost() == [2])
        #expect(!OutsideRig.isThere(thing))
        #expect(!OutsideRig.isThere(mark(of: fixture)))
        let last = Array(try await fixture.recorded().suffix(2))
        guard case .externalChangeUndone(let undone) = last[0],
            case .runFinished(let finished) = last[1]
        else {
            Issue.record("\(last)")
            return
        }
        #expect(undone.by == "next start")
        #expect(undone.isDone)
        #expect(finished.errorMessage == "runner lost at the start")
        #expect(try await runs.changesLeft().map(\.id) == [])
        try fixture.verify()
    }

    @Test func whatCannotBePutBackAtTheNextStartIsTriedAtEachOne() async throws {
        let key = folder.path + "/key"
        let fixture = try await lost(
            undo: OutsideRig.script("[ -e \"$1\" ] && rm -f \"$2\"", [key, thing]))
        let runs = UnfinishedRuns(store: fixture.store)
        #expect(try await runs.closeLost() == [2])
        guard case .runFinished(let finished) = try await fixture.recorded().last else {
            Issue.record("the run was not closed")
            return
        }
        let start = "runner lost at the start; change-1 is not undone: /bin/sh: exit status 1"
        #expect(finished.errorMessage.hasPrefix(start))
        #expect(OutsideRig.isThere(thing))
        #expect(try await runs.changesLeft().map(\.id) == [2])

        #expect(try await runs.closeLost() == [])
        #expect(try await runs.changesLeft().map(\.id) == [2])

        _ = FileManager.default.createFile(atPath: key, contents: nil)
        #expect(try await runs.closeLost() == [])
        #expect(!OutsideRig.isThere(thing))
        #expect(try await runs.changesLeft().map(\.id) == [])
        #expect(!OutsideRig.isThere(mark(of: fixture)))
        guard case .externalChangeUndone(let undone) = try await fixture.recorded().last else {
            Issue.record("that it was put back is not recorded")
            return
        }
        #expect(undone.isDone)
        #expect(try await runs.all().map(\.id) == [])
        try fixture.verify()
    }

    @Test func theNextStartLetsTheWatchdogFinish() async throws {
        let fixture = try await lost(undo: remove)
        let mark = mark(of: fixture)
        var held = try RunLock.take(mark, holder: "the watchdog")
        #expect(held != nil)
        let closing = Task { try await UnfinishedRuns(store: fixture.store).closeLost() }
        try await Task.sleep(for: .milliseconds(500))
        #expect(OutsideRig.isThere(thing))
        held = nil
        #expect(try await closing.value == [2])
        #expect(!OutsideRig.isThere(thing))
        #expect(!OutsideRig.isThere(mark))
    }

    @Test func aPlanThatCannotBeReadKeepsNobodyFromStarting() async throws {
        let fixture = try await JournalFixture.started()
        var planned = ExternalChangePlanned()
        (planned.changeID, planned.undo) = ("change-1", "as it was written later")
        try await fixture.journal.write([.externalChangePlanned(planned)])
        let runs = UnfinishedRuns(store: fixture.store)
        #expect(try await runs.closeLost() == [2])
        guard case .runFinished(let finished) = try await fixture.recorded().last else {
            Issue.record("the run was not closed")
            return
        }
        #expect(finished.errorMessage.hasPrefix("runner lost at the start; change-1 is not undone"))
        try fixture.verify()
    }

    @Test func aMarkOfNobodyIsRemoved() async throws {
        let fixture = try await JournalFixture.started()
        let other = "\(fixture.store.directory.runs)/\(JournalFixture.newID()).changed"
        try ChangeMark.set(other)
        _ = try await UnfinishedRuns(store: fixture.store).closeLost()
        #expect(!OutsideRig.isThere(other))
    }
}
