import Foundation
import Merkle
import Testing

@testable import EventLog

/// The copies of checkpoints that are kept outside of the data directory.
struct OutsideTests {
    private let fixture = Fixture()
    private let other = Fixture()

    @Test(arguments: ["/data", "/data/checkpoints", "/data/reports/../checkpoints", "/data//c"])
    func aFolderInsideTheDataDirectoryIsReported(path: String) async throws {
        let store = try await fixture.openStore(withEvents: 2)
        let inside = OutsideCheckpoints(directory: fixture.path + path)
        let signed = try await store.signCheckpoint(outside: inside)
        #expect(signed.outsideProblem != nil)
        #expect(!FileManager.default.fileExists(atPath: inside.file))
        // The log has its own copy all the same.
        #expect(try store.reader.lastCheckpoint() == signed.note)
        try verify(store)
    }

    @Test func aLinkIntoTheDataDirectoryIsReported() async throws {
        let store = try await fixture.openStore(withEvents: 2)
        let link = fixture.path + "/link"
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: fixture.directory.reports)
        let inside = OutsideCheckpoints(directory: link + "/checkpoints")
        let signed = try await store.signCheckpoint(outside: inside)
        #expect(signed.outsideProblem != nil)
        #expect(!FileManager.default.fileExists(atPath: inside.file))
        try verify(store)
    }

    @Test func aSlashAfterTheDataDirectoryChangesNothing() async throws {
        let directory = DataDirectory(fixture.directory.path + "/")
        let store = try EventStore(directory)
        let inside = OutsideCheckpoints(directory: fixture.directory.path + "/checkpoints")
        let signed = try await store.signCheckpoint(outside: inside)
        #expect(signed.outsideProblem != nil)
        try verify(store)
    }

    @Test func aFolderBesideWithALongerNameIsOutside() async throws {
        let store = try await fixture.openStore(withEvents: 2)
        let beside = OutsideCheckpoints(directory: fixture.directory.path + "-checkpoints")
        let signed = try await store.signCheckpoint(outside: beside)
        #expect(signed.outsideProblem == nil)
        try verify(store, outside: beside)
    }

    @Test func aFolderThatCannotBeWrittenIsReportedAndTheLogIsSealed() async throws {
        let store = try await fixture.openStore(withEvents: 2)
        let file = fixture.path + "/file"
        try "in the way".write(toFile: file, atomically: false, encoding: .utf8)
        let blocked = OutsideCheckpoints(directory: file + "/checkpoints")
        let signed = try await store.signCheckpoint(outside: blocked)
        #expect(signed.outsideProblem != nil)
        #expect(try store.reader.lastCheckpoint() == signed.note)
        try verify(store)
    }

    @Test func theKeyOutsideIsNotReplacedByAnotherOne() async throws {
        let store = try await fixture.openStore(withEvents: 2)
        _ = try await store.signCheckpoint(outside: fixture.outside)
        let another = "\(NoteSigningKey(name: store.reader.origin).verificationKey)\n"
        let file = fixture.outside.directory + "/checkpoint.pub"
        try another.write(toFile: file, atomically: false, encoding: .utf8)
        do {
            let signed = try await store.signCheckpoint(outside: fixture.outside)
            #expect(signed.outsideProblem != nil)
        } catch is EventLogError {}
        #expect(try text(ofFile: file) == another)
    }

    @Test func theCheckpointOfAnotherLogIsNotReplaced() async throws {
        let otherStore = try await other.openStore(withEvents: 9)
        let first = try await otherStore.signCheckpoint(outside: fixture.outside)
        let store = try await fixture.openStore(withEvents: 2)
        do {
            let signed = try await store.signCheckpoint(outside: fixture.outside)
            #expect(signed.outsideProblem != nil)
        } catch is EventLogError {}
        #expect(try text(ofFile: fixture.outside.file) == first.note.encoded)
        try verify(otherStore, outside: fixture.outside)
        try verify(store)
    }

    struct Standard: Sendable {
        let environment: [String: String]
        let expected: String?
    }

    @Test(arguments: [
        Standard(
            environment: ["DR_CHECKPOINT_DIR": "/c", "XDG_STATE_HOME": "/s", "HOME": "/h"],
            expected: "/c/5a"),
        Standard(
            environment: ["DR_CHECKPOINT_DIR": "", "XDG_STATE_HOME": "/s", "HOME": "/h"],
            expected: "/s/dr-testing/5a"),
        Standard(
            environment: ["XDG_STATE_HOME": "", "HOME": "/h"],
            expected: "/h/.local/state/dr-testing/5a"),
        Standard(environment: [:], expected: nil),
    ])
    func theStandardFolderFollowsTheEnvironment(_ standard: Standard) {
        let outside = OutsideCheckpoints.standard(
            logID: "5a", environment: standard.environment)
        #expect(outside?.directory == standard.expected)
    }
}
