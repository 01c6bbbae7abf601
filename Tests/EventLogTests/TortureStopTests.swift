import Foundation
import Testing

@testable import EventLog

#if canImport(Glibc)
    import Glibc
#endif

/// A process that is stopped in the middle of a commit, and holds the lock of the log, or the turn
/// to make it.
@Suite(.enabled(if: Strace.isThere, "\(Strace.missing)"), .timeLimit(.minutes(2)))
struct TortureStopTests {
    private let fixture = Fixture()

    @Test(arguments: [SIGCONT, SIGKILL])
    func aStoppedWriterIsNamedAndTheLogGoesOnWithoutIt(_ ending: Int32) async throws {
        let store = try await fixture.openStore(withEvents: 3)
        let (stopped, pid) = try await stoppedWriter(atFlush: 3)

        var make = EventMaker(seed: Seed.value &+ 1)
        let (late, next) = (make.events(2), make.events(2))
        let answer = try await refusal(of: late, by: store)
        #expect(answer.code == .busy)
        #expect(answer.message.contains("process \(pid) "), "\(answer), not \(pid)")

        // Other threads of it stop at the same place, one after another.
        let ender = Task {
            repeat {
                kill(pid, ending)
                try await Task.sleep(for: .milliseconds(5))
            } while ending == SIGCONT && !Task.isCancelled
        }
        let receipt = try await store.append(next, to: "run/b", expecting: .noStream)
        ender.cancel()
        if ending == SIGCONT { kill(pid, SIGKILL) }
        try await stopped.finish()
        let ids = try store.reader.events(ofStream: "run/b").map(\.record.id)
        #expect(receipt.count == 2)
        #expect(ids == next.map(\.id))
        try verify(store)
        try await fixture.expectKept([stopped])
    }

    @Test func aLogIsOpenedBesideAStoppedWriter() async throws {
        try await buildSmallLog()
        let (stopped, pid) = try await stoppedWriter(atFlush: 3)
        // One opens it for writing and one for reading. If they hang, only they do.
        let follow = ["follow", fixture.directory.path, "4"]
        let others = [
            try Appender(fixture.directory, "run/b", 0),
            try Appender(follow, beside: fixture.directory),
        ]
        for other in others {
            try await other.finish(within: .seconds(20))
            #expect(other.status == 0 && other.complaints.isEmpty, "\(other.complaints)")
        }
        #expect(stopped.isRunning)
        kill(pid, SIGKILL)
        try await stopped.finish()
        try await fixture.expectKept([stopped])
    }

    @Test func aStoppedMakerOfALogIsNamedAndTheNextOneMakesIt() async throws {
        let (stopped, pid) = try await stoppedWriter(atFlush: 1)
        #expect(!fixture.directory.hasLog)
        let error = #expect(throws: EventLogError.self) {
            try EventStore(fixture.directory, within: .milliseconds(200))
        }
        #expect(error?.code == .busy)
        #expect(error?.message.contains("process \(pid) ") == true, "\(error as Any), not \(pid)")
        kill(pid, SIGKILL)
        try await stopped.finish()
        let unfinished = fixture.directory.unfinishedLog
        #expect(FileManager.default.fileExists(atPath: unfinished))
        let store = try await fixture.openStore(withEvents: 3)
        #expect(!FileManager.default.fileExists(atPath: unfinished))
        try verify(store)
    }

    /// Whoever opens a log that nobody uses makes its lock file anew. LMDB lets those who wait for
    /// that go on with what is half made, and loses what they commit.
    @Test func whatFollowsAnOpeningThatWasKilledIsKept() async throws {
        try await buildSmallLog()
        var kept: [Appender] = []
        for round in 1...3 {
            let strace = Strace.injecting(
                "signal=SIGSTOP", into: "openat", at: 1, on: [fixture.directory.log + "/data.mdb"],
                trace: fixture.path + "/trace")
            let opener = try Appender(fixture.directory, "run/killed", 1, in: strace)
            let pid = try await opener.pid()
            try await waitUntilStopped(pid, opener)
            let next = try Appender(fixture.directory, "run/\(round)", 3)
            // By then it waits for the opener; if not, it finds nothing to wait for.
            try await Task.sleep(for: .milliseconds(300))
            kill(pid, SIGKILL)
            try await opener.finish()
            try await next.finish()
            #expect(next.status == 0 && next.acknowledgements.count == 3, "\(next.complaints)")
            kept.append(next)
            try await fixture.expectKept(kept)
        }
    }

    private func buildSmallLog() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        try verify(store)
    }

    /// One that stands still while it flushes the file for so many times as its threads do.
    private func stoppedWriter(atFlush flush: Int) async throws -> (Appender, pid_t) {
        let strace = Strace.injecting(
            "signal=SIGSTOP", into: "fdatasync", at: flush, trace: fixture.path + "/trace")
        let writer = try Appender(fixture.directory, "run/stopped", 1_000_000, in: strace)
        let pid = try await writer.pid()
        try await waitUntilStopped(pid, writer)
        return (writer, pid)
    }

    private func waitUntilStopped(_ pid: pid_t, _ appender: Appender) async throws {
        var looks = 0
        // For a moment it also looks so at each of its calls that strace sees.
        while looks < 20 {
            try #require(appender.isRunning, "\(appender.complaints)")
            // `T` is stopped, `t` stopped under its tracer.
            let status = KernelFile.text("/proc/\(pid)/status").lowercased()
            looks = status.contains("state:\tt") ? looks + 1 : 0
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func refusal(
        of events: [NewEvent], by store: EventStore
    ) async throws -> EventLogError {
        do {
            _ = try await store.append(
                events, to: "run/b", expecting: .noStream, within: .milliseconds(300))
        } catch let error as EventLogError {
            return error
        }
        throw Appender.Failure(description: "the append went on beside a stopped writer")
    }
}
