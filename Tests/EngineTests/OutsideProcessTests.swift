import DRTesting
import Foundation
import Testing

@testable import Engine

/// Programs that are run outside.
@Suite(.timeLimit(.minutes(1))) struct OutsideProcessTests {
    private let secret = "planted-in-the-environment"

    private func output(_ call: OutsideCall, by caller: OutsideCaller) async throws -> String {
        String(decoding: try await caller.perform(call).body, as: UTF8.self)
    }

    @Test func argumentsArriveAsTheyAreWritten() async throws {
        let arguments = ["$(id)", "a b", "", "'\"\\", "*", ";ls", "ä\n"]
        let caller = OutsideRig.caller(Allowance(processes: ["/usr/bin/printf"]))
        let call = ProcessCall(path: "/usr/bin/printf", arguments: ["<%s>"] + arguments)
        let expected = arguments.map { "<\($0)>" }.joined()
        #expect(try await output(.process(call), by: caller) == expected)
    }

    @Test func aProgramGetsOnlyTheVariablesThatItNames() async throws {
        let caller = OutsideRig.caller(
            Allowance(processes: ["/usr/bin/env"], environment: ["ONE", "TWO"]),
            environment: ["ONE": "1=1", "TWO": "2", "HOME": "/", "PATH": "/bin"])
        let none = ProcessCall(path: "/usr/bin/env")
        #expect(try await output(.process(none), by: caller) == "")
        let one = ProcessCall(path: "/usr/bin/env", environment: ["ONE"])
        #expect(try await output(.process(one), by: caller) == "ONE=1=1\n")
    }

    @Test func aProgramReadsWhatItIsGivenAndNothingElse() async throws {
        let caller = OutsideRig.caller()
        #expect(try await output(OutsideRig.script("cat", input: "a\nb"), by: caller) == "a\nb")
        #expect(try await output(OutsideRig.script("cat; echo end"), by: caller) == "end\n")
    }

    @Test func whoDoesNotReadItGoesWithout() async throws {
        let input = String(repeating: "a", count: 1 << 20)
        for _ in 0..<5 {
            let result = try await OutsideRig.caller().perform(
                OutsideRig.script("exec <&-; exit 0", input: input))
            #expect(result.status == 0)
        }
    }

    @Test func anExitStatusThatIsNotExpectedIsAnError() async throws {
        let caller = OutsideRig.caller()
        let call = OutsideRig.script("echo why >&2; echo more >&2; exit 3")
        let failure = await OutsideRig.failure(of: call, by: caller)
        #expect(failure == OutsideError(.unexpected, ""))
        #expect(failure?.message == "/bin/sh: exit status 3, not 0: why")
        guard case .process(var process) = call else { return }
        process.expectedExit = [1, 3]
        #expect(try await caller.perform(.process(process)).status == 3)
        process.expectedExit = nil
        #expect(try await caller.perform(.process(process)).errors == Array("why\nmore\n".utf8))
    }

    @Test func aProgramThatASignalEndsHasFailed() async throws {
        let failure = await OutsideRig.failure(
            of: OutsideRig.script("kill -KILL $$"), by: OutsideRig.caller())
        #expect(failure?.code == .failed)
    }

    /// - Returns: the process that it has started and does not wait for.
    private func child(named file: String) async throws -> Int32 {
        try await eventually("the script has written the number of its child") {
            OutsideRig.text(file).hasSuffix("\n")
        }
        return try #require(Int32(OutsideRig.text(file).dropLast()))
    }

    @Test func whatTakesTooLongIsKilledWithAllThatItStarted() async throws {
        let folder = TemporaryDirectory()
        let file = folder.path + "/child"
        // Deaf to what asks it to end.
        let text = "trap '' TERM INT HUP; sleep 300 & echo $! > \"$1\"; wait; sleep 300"
        let call = OutsideRig.script(text, [file], timeout: .seconds(1))
        let failure = await OutsideRig.failure(of: call, by: OutsideRig.caller())
        #expect(failure?.code == .timedOut)
        let child = try await child(named: file)
        try await eventually("the child is gone", within: .seconds(10)) {
            !OutsideRig.isAlive(child)
        }
    }

    @Test func whatIsCalledOffIsKilledWithAllThatItStarted() async throws {
        let folder = TemporaryDirectory()
        let file = folder.path + "/child"
        let running = Task {
            try await OutsideRig.caller().perform(
                OutsideRig.script("sleep 300 & echo $! > \"$1\"; wait", [file]))
        }
        let child = try await child(named: file)
        #expect(OutsideRig.isAlive(child))
        running.cancel()
        await #expect(throws: CancellationError.self) { try await running.value }
        try await eventually("the child is gone", within: .seconds(10)) {
            !OutsideRig.isAlive(child)
        }
    }

    @Test func whatAProgramPrintsHasALimit() async throws {
        let caller = OutsideRig.caller(Allowance(processes: ["/usr/bin/head"]))
        func call(_ count: Int) -> OutsideCall {
            .process(
                ProcessCall(
                    path: "/usr/bin/head", arguments: ["-c", "\(count)", "/dev/zero"]))
        }
        #expect(try await caller.perform(call(1 << 20)).body.count == 1 << 20)
        let failure = await OutsideRig.failure(of: call(1 << 20 + 1), by: caller)
        #expect(failure?.code == .unexpected)
    }

    @Test func aProgramIsToldOfAsSoonAsItRunsAndWhenItHasEnded() async throws {
        let told = Inbox<Int32?>()
        var watch = OutsideCaller.ProcessWatch()
        watch.tell = { told.add($0) }
        let result = try await OutsideRig.caller().perform(
            OutsideRig.script("echo $$"), watch: watch)
        let printed = String(decoding: result.body, as: UTF8.self).dropLast()
        #expect(told.all == [Int32(printed), nil])
    }

    @Test func noMessageHasASecret() async throws {
        let caller = OutsideRig.caller(
            Allowance(processes: ["/bin/sh"], environment: ["TOKEN"]),
            environment: ["TOKEN": secret])
        let call = OutsideRig.script(
            "echo \"$1 $TOKEN\" >&2; exit 1", ["${TOKEN}"], environment: ["TOKEN"])
        let failure = await OutsideRig.failure(of: call, by: caller)
        #expect(failure?.message == "/bin/sh: exit status 1, not 0: ${TOKEN} ${TOKEN}")
    }

    /// A message shows one line of 300 characters. A part of a secret would not be known for one.
    @Test(arguments: [
        String(repeating: "planted", count: 60), "planted\nin the\nenvironment",
    ])
    func aMessageThatIsCutHasNoPartOfASecret(_ secret: String) async throws {
        let caller = OutsideRig.caller(
            Allowance(processes: ["/bin/sh"], environment: ["TOKEN"]),
            environment: ["TOKEN": secret])
        let call = OutsideRig.script("echo \"wrong: $1\" >&2; exit 1", ["${TOKEN}"])
        let failure = await OutsideRig.failure(of: call, by: caller)
        #expect(failure?.message == "/bin/sh: exit status 1, not 0: wrong: ${TOKEN}")
    }

    @Test func valuesAreNotLookedThroughForNames() async throws {
        let caller = OutsideRig.caller(
            Allowance(processes: ["/bin/sh"], environment: ["ONE", "TWO"]),
            environment: ["ONE": "${TWO}", "TWO": "second"])
        let call = OutsideRig.script("echo \"$1\"", ["${ONE}, ${TWO}, $ONE, ${"])
        #expect(try await output(call, by: caller) == "${TWO}, second, $ONE, ${\n")
    }
}
