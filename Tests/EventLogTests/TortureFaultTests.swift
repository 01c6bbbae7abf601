import Foundation
import Testing

@testable import EventLog

/// Each call that writes, flushes or opens fails once in each thread: at two moments, or at each if
/// `DR_SOAK` is set.
@Suite(.enabled(if: Strace.isThere, "\(Strace.missing)"), .timeLimit(.minutes(60)))
struct TortureFaultSoakTests {
    struct Fault: Sendable {
        let call: String
        let effect: String
        /// What the complaint must say.
        let word: String
        /// Below the data directory; none for any.
        var files = Fault.data

        private static let data = ["log/data.mdb", "log.new/data.mdb"]
        private static let locks = ["log/lock.mdb", "log.new/lock.mdb"]

        static let all = [
            Fault(call: "pwrite64", effect: "error=EIO", word: "Input/output error"),
            // Less was written than was asked for.
            Fault(call: "pwrite64", effect: "retval=60", word: "could not"),
            Fault(call: "writev", effect: "error=EIO", word: "Input/output error"),
            Fault(call: "writev", effect: "error=ENOSPC", word: "space"),
            Fault(call: "lseek", effect: "error=EIO", word: "Input/output error"),
            Fault(call: "fdatasync", effect: "error=EIO", word: "Input/output error"),
            Fault(call: "fsync", effect: "error=EIO", word: "Input/output error", files: []),
            Fault(call: "rename", effect: "error=EIO", word: "Input/output error", files: []),
            Fault(call: "ftruncate", effect: "error=ENOSPC", word: "space", files: locks),
            Fault(call: "pwrite64", effect: "error=ENOSPC", word: "space", files: ["log.host"]),
            Fault(call: "mkdir", effect: "error=ENOSPC", word: "space", files: ["log.new"]),
            Fault(call: "openat", effect: "error=EMFILE", word: "Too many open files"),
            Fault(
                call: "openat", effect: "error=EMFILE", word: "Too many open files", files: locks),
            Fault(call: "mmap", effect: "error=ENOMEM", word: "Cannot allocate memory"),
        ]
    }

    @Test(arguments: Fault.all)
    func aCallThatFailsIsToldAndTheLogWorksAgain(_ fault: Fault) async throws {
        var random = SplitMix64(seed: Seed.value)
        let all = Effort.count(0, soak: 60)
        let few = [1, Int.random(in: 2...8, using: &random)]
        let occurrences = all == 0 ? few : Array(1...all)
        var failed = 0
        for occurrence in occurrences {
            failed += try await injected(by: fault, at: occurrence).count
        }
        #expect(failed > 0)
    }

    /// Runs an appender, and then another one, and expects that both come to their end.
    ///
    /// - Returns: the calls that failed, as strace shows them.
    private func injected(by fault: Fault, at occurrence: Int) async throws -> [Substring] {
        let fixture = Fixture()
        let trace = fixture.path + "/trace"
        let strace = Strace.injecting(
            fault.effect, into: fault.call, at: occurrence,
            on: fault.files.map { "\(fixture.directory.path)/\($0)" }, trace: trace)
        let appender = try Appender(
            fixture.directory, "run/a", 30, Self.options(fixture), in: strace)
        let acknowledged = try await appender.finish()
        let injected = try text(ofFile: trace).split(separator: "\n")
            .filter { $0.contains("(INJECTED)") }
        let note = "\(fault), occurrence \(occurrence): \(appender.complaints)"
        #expect(appender.status == 0, "\(note)")
        #expect(acknowledged.count == 150, "\(note)")
        let isTold = appender.complaints.contains { $0.contains(fault.word) }
        #expect(isTold != injected.isEmpty, "\(note)")
        // What failed is over when it is told: the log can be read at once, and written.
        let isOver = !appender.complaints.contains {
            $0.hasPrefix("unreadable: ") || $0.contains("MDB_PANIC")
        }
        #expect(isOver, "\(note)")
        try await expectGoesOn(fixture, after: appender, note)
        return injected
    }

    /// LMDB then gives the whole file up, for readers too, until it is opened again.
    @Test func aLogWhoseMetaPageCouldNotBeWrittenIsOpenedAgain() async throws {
        let fault = Fault(
            call: "pwrite64", effect: "error=EIO", word: "Input/output error",
            files: ["log/data.mdb"])
        var ofMetaPages = 0
        for occurrence in 1...Effort.count(4, soak: 30) {
            let calls = try await injected(by: fault, at: occurrence)
            // Of such a page only so much is written.
            ofMetaPages += calls.filter { $0.contains(", 120, ") }.count
        }
        #expect(ofMetaPages > 0)
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

    /// Otherwise its name could be lost in a power cut after events were acknowledged.
    @Test func aKeyWhoseNameWasNotFlushedIsFlushedBeforeTheLogIsUsed() async throws {
        let fixture = Fixture()
        let trace = fixture.path + "/trace"
        // After the public half and after the secret one.
        let strace = Strace.injecting(
            "error=EIO", into: "fsync", at: 2, on: [fixture.directory.keys], trace: trace)
        let appender = try Appender(
            fixture.directory, "run/a", 30, Self.options(fixture), in: strace)
        try await appender.finish()
        #expect(appender.status == 0 && appender.complaints.count == 1, "\(appender.complaints)")
        let calls = try text(ofFile: trace).split(separator: "\n")
        let failed = try #require(calls.firstIndex { $0.contains("(INJECTED)") })
        #expect(calls[failed...].contains { $0.hasSuffix(" = 0") }, "\(calls)")
        try await expectGoesOn(fixture, after: appender, "\(appender.complaints)")
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
