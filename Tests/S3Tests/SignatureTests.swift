import Foundation
import Testing

@testable import S3

/// The examples that AWS publishes with "Signature Calculations for the Authorization Header",
/// checked against two other implementations.
struct SignatureTests {
    private static let credentials = S3Credentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    fileprivate static let timestamp = "20130524T000000Z"
    private static let emptyHash =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    /// One example of AWS.
    struct Example: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let method: String
        let path: String
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var body = ""
        let signedHeaders: String
        let hashOfCanonicalRequest: String
        let signature: String

        fileprivate var request: RequestSignature {
            let hash = Digests.sha256(Array(body.utf8))
            let always: [(name: String, value: String)] = [
                ("x-amz-date", SignatureTests.timestamp), ("x-amz-content-sha256", hash),
                ("host", "examplebucket.s3.amazonaws.com"),
            ]
            return RequestSignature(
                method: method, path: path, query: query, headers: headers + always,
                payloadHash: hash, region: "us-east-1", timestamp: SignatureTests.timestamp)
        }
    }

    static let examples = [
        Example(
            testDescription: "GET object", method: "GET", path: "/test.txt",
            headers: [("range", "bytes=0-9")],
            signedHeaders: "host;range;x-amz-content-sha256;x-amz-date",
            hashOfCanonicalRequest:
                "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972",
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        Example(
            testDescription: "PUT object", method: "PUT", path: "/test%24file.text",
            headers: [
                ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ], body: "Welcome to Amazon S3.",
            signedHeaders: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            hashOfCanonicalRequest:
                "9e0e90d9c76de8fa5b200d8c849cd5b8dc7a3be3951ddb7f6a76b4158342019d",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        Example(
            testDescription: "GET bucket lifecycle", method: "GET", path: "/",
            query: [("lifecycle", "")], signedHeaders: "host;x-amz-content-sha256;x-amz-date",
            hashOfCanonicalRequest:
                "9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        Example(
            testDescription: "GET bucket, list objects", method: "GET", path: "/",
            query: [("prefix", "J"), ("max-keys", "2")],
            signedHeaders: "host;x-amz-content-sha256;x-amz-date",
            hashOfCanonicalRequest:
                "df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ]

    @Test(arguments: SignatureTests.examples)
    func aRequestIsSignedAsAWSPublishesIt(_ example: Example) {
        let request = example.request
        #expect(
            Digests.sha256(Array(request.canonicalRequest.utf8)) == example.hashOfCanonicalRequest)
        let scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
        #expect(
            request.authorization(with: Self.credentials)
                == "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=\(example.signedHeaders), "
                + "Signature=\(example.signature)")
    }

    @Test func theEmptyBodyHasTheHashThatAWSNames() {
        #expect(Digests.sha256([]) == Self.emptyHash)
        #expect(
            Digests.sha256(Array("Welcome to Amazon S3.".utf8))
                == "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")
    }

    /// The expected value is botocore's: region `auto`, a port, encoded names, blanks to trim.
    @Test func aRequestByPathIsSignedAsOtherClientsSignIt() {
        let hash = Digests.sha256(Array("x".utf8))
        let request = RequestSignature(
            method: "PUT", path: "/bucket/a%20b%2B%25%26/%C3%A9",
            query: [("uploadId", "a/b=="), ("partNumber", "1")],
            headers: [
                ("x-amz-meta-note", "  a   b "), ("host", "127.0.0.1:9000"),
                ("x-amz-date", Self.timestamp), ("x-amz-content-sha256", hash),
            ], payloadHash: hash, region: "auto", timestamp: Self.timestamp)
        #expect(
            request.authorization(with: Self.credentials).hasSuffix(
                "Signature=ba951b9baa330aa6c99ac560b90c8c9f37f29aac1456e4742d272b97e0547413"))
    }

    @Test func theOrderOfQueryAndHeadersDoesNotMatter() {
        let example = Self.examples[3]
        var other = example
        other.query = example.query.reversed()
        other.headers = example.headers.reversed()
        #expect(other.request.canonicalRequest == example.request.canonicalRequest)
    }

    @Test func theTimestampIsInUniversalTimeWithoutFractions() {
        let midnight = Date(timeIntervalSince1970: 1_369_353_600)
        #expect(S3Transport.timestamp(midnight) == Self.timestamp)
        #expect(S3Transport.timestamp(midnight + 0.75) == Self.timestamp)
        #expect(S3Transport.timestamp(midnight + 86_399) == "20130524T235959Z")
    }
}
