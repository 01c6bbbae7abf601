import DRTesting
import EventLog
import Foundation
import Testing

@testable import Engine

/// What the watchdog does when nobody speaks to it any more. That it lives on when its runner is
/// killed is seen where the programs are.
@Suite(.timeLimit(.minutes(1))) struct OutsideWatchdogTests {
    private let folder = TemporaryDirectory()

    private var file: String { folder.path + "/undone" }

    private func order(_ id: String, _ script: String) -> UndoOrder {
        UndoOrder(
            id: id, call: OutsideRig.script(script, [file]),
            allowance: Allowance(processes: [OutsideRig.shell]))
    }

    private func noting(_ id: String) -> UndoOrder { order(id, "echo \(id) >> \"$1\"") }

    /// - Returns: its answers, and what it could not undo.
    private func attend(
        _ orders: [WatchdogOrder], mark: String? = nil, patience: Duration = .seconds(30)
    ) async throws -> (answers: [String], left: [String]) {
        let (lines, line) = AsyncStream<String>.makeStream()
        for order in orders {
            line.yield(String(decoding: try JSONEncoder().encode(order), as: UTF8.self))
        }
        line.finish()
        let answers = Inbox<String>()
        let left = await Watchdog.attend(
            lines, mark: mark, environment: [:], patience: patience
        ) { answers.add($0) }
        return (answers.all, left.map(\.id))
    }

    @Test func whatIsArmedIsUndoneTheLastFirst() async throws {
        let orders = ["one", "two", "three"].map { WatchdogOrder(arm: noting($0)) }
        let (answers, left) = try await attend(orders)
        #expect(answers == ["{}", "{}", "{}"])
        #expect(left == [])
        #expect(OutsideRig.text(file) == "three\ntwo\none\n")
    }

    @Test func whatWasPutBackIsNotUndoneAgain() async throws {
        let orders = [
            WatchdogOrder(arm: noting("one")), WatchdogOrder(arm: noting("two")),
            WatchdogOrder(disarm: "one"),
        ]
        #expect(try await attend(orders).left == [])
        #expect(OutsideRig.text(file) == "two\n")
    }

    @Test func withNothingArmedItEndsAtOnce() async throws {
        let orders = [WatchdogOrder(arm: noting("one")), WatchdogOrder(disarm: "one")]
        #expect(try await attend(orders).answers.count == 2)
        #expect(try await attend([]).answers.isEmpty)
        #expect(!OutsideRig.isThere(file))
    }

    @Test func whatFailsIsTriedAgain() async throws {
        let script = "if [ -e \"$1\" ]; then rm \"$1\"; else touch \"$1\"; exit 1; fi"
        #expect(try await attend([WatchdogOrder(arm: order("one", script))]).left == [])
        #expect(!OutsideRig.isThere(file))
    }

    @Test func oneThatCannotBeUndoneDoesNotStopTheOthers() async throws {
        let orders = [
            WatchdogOrder(arm: noting("one")), WatchdogOrder(arm: order("two", "exit 1")),
        ]
        #expect(try await attend(orders, patience: .milliseconds(1)).left == ["two"])
        #expect(OutsideRig.text(file) == "one\n")
    }

    /// A script that fails, and does this before.
    private func failing(_ script: String) -> WatchdogOrder {
        WatchdogOrder(arm: order("one", "echo tried >> \"$1\"; \(script); exit 1"))
    }

    @Test func itTriesNoMoreWhenSomebodyElseHasPutEverythingBack() async throws {
        let mark = folder.path + "/mark"
        #expect(try await attend([failing("rm -f '\(mark)'")], mark: mark).left == [])
        #expect(OutsideRig.text(file) == "tried\n")
    }

    @Test func withoutItsFolderItTriesOn() async throws {
        let tries = "[ $(wc -l < \"$1\") -ge 2 ] && exit 0"
        #expect(try await attend([failing(tries)], mark: folder.path + "/gone/mark").left == [])
        #expect(OutsideRig.text(file) == "tried\ntried\n")
    }

    @Test func itHoldsTheMarkUntilItHasFinished() async throws {
        let mark = folder.path + "/mark"
        try ChangeMark.set(mark)
        let (lines, line) = AsyncStream<String>.makeStream()
        line.yield("{}")
        let patience: Duration = .seconds(30)
        let attending = Task {
            await Watchdog.attend(lines, mark: mark, environment: [:], patience: patience) { _ in }
        }
        try await eventually("the mark is held") { OpenFileLock.isHeld(mark) }
        line.finish()
        _ = await attending.value
        #expect(!OpenFileLock.isHeld(mark))
    }

    @Test func aProgramIsLaunchedByTheFirstLineAndReadsTheRest() throws {
        let launch = ProgramLaunch(path: "/bin/sh", arguments: ["-c", "a\nb", "", "ä"])
        let (given, path) = (try launch.line() + Array("rest\n".utf8), folder.path + "/input")
        try Data(given).write(to: URL(filePath: path))
        let input = try FileHandle(forReadingFrom: URL(filePath: path))
        #expect(ProgramLaunch(from: input.fileDescriptor) == launch)
        #expect(try input.readToEnd() == Data("rest\n".utf8))
    }

    @Test(arguments: ["", "{}\n", "{\"path\": \"/bin/sh\", \"arguments\": []}", "/bin/sh\n"])
    func withoutAWholeLineNothingIsLaunched(_ given: String) throws {
        let path = folder.path + "/input"
        try Data(given.utf8).write(to: URL(filePath: path))
        let input = try FileHandle(forReadingFrom: URL(filePath: path))
        #expect(ProgramLaunch(from: input.fileDescriptor) == nil)
    }

    @Test func oneThatDoesNotAnswerIsNotWaitedForAgain() async throws {
        let watchdog = try WatchdogProcess(
            program: [OutsideRig.shell, "-c", "exec sleep 20"], environment: [:],
            patience: .milliseconds(200))
        let started = ContinuousClock.now
        for _ in 0..<3 {
            await #expect(throws: RunnerError.self) { try await watchdog.tell(WatchdogOrder()) }
        }
        await watchdog.end(isDone: true)
        #expect(ContinuousClock.now - started < .seconds(10))
    }

    @Test func whatIsNoOrderIsAnsweredWithAnError() {
        var changes = WatchedChanges()
        #expect(changes.take("arm everything").error == "this is no order")
        #expect(changes.take(#"{"arm": {"id": "one"}}"#).error == "this is no order")
        #expect(changes.take("{}").error == nil)
        #expect(changes.armed.isEmpty)
    }

    @Test func whatStillChangesSomethingIsKilledBeforeItIsUndone() async throws {
        let groups = AsyncStream<Int32>.makeStream()
        let caller = OutsideRig.caller()
        let changing = Task {
            await OutsideRig.failure(
                of: OutsideRig.script("sleep 300 & wait; sleep 300"), by: caller,
                watch: OutsideCaller.ProcessWatch { group in
                    if let group { groups.continuation.yield(group) }
                })
        }
        var iterator = groups.stream.makeAsyncIterator()
        let group = try #require(await iterator.next())
        let orders = [
            WatchdogOrder(arm: noting("one")),
            WatchdogOrder(began: WatchdogOrder.Began(id: "one", group: group)),
        ]
        #expect(try await attend(orders).left == [])
        #expect(OutsideRig.text(file) == "one\n")
        #expect(await changing.value?.message.contains("ended by a signal") == true)
    }

    @Test func whatHasEndedIsNotKilled() {
        var changes = WatchedChanges()
        for line in [
            #"{"began": {"id": "one", "group": 7}}"#, #"{"began": {"id": "two", "group": 8}}"#,
            #"{"began": {"id": "three", "group": 9}}"#, #"{"ended": "one"}"#,
            #"{"disarm": "three"}"#,
        ] {
            #expect(changes.take(line).error == nil)
        }
        #expect(changes.groups == ["two": 8])
    }
}
