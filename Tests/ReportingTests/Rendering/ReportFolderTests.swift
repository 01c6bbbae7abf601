import Foundation
import Testing

@testable import Reporting

#if canImport(Glibc)
    import Glibc
#endif

/// Files of reports on a disk.
struct ReportFolderTests {
    private final class Place: Sendable {
        let path = FileManager.default.temporaryDirectory.path + "/report-folder-\(UUID())"

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private let place = Place()

    @Test func filesAreWrittenIntoFoldersThatWereMissing() throws {
        let folder = ReportFolder(place.path + "/a/b")
        try folder.write([
            RenderedFile(name: "one.html", format: .html, bytes: [1, 2]),
            RenderedFile(name: "two.json", format: .json, bytes: []),
        ])
        try folder.write([3], to: "proofs/7.tlog-proof")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        #expect(names == ["one.html", "proofs", "proofs/7.tlog-proof", "two.json"])
        #expect(FileManager.default.contents(atPath: folder.path(of: "one.html")) == Data([1, 2]))
        #expect(folder.holds("proofs/7.tlog-proof"))
        #expect(!folder.holds("proofs/8.tlog-proof"))
    }

    @Test func aFileTakesThePlaceOfOneOfItsName() throws {
        let folder = ReportFolder(place.path)
        try folder.write([1], to: "a")
        try folder.write([2, 3], to: "a")
        #expect(FileManager.default.contents(atPath: folder.path(of: "a")) == Data([2, 3]))
    }

    @Test func onlyTheOwnerMayReadThem() throws {
        let folder = ReportFolder(place.path)
        try folder.write([1], to: "a")
        let expected: [(String, mode_t)] = [(folder.path, 0o700), (folder.path(of: "a"), 0o600)]
        for (path, mode) in expected {
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == mode)
        }
    }

    @Test func aFolderOfFilesHasItsNameWhenItIsWhole() throws {
        let folder = ReportFolder(place.path)
        try folder.writeFolder(
            "bundle", [(path: "SHA256SUMS", bytes: [1]), (path: "proofs/7", bytes: [2, 3])])
        let names = try FileManager.default.subpathsOfDirectory(atPath: place.path).sorted()
        #expect(names == ["bundle", "bundle/SHA256SUMS", "bundle/proofs", "bundle/proofs/7"])
        #expect(
            FileManager.default.contents(atPath: folder.path(of: "bundle/proofs/7"))
                == Data([2, 3]))
        // What somebody else made meanwhile stays as it is.
        #expect(throws: (any Error).self) {
            try folder.writeFolder("bundle", [(path: "SHA256SUMS", bytes: [9])])
        }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: place.path).sorted() == names)
        #expect(
            FileManager.default.contents(atPath: folder.path(of: "bundle/SHA256SUMS"))
                == Data([1]))
    }

    @Test func ofAFolderThatCannotBeWrittenThereIsNoPart() throws {
        let folder = ReportFolder(place.path)
        #expect(throws: (any Error).self) {
            try folder.writeFolder("bundle", [(path: "a", bytes: [1]), (path: "a/b", bytes: [2])])
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).isEmpty)
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        try ReportFolder(place.path).write([1], to: "file")
        let folder = ReportFolder(place.path + "/file/reports")
        do {
            try folder.write([2], to: "a")
            Issue.record("a file is no folder")
        } catch {
            #expect("\(error)" == "\(folder.path) cannot be made: Not a directory")
        }
    }

    @Test func whatCannotBeWrittenLeavesNothing() throws {
        let folder = ReportFolder(place.path)
        try folder.write([1], to: "a")
        #expect(throws: (any Error).self) { try folder.write([2], to: "a/b") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["a"])
    }
}
