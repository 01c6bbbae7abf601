import Foundation
import Testing

@testable import EventLog

/// Each call that writes or flushes fails once: at two moments, or at each if `DR_SOAK` is set.
@Suite(.enabled(if: Strace.isThere, "\(Strace.missing)"), .timeLimit(.minutes(60)))
struct TortureFaultSoakTests {
    struct Fault: Sendable {
        let call: String
        let effect: String
        /// What the complaint must say.
        let word: String
        /// Below the data directory; `nil` for any.
        var file: String? = "log/data.mdb"

        static let all = [
            Fault(call: "pwrite64", effect: "error=EIO", word: "Input/output error"),
            // Less was written than was asked for.
            Fault(call: "pwrite64", effect: "retval=60", word: "could not"),
            Fault(call: "writev", effect: "error=EIO", word: "Input/output error"),
            Fault(call: "writev", effect: "error=ENOSPC", word: "space"),
            Fault(call: "lseek", effect: "error=EIO", word: "Input/output error"),
            Fault(call: "fdatasync", effect: "error=EIO", word: "Input/output error"),
            Fault(call: "fsync", effect: "error=EIO", word: "Input/output error", file: nil),
            Fault(call: "rename", effect: "error=EIO", word: "Input/output error", file: nil),
            Fault(call: "ftruncate", effect: "error=ENOSPC", word: "space", file: "log/lock.mdb"),
        ]
    }

    @Test(arguments: Fault.all)
    func aCallThatFailsIsToldAndTheLogWorksAgain(_ fault: Fault) async throws {
        var random = SplitMix64(seed: Seed.value)
        let all = Effort.count(0, soak: 60)
        let few = [1, Int.random(in: 2...8, using: &random)]
        let occurrences = all == 0 ? few : Array(1...all)
        var injected = 0
        for occurrence in occurrences {
            if try await fail(fault, at: occurrence) { injected += 1 }
        }
        #expect(injected > 0)
    }

    /// - Returns: whether the run came so far that it failed.
    private func fail(_ fault: Fault, at occurrence: Int) async throws -> Bool {
        let fixture = Fixture()
        let trace = fixture.path + "/trace"
        let strace = Strace.injecting(
            fault.effect, into: fault.call, at: occurrence,
            on: fault.file.map { "\(fixture.directory.path)/\($0)" }, trace: trace)
        let appender = try Appender(
            fixture.directory, "run/a", 30, Self.options(fixture), in: strace)
        let acknowledged = try await appender.finish()
        let isInjected = try text(ofFile: trace).contains("(INJECTED)")
        let note = "\(fault), occurrence \(occurrence): \(appender.complaints)"
        #expect(appender.status == 0, "\(note)")
        #expect(acknowledged.count == 150, "\(note)")
        let isTold = appender.complaints.contains { $0.contains(fault.word) }
        #expect(isTold == isInjected, "\(note)")
        try await expectGoesOn(fixture, after: appender, note)
        return isInjected
    }

    private static func options(_ fixture: Fixture) -> [String] {
        let outside = fixture.outside.directory
        return ["--batch", "5", "--size", "700", "--outside", outside, "--every", "4"]
    }

    private func expectGoesOn(
        _ fixture: Fixture, after appender: Appender, _ note: String
    ) async throws {
        let next = try Appender(fixture.directory, "run/b", 3)
        try await next.finish()
        #expect(next.status == 0, "\(note)\n\(next.complaints)")
        try await fixture.expectKept(
            [appender, next], outside: fixture.outside.directory, note)
    }

    /// Its name has the number of the process in it, which is known only inside of it.
    @Test(arguments: ["checkpoint.key", "checkpoint.pub"])
    func aKeyThatCannotBeWrittenIsToldAndMadeAgain(_ key: String) async throws {
        let fixture = Fixture()
        let script = """
            exec strace -D -f -o "$0-trace" -e trace=write -e inject=write:error=ENOSPC:when=1 \
            -P "$0/keys/\(key).$$.tmp" "$@"
            """
        let shell = ["sh", "-c", script, fixture.directory.path]
        let appender = try Appender(
            fixture.directory, "run/a", 30, Self.options(fixture), in: shell)
        try await appender.finish()
        let note = "\(key): \(appender.complaints)"
        #expect(appender.status == 0, "\(note)")
        #expect(appender.complaints.contains { $0.contains("No space left") }, "\(note)")
        try await expectGoesOn(fixture, after: appender, note)
    }
}
