import EventLog
import Foundation
import Testing

@testable import Engine

/// What is looked at on this machine before a run.
struct DoctorTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "dr-doctor-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder + "/runs", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func findings(_ folder: String, _ check: String) -> [Finding] {
        DirectoryCheck(DataDirectory(folder)).findings().filter { $0.check == check }
    }

    @Test func aDirectoryThatOthersMayReadIsAProblem() throws {
        try withFolder { folder in
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o700], ofItemAtPath: folder)
            #expect(findings(folder, "access").map(\.level) == [.ok])
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o750], ofItemAtPath: folder)
            let found = findings(folder, "access")
            #expect(found.map(\.level) == [.problem])
            #expect(found.allSatisfy { $0.text.contains("mode 750") })
        }
    }

    @Test func aDirectoryThatIsNotThereYetHasSpaceToBeLookedAt() throws {
        try withFolder { folder in
            let later = folder + "/not/there/yet"
            #expect(findings(later, "access").isEmpty)
            #expect(findings(later, "lock").isEmpty)
            let found = try #require(findings(later, "space").first)
            #expect(found.text.hasSuffix("are free at \(folder)") || found.level == .problem)
        }
    }

    @Test(arguments: [
        (UInt64(0), Finding.Level.problem), ((256 << 20) - 1, .problem), (256 << 20, .note),
        ((2 << 30) - 1, .note), (2 << 30, .ok),
    ])
    func littleSpaceIsTold(bytes: UInt64, level: Finding.Level) {
        #expect(DirectoryCheck.judged(bytes, at: "/data").level == level)
    }

    @Test func whoHoldsALockIsNamed() throws {
        try withFolder { folder in
            let path = folder + "/runs/slot-1"
            let lock = try #require(try RunLock.take(path, holder: "run a of process 7"))
            #expect(
                findings(folder, "lock")
                    == [Finding(.note, "lock", "slot-1 is held by run a of process 7")])
            withExtendedLifetime(lock) {}
        }
    }

    @Test func aLockThatNobodyHoldsIsFree() throws {
        try withFolder { folder in
            _ = FileManager.default.createFile(atPath: folder + "/runs/slot-1", contents: nil)
            #expect(findings(folder, "lock").map(\.level) == [.ok])
        }
    }

    // MARK: The clock

    @Test func aClockBehindTheLogIsAProblem() {
        let now: UInt64 = 1_800_000_000_000_000
        func finding(_ last: UInt64?) -> Finding { ClockCheck.finding(now: now, last: last) }
        #expect(finding(nil).level == .note)
        #expect(finding(now - 5_000_000).level == .ok)
        #expect(finding(now + 1_000_000).level == .ok)
        let found = finding(now + 90_000_000)
        #expect(found.level == .problem)
        #expect(found.text.contains("90 s behind"))
    }
}
