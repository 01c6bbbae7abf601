import Foundation
import LMDB
import Testing

@testable import EventLog

/// What others may find where a log is being made, or was to be made.
@Suite(.timeLimit(.minutes(2))) struct CreationTests {
    private let fixture = Fixture()

    private var directory: DataDirectory { fixture.directory }
    private var dataFile: String { directory.log + "/data.mdb" }

    @Test func halfOfALogIsNoLogAndIsClearedAway() async throws {
        try makeFolder(directory.unfinishedLog)
        for file in ["data.mdb", "lock.mdb"] {
            let path = "\(directory.unfinishedLog)/\(file)"
            try Data(repeating: 7, count: 5000).write(to: URL(filePath: path))
        }
        #expect(try await refusal { try EventReader(directory) } == .noLog)
        let store = try await fixture.openStore(withEvents: 3)
        #expect(!FileManager.default.fileExists(atPath: directory.unfinishedLog))
        #expect(try store.reader.head().position == 4)
        try verify(store)
    }

    @Test func manyThatMakeALogAtOnceMakeOne() async throws {
        let appenders = try (1...8).map { try Appender(directory, "run/\($0)", 2) }
        for appender in appenders {
            let acknowledged = try await appender.finish()
            #expect(appender.status == 0 && acknowledged.count == 2, "\(appender.complaints)")
            #expect(appender.complaints.isEmpty, "\(appender.complaints)")
        }
        #expect(try fixture.openReader().head().position == 17)
        #expect(!FileManager.default.fileExists(atPath: directory.unfinishedLog))
        try await fixture.expectKept(appenders)
    }

    /// Such a log has a file with nothing in it, or with all the databases and nothing in them.
    @Test(arguments: [[], RawLog.databaseNames])
    func aLogThatAnEarlierVersionOnlyBeganIsFinished(databases: [String]) async throws {
        try begin(databases)
        #expect(try await refusal { try EventReader(directory) } == .noLog)
        let store = try await fixture.openStore(withEvents: 3)
        #expect(try store.reader.head().position == 4)
        try verify(store)
    }

    @Test func aLockFileThatIsLeftOfALogIsNotInTheWay() async throws {
        try makeFolder(directory.log)
        try Data(count: 8192).write(to: URL(filePath: directory.log + "/lock.mdb"))
        let store = try await fixture.openStore(withEvents: 3)
        try verify(store)
    }

    @Test func aLogThatLostItsMarksIsNotTakenForANewOne() async throws {
        try await buildSmallLog()
        try fixture.withRawLog { log in
            for (key, _) in try log.entries(of: "meta") { try log.remove(key, from: "meta") }
        }
        let before = FileManager.default.contents(atPath: dataFile)
        #expect(try await refusal { try fixture.openStore() } == .damaged)
        #expect(FileManager.default.contents(atPath: dataFile) == before)
    }

    private func buildSmallLog() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        try verify(store)
    }

    private func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    private func begin(_ databases: [String]) throws {
        for folder in [directory.log, directory.keys] { try makeFolder(folder) }
        let environment = try LMDB.Environment(path: directory.log)
        let specifications = databases.map {
            Database.Specification($0, keys: $0 == "events" ? .integers : .bytes)
        }
        _ = try environment.openDatabases(specifications, create: true)
    }
}
