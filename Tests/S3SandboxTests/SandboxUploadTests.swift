import Foundation
import S3
import Testing

@testable import S3Sandbox

struct SandboxUploadTests {
    private let folder: TemporaryFolder
    private let store: SandboxStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SandboxStore(root: folder.storage)
        try store.createBucket("bucket")
    }

    private func newUpload() throws -> String {
        try store.createUpload(
            key: "key", bucket: "bucket", contentType: "text/plain", metadata: ["name": "value"])
    }

    private var stored: [UInt8]? { try? store.get("key", bucket: "bucket").body }

    @Test func partsAreJoinedByTheirNumbersWhateverTheirOrderOfArrival() throws {
        let upload = try newUpload()
        _ = try store.putPart(Array("world".utf8), number: 2, upload: upload)
        let etag = try store.putPart(Array("hello ".utf8), number: 1, upload: upload)
        #expect(etag == "f814893777bcc2295fff05f00e508da6")
        let header = try store.completeUpload(upload, parts: [1, 2], condition: .init())
        #expect(stored == Array("hello world".utf8))
        // The MD5 of the MD5s of the parts, and how many they are.
        #expect(header.etag == "e09e4fd6265b36115fe3db32df945d84-2")
        #expect(header.contentType == "text/plain" && header.size == 11)
        #expect(header.metadata == ["name": "value"])
    }

    @Test func aPartSentAgainReplacesTheFirst() throws {
        let upload = try newUpload()
        _ = try store.putPart([1], number: 1, upload: upload)
        _ = try store.putPart([2], number: 1, upload: upload)
        _ = try store.completeUpload(upload, parts: [1], condition: .init())
        #expect(stored == [2])
    }

    @Test func onlyTheListedPartsCount() throws {
        let upload = try newUpload()
        for number in 1...3 {
            _ = try store.putPart([UInt8(number)], number: number, upload: upload)
        }
        _ = try store.completeUpload(upload, parts: [1, 3], condition: .init())
        #expect(stored == [1, 3])
    }

    @Test(arguments: [[], [2, 1], [1, 2, 3], [4]])
    func aWrongListOfPartsIsRefused(_ parts: [Int]) throws {
        let upload = try newUpload()
        for number in 1...2 { _ = try store.putPart([1], number: number, upload: upload) }
        #expect(throws: SandboxStore.Refusal(status: 400, code: "InvalidPart")) {
            try store.completeUpload(upload, parts: parts, condition: .init())
        }
        #expect(stored == nil)
    }

    @Test(arguments: [0, -1, 10_001])
    func aPartHasANumberFromOneToTenThousand(_ number: Int) throws {
        let upload = try newUpload()
        #expect(throws: SandboxStore.Refusal(status: 400, code: "InvalidArgument")) {
            try store.putPart([1], number: number, upload: upload)
        }
    }

    @Test func anUploadEndsOnce() throws {
        let noSuchUpload = SandboxStore.Refusal(status: 404, code: "NoSuchUpload")
        for complete in [true, false] {
            let upload = try newUpload()
            _ = try store.putPart([1], number: 1, upload: upload)
            if complete {
                _ = try store.completeUpload(upload, parts: [1], condition: .init())
            } else {
                try store.abortUpload(upload)
            }
            #expect(throws: noSuchUpload) { try store.abortUpload(upload) }
            #expect(throws: noSuchUpload) {
                try store.completeUpload(upload, parts: [1], condition: .init())
            }
            #expect(throws: noSuchUpload) { try store.putPart([1], number: 1, upload: upload) }
        }
    }

    @Test func anUploadNeedsItsBucket() {
        #expect(throws: SandboxStore.Refusal(status: 404, code: "NoSuchBucket")) {
            try store.createUpload(key: "key", bucket: "missing", contentType: "x")
        }
    }

    @Test func anUploadOnConditionKeepsWhatIsThere() throws {
        _ = try store.put(
            [9], key: "key", bucket: "bucket", contentType: "x", metadata: [:], condition: .init())
        let upload = try newUpload()
        _ = try store.putPart([1], number: 1, upload: upload)
        #expect(throws: SandboxStore.Refusal(status: 412, code: "PreconditionFailed")) {
            try store.completeUpload(upload, parts: [1], condition: .init(mustBeAbsent: true))
        }
        #expect(stored == [9])
    }

    @Test(arguments: [
        ("<Part><PartNumber>1</PartNumber></Part><Part><PartNumber>2</PartNumber></Part>", [1, 2]),
        ("<Part>\n <ETag>\"x\"</ETag>\n <PartNumber>7</PartNumber>\n</Part>", [7]), ("", []),
    ])
    func theListOfPartsIsRead(_ text: String, _ numbers: [Int]) throws {
        let document = "<CompleteMultipartUpload>\(text)</CompleteMultipartUpload>"
        #expect(try SandboxXML.partNumbers(in: Array(document.utf8)) == numbers)
    }

    @Test func aNumberThatIsNoneIsRefused() {
        #expect(throws: SandboxStore.Refusal(status: 400, code: "MalformedXML")) {
            try SandboxXML.partNumbers(in: Array("<PartNumber>one</PartNumber>".utf8))
        }
    }
}
