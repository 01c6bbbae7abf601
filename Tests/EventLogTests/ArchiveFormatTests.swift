import Foundation
import Merkle
import Testing

@testable import EventLog

/// The bytes that an archive holds, and the folder it may be.
struct ArchiveFormatTests {
    private let temporary = TemporaryDirectory()
    private let segment = SegmentFile(
        logID: Array(0..<16), first: 258, root: .emptyTree, values: [[1, 2, 3], [], [4]])

    // MARK: Segments

    @Test func aSegmentHasTheBytesThatAreDescribed() {
        var bytes = Array("dr-testing log segment 1".utf8) + Array(0..<16)
        bytes += [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 1, 4]
        bytes += MerkleHash.emptyTree.bytes
        bytes += [0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 1, 4]
        bytes += ContentHash.of(bytes[...]).bytes
        #expect(segment.encoded == bytes)
        #expect(segment.range == 258...260)
    }

    @Test func aSegmentReadsBack() throws {
        #expect(try SegmentFile(parsing: segment.encoded) == segment)
    }

    @Test func aSegmentOfWhichSomethingIsMissingIsRefused() async throws {
        let bytes = segment.encoded
        for count in bytes.indices {
            let code = try await refusal { try SegmentFile(parsing: Array(bytes[..<count])) }
            #expect(code == .archive, "\(count) bytes")
        }
        #expect(try await refusal { try SegmentFile(parsing: bytes + [0]) } == .archive)
    }

    @Test func aSegmentOfWhichOneBitWasChangedIsRefused() async throws {
        for index in segment.encoded.indices {
            var bytes = segment.encoded
            bytes[index] ^= 1 << UInt8(index % 8)
            let code = try await refusal { try SegmentFile(parsing: bytes) }
            #expect(code == .archive, "byte \(index)")
        }
    }

    /// Somebody who makes the digest fit as well: nothing may be read beyond the end.
    @Test func aSegmentWithWrongNumbersIsRefused() async throws {
        for index in 40..<segment.encoded.count - 32 where !(56..<88).contains(index) {
            var bytes = Array(segment.encoded.dropLast(32))
            let isContent = [92, 93, 94, 103].contains(index)
            bytes[index] ^= 0x80
            bytes += ContentHash.of(bytes[...]).bytes
            let code = try await refusal { try SegmentFile(parsing: bytes) }
            #expect(code == (isContent ? nil : .archive), "byte \(index)")
        }
    }

    // MARK: Lists of parts

    @Test func aListOfPartsIsTextThatReadsBack() throws {
        var list = BaseList(position: 7)
        list.add(ArchivedObject(name: "one.part", digest: .emptyTree))
        list.add(ArchivedObject(name: "two.part", digest: .leaf([1])))
        let text = """
            dr-testing views at 7
            \(MerkleHash.emptyTree)  one.part
            \(MerkleHash.leaf([1]))  two.part

            """
        #expect(String(decoding: list.encoded, as: UTF8.self) == text)
        #expect(try BaseList(parsing: list.encoded) == list)
    }

    @Test(arguments: [
        "", "\n", "dr-testing views at 7", "dr-testing views at x\n", "something else\n",
        "dr-testing views at 7\nabc  one.part\n", "dr-testing views at 7\none.part\n",
    ])
    func whatIsNoListOfPartsIsRefused(text: String) async throws {
        let code = try await refusal { try BaseList(parsing: Array(text.utf8)) }
        #expect(code == .archive)
    }

    // MARK: Folders

    @Test func aFolderGivesBackWhatWasPutAndListsIt() async throws {
        let archive = DirectoryArchive("\(temporary.path)/new/archive")
        #expect(try await archive.list() == [])
        #expect(try await archive.get("a") == nil)
        let large = [UInt8](repeating: 7, count: 3 << 20)
        try await archive.put(large, as: "b")
        try await archive.put([1], as: "a")
        try await archive.put([], as: "c")
        #expect(try await archive.get("b") == large)
        try await archive.put([2], as: "b")
        #expect(try await archive.get("b") == [2])
        #expect(try await archive.get("c") == [])
        #expect(try await archive.list() == ["a", "b", "c"])
    }

    @Test func whatWasNotPutToTheEndIsNotListed() async throws {
        let archive = DirectoryArchive(temporary.path)
        try await archive.put([1], as: "a")
        let leftover = "\(temporary.path)/b.123.tmp"
        #expect(FileManager.default.createFile(atPath: leftover, contents: Data([1])))
        #expect(try await archive.list() == ["a"])
    }

    @Test func aFolderThatCannotBeMadeIsAnError() async throws {
        let file = "\(temporary.path)/file"
        #expect(FileManager.default.createFile(atPath: file, contents: nil))
        await #expect(throws: (any Error).self) {
            try await DirectoryArchive("\(file)/archive").put([1], as: "a")
        }
    }

    @Test func theFilesOfAFolderAreForTheirOwnerOnly() async throws {
        let path = "\(temporary.path)/archive"
        try await DirectoryArchive(path).put([1], as: "a")
        for (file, mode) in [(path, 0o700), ("\(path)/a", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == mode)
        }
    }
}
