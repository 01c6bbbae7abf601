import DRTesting
import EventLog
import Testing

@testable import Service

#if canImport(Glibc)
    import Glibc
#endif

@Suite(.timeLimit(.minutes(1))) struct RunCancellationTests {
    @Test func aRunIsCancelledByAnEventOnItsStream() async throws {
        let fixture = try RunFixture()
        let (key, starter) = (RunFixture.id(), fixture.starter())
        let id = try await fixture.record([RunFixture.requested(key)], of: key)
        try await starter.cancel(id, by: "ops", reason: "by hand")
        let cancellation = try await fixture.run(of: key).cancellation
        #expect(cancellation?.by == "ops")
        #expect(cancellation?.reason == "by hand")
    }

    @Test func cancellingTwiceRecordsNothingTheSecondTime() async throws {
        let fixture = try RunFixture()
        let (key, starter) = (RunFixture.id(), fixture.starter())
        let id = try await fixture.record([RunFixture.requested(key)], of: key)
        try await starter.cancel(id, by: "ops", reason: "")
        let head = try await fixture.head()
        try await starter.cancel(id, by: "somebody else", reason: "")
        #expect(try await fixture.head() == head)
    }

    @Test func whatHasEndedOrNeverWasIsNotCancelled() async throws {
        let fixture = try RunFixture()
        let (key, starter) = (RunFixture.id(), fixture.starter())
        let id = try await fixture.record([RunFixture.requested(key)], of: key)
        let last = try await fixture.record(
            [RunFixture.finished(.completed, .passed)], of: key)
        await #expect(throws: CancelRefusal.hasEnded(id)) {
            try await starter.cancel(id, by: "ops", reason: "")
        }
        // An event of the run, but not its first; one past the end; none at all.
        for unknown in [last, last + 1, 0] {
            await #expect(throws: CancelRefusal.unknownTest(unknown)) {
                try await starter.cancel(unknown, by: "ops", reason: "")
            }
        }
    }

    @Test func aHaltStopsAlsoWhatIsAboutToBeRecorded() async throws {
        let fixture = try RunFixture()
        let order = fixture.order()
        let starter = fixture.starter(
            "touch $FOLDER/begun; \(RunFixture.untilOver)")
        let start = Task { try await starter.start(order) }
        try await fixture.wait(forFile: "begun")
        #expect(try await starter.cancelAll(by: "ops", reason: "halt") == 0)
        try await fixture.record([RunFixture.requested(order.key)], of: order.key)
        _ = try await start.value
        #expect(try await fixture.run(of: order.key).cancellation?.reason == "halt")
        try fixture.write("", to: "over")
    }

    @Test func runsUnderWayAreFoundByTheirLocks() async throws {
        let fixture = try RunFixture()
        let (alive, lost, over) = (RunFixture.id(), RunFixture.id(), RunFixture.id())
        var ids: [UInt64] = []
        for key in [alive, lost, over] {
            ids.append(try await fixture.record([RunFixture.requested(key)], of: key))
            try fixture.write("", to: "data/runs/\(key).lock")
        }
        try await fixture.record([RunFixture.finished(.completed, .passed)], of: over)
        // A runner that has taken its lock and recorded nothing yet.
        try fixture.write("", to: "data/runs/\(RunFixture.id()).lock")
        let descriptor = try Self.lock(fixture.folder + "/data/runs/\(alive).lock")
        let runs = try await RunsUnderWay(fixture.store).all()
        #expect(Set(runs.map(\.id)) == Set(ids.prefix(2)))
        #expect(runs.filter(\.isAlive).map(\.key) == [alive])
        close(descriptor)
        #expect(try await RunsUnderWay(fixture.store).all().allSatisfy { !$0.isAlive })
        #expect(try await fixture.starter().cancelAll(by: "ops", reason: "") == 2)
        for key in [alive, lost] {
            #expect(try await fixture.run(of: key).cancellation?.by == "ops")
        }
    }

    /// As a runner does, with a lock of the open file.
    private static func lock(_ path: String) throws -> Int32 {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        var lock = flock(
            l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        let setOpenFileDescriptionLock: Int32 = 37
        try #require(fcntl(descriptor, setOpenFileDescriptionLock, &lock) == 0)
        return descriptor
    }
}
