import Foundation
import S3
import Testing

@testable import S3Sandbox

/// Whom the sandbox believes, and what.
struct SandboxSignatureTests {
    private let folder: TemporaryFolder
    private let sandbox: SandboxAPI

    init() throws {
        folder = try TemporaryFolder()
        sandbox = try SandboxAPI.withBucket(in: folder)
    }

    private static let put = SignedRequest(
        method: "PUT", headers: [("x-amz-meta-colour", "blue")], body: Array("body".utf8))

    private var isStored: Bool { (try? sandbox.store.head("key", bucket: "bucket")) != nil }

    @Test func aSignedRequestIsAnswered() {
        #expect(sandbox.respond(to: Self.put).status == 200)
        let read = sandbox.respond(to: SignedRequest())
        #expect(read.status == 200 && read.text == "body")
    }

    @Test(arguments: ["authorization", "x-amz-date", "x-amz-content-sha256"])
    func aRequestWithoutAPartOfItsSignatureIsRefused(_ header: String) {
        let answer = sandbox.respond(to: Self.put.arriving.changing(header, to: nil))
        #expect(answer.status == 403 && answer.errorCode == "AccessDenied")
        #expect(!isStored)
    }

    @Test(arguments: [
        "", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "Basic dXNlcjpwYXNz", "Bearer token",
        "AWS4-HMAC-SHA256 Credential=AKSANDBOX, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=////, Signature=00",
        "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00", "AWS4-HMAC-SHA256 nonsense",
    ])
    func aSignatureThatIsNoneIsRefused(_ text: String) {
        let answer = sandbox.respond(to: Self.put.arriving.changing("authorization", to: text))
        #expect(answer.status == 403)
        #expect(!isStored)
    }

    @Test func anUnknownKeyIsRefused() {
        var request = Self.put
        request.credentials = S3Credentials(
            accessKeyID: "AKNOBODY", secretAccessKey: sandboxCredentials.secretAccessKey)
        let answer = sandbox.respond(to: request)
        #expect(answer.status == 403 && answer.errorCode == "InvalidAccessKeyId")
        #expect(!isStored)
    }

    @Test func aWrongSecretIsRefusedWithoutTellingWhatWasSigned() {
        var request = Self.put
        request.credentials = S3Credentials(
            accessKeyID: sandboxCredentials.accessKeyID, secretAccessKey: "not-the-secret")
        let answer = sandbox.respond(to: request)
        #expect(answer.status == 403 && answer.errorCode == "SignatureDoesNotMatch")
        for secret in ["secret", "AWS4", "aws4_request", "Signature=", "AKSANDBOX"] {
            #expect(!answer.text.contains(secret))
        }
        #expect(!isStored)
    }

    @Test(arguments: [(-16.0, false), (-14, true), (0, true), (14, true), (16, false)])
    func clocksMayBeAQuarterOfAnHourApart(_ minutes: Double, isAccepted: Bool) {
        var request = Self.put
        request.time = SignedRequest.now + minutes * 60
        let answer = sandbox.respond(to: request)
        let expected: String? = isAccepted ? nil : "RequestTimeTooSkewed"
        #expect(answer.errorCode == expected)
        #expect(isStored == isAccepted)
    }

    @Test(arguments: [
        "", "20270115", "20270115T080000", "2027-01-15T08:00:00Z", "xxxxxxxxTxxxxxxZ",
    ])
    func aTimeThatIsNoneIsRefused(_ text: String) {
        let answer = sandbox.respond(to: Self.put.arriving.changing("x-amz-date", to: text))
        #expect(answer.status == 403)
        #expect(!isStored)
    }

    // MARK: Altered on the way

    @Test func anAlteredBodyIsFound() {
        let request = Self.put.arriving
        let altered = LoopbackServer.Request(
            method: request.method, target: request.target, headers: request.headers,
            body: Array("bod!".utf8))
        let answer = sandbox.respond(to: altered)
        #expect(answer.status == 400 && answer.errorCode == "BadDigest")
        #expect(!isStored)
    }

    @Test func anAlteredBodyWithAnAlteredHashIsFound() {
        let body = Array("bod!".utf8)
        let request = Self.put.arriving
            .changing("x-amz-content-sha256", to: Digests.sha256(body))
        let altered = LoopbackServer.Request(
            method: request.method, target: request.target, headers: request.headers, body: body)
        #expect(sandbox.respond(to: altered).errorCode == "SignatureDoesNotMatch")
        #expect(!isStored)
    }

    @Test(arguments: [
        ("GET", "/bucket/other"), ("GET", "/bucket/key?x=1"), ("GET", "/bucket/key?uploads"),
        ("GET", "/bucket"), ("GET", "/other/key"), ("DELETE", "/bucket/key"),
        ("PUT", "/bucket/key"), ("GET", "//bucket/key"),
    ])
    func anAlteredMethodPathOrQueryIsFound(_ method: String, _ target: String) throws {
        _ = try sandbox.store.put(
            [1], key: "key", bucket: "bucket", contentType: "x", metadata: [:], condition: .init())
        let request = SignedRequest().arriving
        let altered = LoopbackServer.Request(
            method: method, target: target, headers: request.headers, body: request.body)
        let answer = sandbox.respond(to: altered)
        #expect(answer.status == 403 && answer.errorCode == "SignatureDoesNotMatch")
        #expect(isStored)
    }

    static let alterations: [(String, String?)] = [
        ("x-amz-meta-colour", "red"), ("x-amz-meta-colour", nil), ("host", "elsewhere"),
        ("x-amz-date", "20270115T080001Z"),
    ]

    @Test(arguments: SandboxSignatureTests.alterations)
    func anAlteredHeaderIsFound(_ name: String, _ value: String?) {
        let answer = sandbox.respond(to: Self.put.arriving.changing(name, to: value))
        #expect(answer.status == 403 && answer.errorCode == "SignatureDoesNotMatch")
        #expect(!isStored)
    }

    @Test func theHostIsAlwaysSigned() {
        var request = Self.put
        request.hasHost = false
        #expect(sandbox.respond(to: request).errorCode == "SignatureDoesNotMatch")
        #expect(!isStored)
    }

    @Test func aBodyMayBeLeftUnsigned() throws {
        var request = Self.put
        request.payloadHash = RequestSignature.unsignedPayload
        #expect(sandbox.respond(to: request).status == 200)
        #expect(try sandbox.store.get("key", bucket: "bucket").body == Array("body".utf8))
    }

    @Test func theOrderOfTheQueryDoesNotMatter() {
        var request = SignedRequest(path: "/bucket")
        request.query = [("list-type", "2"), ("prefix", "a b&c"), ("max-keys", "7")]
        let arriving = request.arriving
        let other = LoopbackServer.Request(
            method: "GET", target: "/bucket?max-keys=7&prefix=a%20b%26c&list-type=2",
            headers: arriving.headers, body: [])
        #expect(sandbox.respond(to: arriving).status == 200)
        #expect(sandbox.respond(to: other).status == 200)
    }
}
