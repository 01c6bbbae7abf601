import Foundation
import S3
import Testing

@testable import S3Sandbox

/// Names that try to be something else.
@Suite(.timeLimit(.minutes(2)))
struct SandboxNameTests {
    private let folder: TemporaryFolder
    private let sandbox: SandboxAPI

    init() throws {
        folder = try TemporaryFolder()
        sandbox = try SandboxAPI.withBucket(in: folder)
    }

    // MARK: Buckets

    @Test(arguments: [
        "abc", "a-1", "123", "bucket-of-drills", String(repeating: "a", count: 63),
    ])
    func aBucketMayHaveThisName(_ name: String) {
        #expect(sandbox.respond(to: SignedRequest(method: "PUT", path: "/" + name)).status == 200)
        #expect(folder.contents.contains("storage/" + name))
    }

    @Test(arguments: [
        "ab", String(repeating: "a", count: 64), "Bucket", "under_score", "a%20b", "..", "...",
        "%2e%2e", "b%C3%BCcket", "bucket%00", "bucket%0A", "a%5Cb", "-", "a",
    ])
    func aBucketMayNotHaveThisName(_ name: String) {
        let before = folder.contents
        let answer = sandbox.respond(to: SignedRequest(method: "PUT", path: "/" + name))
        #expect(answer.status == 400 && answer.errorCode == "InvalidBucketName")
        #expect(folder.contents == before)
    }

    @Test(arguments: ["-abc", "abc-"])
    func aBucketsNameBeginsAndEndsWithALetterOrADigit(_ name: String) {
        let answer = sandbox.respond(to: SignedRequest(method: "PUT", path: "/" + name))
        #expect(answer.errorCode == "InvalidBucketName")
    }

    // MARK: Keys

    static let climbing = [
        "../../x", "/etc/passwd", "..", ".", "../bucket2/x", "a/../../../x", "//x", "1.tmp",
        "a\u{0}b", "\\..\\x", String(repeating: "../", count: 50) + "x", "é/../x",
        String(repeating: "x", count: 1000),
    ]

    @Test(arguments: SandboxNameTests.climbing)
    func noKeyLeavesTheFolderOfItsBucket(_ key: String) throws {
        let path = "/bucket/" + PercentEncoding.encode(key, keepsSlash: true)
        let before = folder.contents
        let put = SignedRequest(method: "PUT", path: path, body: Array(key.utf8))
        #expect(sandbox.respond(to: put).status == 200)
        let added = Set(folder.contents).subtracting(before)
        #expect(added.count == 1)
        #expect(added.allSatisfy { $0.hasPrefix("storage/bucket/") && !$0.hasSuffix(".tmp") })

        let read = sandbox.respond(to: SignedRequest(path: path))
        #expect(read.body == Array(key.utf8))
        #expect(sandbox.respond(to: SignedRequest(method: "DELETE", path: path)).status == 204)
        #expect(folder.contents == before)
    }

    @Test(arguments: ["/..%2f..%2fetc/passwd", "/../x", "/%2e%2e/x", "/.%2e%2f%2e./x"])
    func noPathNamesABucketOutside(_ path: String) {
        let before = folder.contents
        let answer = sandbox.respond(to: SignedRequest(method: "PUT", path: path, body: [1]))
        #expect(answer.status == 404 && answer.errorCode == "NoSuchBucket")
        #expect(folder.contents == before)
    }

    @Test func keysAreThereAgainForTheNextServer() throws {
        for key in Self.climbing {
            let path = "/bucket/" + PercentEncoding.encode(key, keepsSlash: true)
            let put = SignedRequest(method: "PUT", path: path, body: Array(key.utf8))
            #expect(sandbox.respond(to: put).status == 200)
        }
        let next = try SandboxStore(root: folder.storage)
        for key in Self.climbing {
            #expect(try next.get(key, bucket: "bucket").body == Array(key.utf8))
        }
        #expect(try next.list("bucket", prefix: "").count == Self.climbing.count)
    }

    /// Swift compares these strings as equal; to S3 they are different bytes.
    @Test func keysThatOnlyLookAlikeAreDifferent() throws {
        let keys = ["\u{e9}", "e\u{301}"]
        for key in keys {
            let path = "/bucket/" + PercentEncoding.encode(key)
            let put = SignedRequest(method: "PUT", path: path, body: Array(key.utf8))
            #expect(sandbox.respond(to: put).status == 200)
        }
        for key in keys {
            let path = "/bucket/" + PercentEncoding.encode(key)
            let read = sandbox.respond(to: SignedRequest(path: path))
            #expect(read.body == Array(key.utf8))
        }
        let listed = try sandbox.store.list("bucket", prefix: "").map { Array($0.key.utf8) }
        #expect(listed == [Array("e\u{301}".utf8), Array("\u{e9}".utf8)])
    }

    /// A prefix counts bytes, not the characters that they make together.
    @Test func aPrefixMayEndInsideACharacter() throws {
        _ = try sandbox.store.put(
            [1], key: "e\u{301}x", bucket: "bucket", contentType: "x", metadata: [:],
            condition: .init())
        #expect(try sandbox.store.list("bucket", prefix: "e").count == 1)
        #expect(try sandbox.store.list("bucket", prefix: "\u{e9}").count == 0)
    }

    @Test(arguments: ["/bucket/%", "/bucket/%zz", "/bucket/%FF", "bucket/key", "*"])
    func aPathThatIsNotEncodedIsRefused(_ path: String) {
        let request = LoopbackServer.Request(
            method: "GET", target: path, headers: SignedRequest().arriving.headers, body: [])
        let answer = sandbox.respond(to: request)
        #expect(answer.status == 400 && answer.errorCode == "InvalidURI")
    }

    @Test func whatIsNotImplementedSaysSo() {
        #expect(sandbox.respond(to: SignedRequest(path: "/")).status == 501)
        #expect(sandbox.respond(to: SignedRequest(method: "PATCH")).status == 405)
        #expect(sandbox.respond(to: SignedRequest(method: "POST", path: "/bucket")).status == 405)
    }

    @Test func namesInAnswersAreEscaped() {
        let path = "/bucket/" + PercentEncoding.encode("<a & \"b\">")
        let answer = sandbox.respond(to: SignedRequest(path: path))
        #expect(answer.errorCode == "NoSuchKey")
        #expect(!answer.text.contains("<a"))
        _ = sandbox.respond(to: SignedRequest(method: "PUT", path: path))
        let list = sandbox.respond(to: SignedRequest(path: "/bucket"))
        #expect(list.element("Key") == "&lt;a &amp; &quot;b&quot;&gt;")
    }
}
