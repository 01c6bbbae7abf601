import EventLog
import Foundation
import Testing

@testable import Engine

struct RunLocksTests {
    private let folder = TemporaryDirectory()

    private var path: String { folder.path + "/a.lock" }

    private func slots(_ wanted: Int) throws -> RunSlots {
        try RunSlots(directory: folder.path, wanted: wanted)
    }

    /// Takes a lock for as long as `body` runs.
    private func holding(_ holder: String, _ body: () throws -> Void) throws {
        let lock = try #require(try RunLock.take(path, holder: holder))
        try withExtendedLifetime(lock) { try body() }
    }

    private func canTake(_ holder: String) throws -> Bool {
        let lock = try RunLock.take(path, holder: holder)
        return lock != nil
    }

    // MARK: Places

    /// A process may die between making the file and writing into it.
    @Test func anEmptyFileOfSlotsIsSettledByTheNextStart() throws {
        try "".write(toFile: folder.path + "/slots", atomically: false, encoding: .utf8)
        #expect(try slots(2).count == 2)
        #expect(throws: RunnerError.self) { try slots(3) }
        #expect(try slots(2).count == 2)
    }

    @Test func settlingTheSlotsLeavesNothingBesideTheirFile() throws {
        _ = try slots(1)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names == ["slots"])
    }

    // MARK: One lock

    @Test func aLockIsTakenByOneAtATime() throws {
        try holding("first") { () throws in
            #expect(try !canTake("second"))
            // Who failed to take it has not written over the holder.
            #expect(RunLock.holder(of: path) == "first")
        }
        #expect(try canTake("third"))
        #expect(RunLock.holder(of: path) == "third")
    }

    @Test func aHeldLockIsSeenThroughAnotherDescriptor() throws {
        #expect(!OpenFileLock.isHeld(path))
        try holding("first") { () throws in
            #expect(OpenFileLock.isHeld(path))
            // Looking closes a descriptor of the file: the lock must survive that.
            #expect(OpenFileLock.isHeld(path))
            #expect(try !canTake("second"))
        }
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(!OpenFileLock.isHeld(path))
    }

    @Test func aShorterHolderReplacesALongerOne() throws {
        try holding("run 019a5c00 of process 4711") {}
        try holding("b") { #expect(RunLock.holder(of: path) == "b") }
    }

    @Test func nobodyIsTheHolderOfALockThatIsNotThere() {
        #expect(RunLock.holder(of: path) == "unknown")
        #expect(!OpenFileLock.isHeld(path))
    }

    @Test func aLockInAFolderThatIsNotThereCannotBeTaken() throws {
        let error = #expect(throws: RunLockError.self) {
            _ = try RunLock.take(folder.path + "/none/a.lock", holder: "a")
        }
        #expect(error?.description.contains("/none/a.lock cannot be locked") == true)
    }

    @Test func anotherProcessSeesTheLockAndItsEnd() throws {
        try holding("first") { () throws in #expect(try lockedForOthers()) }
        #expect(try !lockedForOthers())
    }

    /// Whether a process of its own finds the lock taken.
    private func lockedForOthers() throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // `lockf` works with locks of processes, which the system holds against those of files.
        let program = """
            import fcntl, sys
            file = open(sys.argv[1], "r+")
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sys.exit(1)
            """
        process.arguments = ["python3", "-c", program, path]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 1
    }

    // MARK: Slots

    @Test func slotsAreTakenInTurnAndThenBusy() throws {
        let slots = try slots(2)
        let first = try slots.take(holder: "run 1 of process 10")
        let second = try slots.take(holder: "run 2 of process 20")
        #expect(first.number == 1 && second.number == 2)
        let error = #expect(throws: RunnerError.self) { _ = try slots.take(holder: "run 3") }
        #expect(error?.code == .busy)
        let message =
            "another run is under way on this data directory: "
            + "run 1 of process 10; run 2 of process 20"
        #expect(error?.message == message)
        withExtendedLifetime((first.lock, second.lock)) {}
    }

    @Test func aSlotIsFreeWhenItsRunHasEnded() throws {
        let slots = try slots(1)
        do {
            let first = try slots.take(holder: "first")
            #expect(first.number == 1)
        }
        let second = try slots.take(holder: "second")
        #expect(second.number == 1)
        withExtendedLifetime(second.lock) {}
    }

    @Test func aDifferentNumberOfSlotsIsRefusedWithBoth() throws {
        _ = try slots(3)
        #expect(try slots(3).count == 3)
        for wanted in [1, 2, 4, 30] {
            let error = #expect(throws: RunnerError.self) { _ = try slots(wanted) }
            let message =
                "DR_MAX_CONCURRENT_TESTS is \(wanted), but this data directory was made "
                + "for 3 at once"
            #expect(error?.code == .usage)
            #expect(error?.message == message)
        }
    }

    @Test func theFirstRunFixesTheNumberOfSlots() throws {
        _ = try slots(2)
        let stored = FileManager.default.contents(atPath: folder.path + "/slots")
        #expect(stored.map { String(decoding: $0, as: UTF8.self) } == "2\n")
    }
}
