import Foundation
import Testing

@testable import EventLog

#if canImport(Glibc)
    import Glibc
#endif

/// A log on a mount that is for reading only: nobody there can share the lock file.
@Suite(.enabled(if: ReadOnlyView.isPossible, "Only root can mount a folder for reading."))
struct UnsharedLogTests {
    private let fixture = Fixture()

    @Test func aLogThatMayOnlyBeReadIsReadAndLeftAsItWas() async throws {
        try await fixture.buildSealedLog()
        let events = try fixture.openReader().events(from: 1)
        let view = try ReadOnlyView(of: fixture.directory.path)
        let before = try contents(ofFolder: fixture.directory.path)
        let foldersBefore = Self.foldersForLocks
        let reader = try EventReader(DataDirectory(view.path))
        #expect(try reader.events(from: 1) == events)
        let verifier = LogVerifier(reader, outside: fixture.outside)
        let report = try verifier.verify()
        #expect(report.problems == [])
        #expect(report.head.position == 301)
        #expect(report.pagesWalked != nil)
        #expect(try contents(ofFolder: fixture.directory.path) == before)
        // Not even while the log is open, so also a process that is killed leaves none.
        #expect(Self.foldersForLocks == foldersBefore)
        withExtendedLifetime((reader, view)) {}
    }

    /// It is made anew nowhere.
    @Test func aLockFileThatIsMissingIsNotMissed() async throws {
        try await fixture.buildSealedLog()
        let count = try fixture.openReader().events(from: 1).count
        let lock = fixture.directory.log + "/lock.mdb"
        try FileManager.default.removeItem(atPath: lock)
        let view = try ReadOnlyView(of: fixture.directory.path)
        let reader = try EventReader(DataDirectory(view.path))
        #expect(try reader.events(from: 1).count == count)
        #expect(!FileManager.default.fileExists(atPath: lock))
        withExtendedLifetime((reader, view)) {}
    }

    /// The owner does not see this reader, and may take its pages.
    @Test func whatTheOwnerChangesMeanwhileIsNotReadUnawares() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        let view = try ReadOnlyView(of: fixture.directory.path)
        let reader = try EventReader(DataDirectory(view.path))
        #expect(try reader.events(from: 1).count == 4)
        var make = EventMaker(seed: Seed.value &+ 1)
        _ = try await store.append(make.events(1), to: "run/b", expecting: .noStream)
        let events = try await refusal { try reader.events(from: 1) }
        let head = try await refusal { try reader.head() }
        #expect(events == .busy)
        #expect(head == .busy)
        // Whoever opens it now has it as it is now.
        let second = try EventReader(DataDirectory(view.path))
        #expect(try second.events(from: 1).count == 5)
        withExtendedLifetime((store, view)) {}
    }

    private static var foldersForLocks: Set<String> {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return Set(names.filter { $0.hasPrefix("dr-log-") })
    }
}

/// A folder as it is seen through a mount for reading. It goes with whoever holds it.
private final class ReadOnlyView: Sendable {
    private let temporary = TemporaryDirectory()

    var path: String { temporary.path + "/view" }

    static let isPossible: Bool = {
        let temporary = TemporaryDirectory()
        return geteuid() == 0 && (try? ReadOnlyView(of: temporary.path)) != nil
    }()

    struct Failure: Error {}

    init(of folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        try Self.run(["mount", "--bind", folder, path])
        try Self.run(["mount", "-o", "remount,bind,ro", path])
    }

    deinit { try? Self.run(["umount", "-l", path]) }

    private static func run(_ command: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw Failure() }
    }
}
