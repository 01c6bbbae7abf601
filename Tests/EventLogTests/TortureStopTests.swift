import Foundation
import Testing

@testable import EventLog

#if canImport(Glibc)
    import Glibc
#endif

/// A process that is stopped in the middle of a commit, and holds the lock of the log.
@Suite(.enabled(if: Strace.isThere, "\(Strace.missing)"), .timeLimit(.minutes(2)))
struct TortureStopTests {
    private let fixture = Fixture()

    @Test(arguments: [SIGCONT, SIGKILL])
    func aStoppedWriterIsNamedAndTheLogGoesOnWithoutIt(_ ending: Int32) async throws {
        let store = try await fixture.openStore(withEvents: 3)
        let strace = Strace.injecting(
            "signal=SIGSTOP", into: "fdatasync", at: 3, on: nil, trace: fixture.path + "/trace")
        let stopped = try Appender(fixture.directory, "run/stopped", 1_000_000, in: strace)
        let pid = try await stopped.pid()
        try await waitUntilStopped(pid, stopped)

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
