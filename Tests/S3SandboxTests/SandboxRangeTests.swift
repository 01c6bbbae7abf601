import Testing

@testable import S3Sandbox

struct SandboxRangeTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let text: String
        var size = 10
        var range: Range<Int>?

        var testDescription: String { "\(text) of \(size)" }
    }

    static let examples = [
        Example(text: "bytes=0-0", range: 0..<1),
        Example(text: "bytes=0-9", range: 0..<10),
        Example(text: "bytes=3-5", range: 3..<6),
        Example(text: "bytes=9-9", range: 9..<10),
        Example(text: "bytes=0-", range: 0..<10),
        Example(text: "bytes=9-", range: 9..<10),
        Example(text: "bytes=-1", range: 9..<10),
        Example(text: "bytes=-10", range: 0..<10),
        Example(text: "bytes=0-0", size: 1, range: 0..<1),
        // More than there is: as much as there is.
        Example(text: "bytes=5-99", range: 5..<10),
        Example(text: "bytes=-99", range: 0..<10),
        Example(text: "bytes=0-9223372036854775806", range: 0..<10),
        Example(text: "bytes=0-9223372036854775807", range: 0..<10),
        Example(text: "bytes=-9223372036854775807", range: 0..<10),
        // Nothing of it is there.
        Example(text: "bytes=10-"), Example(text: "bytes=10-10"), Example(text: "bytes=-0"),
        Example(text: "bytes=0-0", size: 0), Example(text: "bytes=0-", size: 0),
        Example(text: "bytes=-1", size: 0),
        // No ranges.
        Example(text: ""), Example(text: "bytes="), Example(text: "bytes=-"),
        Example(text: "bytes=5-3"), Example(text: "bytes=a-b"), Example(text: "bytes=1"),
        Example(text: "bytes=1-2-3"), Example(text: "bytes=--1"), Example(text: "items=0-1"),
        Example(text: "bytes=0-1,3-4"), Example(text: "bytes= 0-1"), Example(text: "0-1"),
    ]

    @Test(arguments: SandboxRangeTests.examples)
    func aRangeIsRead(_ example: Example) {
        #expect(SandboxAPI.range(example.text, size: example.size) == example.range)
    }

    private let folder: TemporaryFolder
    private let sandbox: SandboxAPI

    init() throws {
        folder = try TemporaryFolder()
        sandbox = try SandboxAPI.withBucket(in: folder)
    }

    @Test func aPartIsAnsweredAsOne() {
        let put = SignedRequest(method: "PUT", body: Array("hello world".utf8))
        #expect(sandbox.respond(to: put).status == 200)
        let part = sandbox.respond(to: SignedRequest(headers: [("range", "bytes=6-99")]))
        #expect(part.status == 206 && part.text == "world")
        let headers = Dictionary(part.headers.map { ($0.name, $0.value) }) { first, _ in first }
        #expect(headers["Content-Range"] == "bytes 6-10/11")
        let outside = sandbox.respond(to: SignedRequest(headers: [("range", "bytes=11-")]))
        #expect(outside.status == 416 && outside.errorCode == "InvalidRange")
    }
}
